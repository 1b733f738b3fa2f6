// SPDX-License-Identifier: Apache-2.0
#include "services/s3/notify.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/s3/access.hpp"
#include "services/s3/destinations.hpp"
#include "services/s3/names.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Context;

/// Of two events about one key the later has the greater sequencer.
std::string sequencer(const Context& context) {
  return fmt::format("{:018X}", context.sequence());
}

Actor actor_of(const Call& call) {
  const auto& principal = call.principal();
  const bool service = principal.kind == core::Principal::Kind::Service;
  return {.requester = service ? principal.service : principal.account.str(),
          .principal_id = principal.id.empty() ? "Anonymous" : "AWS:" + principal.id,
          .source_ip = call.request().source_ip,
          .request_id = call.request().id};
}

bool is_versioned(const Bucket& bucket, const ObjectVersion& object) {
  return !bucket.versioning.empty() && object.version_id != "null";
}

// ---- EventBridge

std::string_view detail_type(std::string_view event) {
  if (event.starts_with("ObjectCreated:")) return "Object Created";
  if (event.starts_with("ObjectRemoved:")) return "Object Deleted";
  if (event == "ObjectAcl:Put") return "Object ACL Updated";
  if (event == "ObjectTagging:Put") return "Object Tags Added";
  if (event == "ObjectTagging:Delete") return "Object Tags Deleted";
  if (event.starts_with("LifecycleExpiration:")) return "Object Deleted";
  if (event == "LifecycleTransition") return "Object Storage Class Changed";
  if (event == "ObjectRestore:Post") return "Object Restore Initiated";
  if (event == "ObjectRestore:Completed") return "Object Restore Completed";
  if (event == "ObjectRestore:Delete") return "Object Restore Expired";
  return {};
}

bool removes(std::string_view event) {
  return event.starts_with("ObjectRemoved:") || event.starts_with("LifecycleExpiration:");
}

/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
Object detail_of(const Context& context, const Bucket& bucket, const Occurrence& occurrence,
                 const Actor& actor) {
  const auto& object = occurrence.object;
  const auto event = occurrence.event;
  Object about{{"key", object.key}};
  const bool sized =
      !removes(event) && !event.starts_with("ObjectTagging") && event != "ObjectAcl:Put";
  if (sized) about["size"] = object.size;
  if (!object.etag.empty()) about["etag"] = object.etag;
  if (is_versioned(bucket, object)) about["version-id"] = object.version_id;
  if (!occurrence.reason.empty()) about["sequencer"] = sequencer(context);
  Object detail{{"version", "0"},
                {"bucket", Object{{"name", bucket.name}}},
                {"object", std::move(about)},
                {"request-id", actor.request_id},
                {"requester", actor.requester}};
  if (actor.source_ip != actor.requester) detail["source-ip-address"] = actor.source_ip;
  if (!occurrence.reason.empty()) detail["reason"] = occurrence.reason;
  if (!occurrence.deletion.empty()) detail["deletion-type"] = occurrence.deletion;
  for (const auto& more : occurrence.told)
    detail[more.key()] = more.value();
  return detail;
}

void emit_event(Context& context, const Bucket& bucket, const Occurrence& occurrence,
                const Actor& actor) {
  const auto type = detail_type(occurrence.event);
  if (type.empty()) return;
  context.emit({.source = "aws.s3",
                .detail_type = std::string(type),
                .scope = bucket.scope,
                .resources = {bucket.arn()},
                .detail = detail_of(context, bucket, occurrence, actor)});
}

// ---- topics, queues, functions

/// "s3:ObjectCreated:*" and its like.
bool wants(const Object& configuration, std::string_view event) {
  return std::ranges::any_of(array_of(configuration, "Events"), [&](const Document& each) {
    std::string_view wanted =
        each.is_string() ? std::string_view(each.get_string()) : std::string_view();
    if (!wanted.starts_with("s3:")) return false;
    wanted.remove_prefix(3);
    if (!wanted.ends_with('*')) return wanted == event;
    wanted.remove_suffix(1);
    return event.starts_with(wanted);
  });
}

bool passes_filter(const Object& configuration, std::string_view key) {
  for (const auto& rule :
       array_of(object_of(object_of(configuration, "Filter"), "Key"), "FilterRules")) {
    const auto name = text(rule, "Name"), value = text(rule, "Value");
    if (name == "Prefix" ? !key.starts_with(value) : !key.ends_with(value)) return false;
  }
  return true;
}

/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
Object record_of(const Context& context, const Bucket& bucket, const Occurrence& occurrence,
                 std::string_view id, const Actor& actor) {
  const auto& object = occurrence.object;
  Object about{{"key", url_encoded(object.key)}};
  if (!removes(occurrence.event)) about["size"] = object.size;
  if (!object.etag.empty() && occurrence.event != "ObjectRemoved:Delete")
    about["eTag"] = object.etag;
  if (is_versioned(bucket, object)) about["versionId"] = object.version_id;
  about["sequencer"] = sequencer(context);
  Object s3{{"s3SchemaVersion", "1.0"}, {"configurationId", id}};
  s3["bucket"] = Object{{"name", bucket.name},
                        {"ownerIdentity", Object{{"principalId", bucket.scope.account.str()}}},
                        {"arn", bucket.arn()}};
  s3["object"] = std::move(about);
  const bool later = occurrence.event.starts_with("Lifecycle");
  Object record{{"eventVersion", later ? "2.3" : "2.1"},
                {"eventSource", "aws:s3"},
                {"awsRegion", bucket.scope.region},
                {"eventTime", iso8601_ms(context.now())},
                {"eventName", occurrence.event},
                {"userIdentity", Object{{"principalId", actor.principal_id}}},
                {"requestParameters", Object{{"sourceIPAddress", actor.source_ip}}},
                {"responseElements", Object{{"x-amz-request-id", actor.request_id},
                                            {"x-amz-id-2", base64(sha256(actor.request_id))}}},
                {"s3", std::move(s3)}};
  for (const auto& more : occurrence.recorded)
    record[more.key()] = more.value();
  return record;
}

}  // namespace

void notify(Call& call, const Bucket& bucket, const Occurrence& occurrence) {
  if (!bucket.notification.empty()) notify(call, bucket, occurrence, actor_of(call));
}

void notify(Context& context, const Bucket& bucket, const Occurrence& occurrence,
            const Actor& actor) {
  if (bucket.notification.contains("EventBridgeConfiguration"))
    emit_event(context, bucket, occurrence, actor);
  for (const auto& kind : kDestinations) {
    for (const auto& entry : array_of(bucket.notification, kind.list)) {
      const auto& configuration = entry.as_object();
      if (!wants(configuration, occurrence.event) ||
          !passes_filter(configuration, occurrence.object.key))
        continue;
      const Object message{{"Records", Array{record_of(context, bucket, occurrence,
                                                       text(configuration, "Id"), actor)}}};
      send(context, bucket, kind, text(configuration, kind.arn), to_json(message));
    }
  }
}

Actor lifecycle_actor(Context& context) {
  constexpr std::string_view service = "s3.amazonaws.com";
  return {.requester = std::string(service),
          .principal_id = std::string(service),
          .source_ip = std::string(service),
          .request_id = context.new_id("0123456789ABCDEF", 16)};
}

}  // namespace tocsin::s3
