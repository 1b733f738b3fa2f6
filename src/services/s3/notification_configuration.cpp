// SPDX-License-Identifier: Apache-2.0
// Put- and GetBucketNotificationConfiguration.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "services/s3/access.hpp"
#include "services/s3/destinations.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/notify.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

/// Some never happen here, because what causes them is not served: replication, tiering.
constexpr std::array<std::string_view, 27> kEvents{
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ObjectAcl:Put",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:ReducedRedundancyLostObject",
    "s3:IntelligentTiering",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:Replication:OperationNotTracked"};

bool is_known(std::string_view event) {
  return std::ranges::find(kEvents, event) != kEvents.end();
}

Result<void> check_events(const Document& entry) {
  const auto& events = array_of(entry, "Events");
  if (events.empty()) return malformed_xml();
  for (const auto& event : events) {
    if (!event.is_string() || !is_known(event.get_string())) {
      return invalid_argument("The event is not supported for notifications", "Event",
                              event.is_string() ? std::string_view(event.get_string()) : "");
    }
  }
  return {};
}

Result<void> check_filter(const Document& entry) {
  std::set<std::string> seen;
  for (const auto& rule : array_of(object_of(object_of(entry, "Filter"), "Key"), "FilterRules")) {
    const auto name = to_lower(text(rule, "Name"));
    if (name != "prefix" && name != "suffix")
      return invalid_argument("filter rule name must be either prefix or suffix", "FilterRule.Name",
                              name);
    if (!seen.insert(name).second)
      return invalid_argument(
          fmt::format("Cannot specify more than one {} rule in a filter.", name), "FilterRule.Name",
          name);
    if (text(rule, "Value").size() > 1024)
      return invalid_argument("filter rule value must be no longer than 1024 bytes",
                              "FilterRule.Value", text(rule, "Value"));
  }
  return {};
}

Result<void> check_arn(const Bucket& bucket, const DestinationKind& kind, std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != kind.service)
    return invalid_argument("The ARN is not well formed", kind.arn, text);
  if (arn->region != bucket.scope.region) {
    return invalid_argument(
        "The notification destination service region is not valid for the bucket location "
        "constraint",
        kind.arn, text);
  }
  return {};
}

/// Names are lower case, ids made where none are given, as GetBucketNotificationConfiguration tells
/// them.
Object normal_entry(Call& call, const Document& entry, const DestinationKind& kind) {
  Object out{
      {"Id", text(entry, "Id").empty() ? base64(call.new_bytes(36)) : string_of(entry, "Id")}};
  out[kind.arn] = text(entry, kind.arn);
  out["Events"] = array_of(entry, "Events");
  Array rules;
  for (const auto& rule : array_of(object_of(object_of(entry, "Filter"), "Key"), "FilterRules")) {
    const auto name = to_lower(text(rule, "Name"));
    rules.push_back(
        Object{{"Name", name == "prefix" ? "Prefix" : "Suffix"}, {"Value", text(rule, "Value")}});
  }
  if (!rules.empty()) out["Filter"] = Object{{"Key", Object{{"FilterRules", std::move(rules)}}}};
  return out;
}

/// Two entries may not want the same event of overlapping keys.
struct Claim {
  std::string event, prefix, suffix;
};

std::vector<Claim> claims_of(const Document& entry) {
  std::string prefix, suffix;
  for (const auto& rule : array_of(object_of(object_of(entry, "Filter"), "Key"), "FilterRules")) {
    (to_lower(text(rule, "Name")) == "prefix" ? prefix : suffix) = text(rule, "Value");
  }
  std::vector<Claim> claims;
  for (const auto& event : array_of(entry, "Events")) {
    std::string name(event.as_string());
    if (name.ends_with('*')) name.pop_back();
    claims.push_back({std::move(name), prefix, suffix});
  }
  return claims;
}

bool overlap(const Claim& a, const Claim& b) {
  const auto either = [](auto&& test, const std::string& x, const std::string& y) {
    return test(x, y) || test(y, x);
  };
  const auto starts = [](const std::string& x, const std::string& y) { return x.starts_with(y); };
  const auto ends = [](const std::string& x, const std::string& y) { return x.ends_with(y); };
  return either(starts, a.event, b.event) && either(starts, a.prefix, b.prefix) &&
         either(ends, a.suffix, b.suffix);
}

Result<void> check_overlaps(const Document& configuration) {
  std::vector<Claim> all;
  for (const auto& kind : kDestinations) {
    for (const auto& entry : array_of(configuration, kind.list)) {
      const auto claims = claims_of(entry);
      for (const auto& claim : claims) {
        if (std::ranges::any_of(all, [&](const Claim& other) { return overlap(claim, other); })) {
          return invalid_argument(
              "Configurations overlap. Configurations on the same bucket cannot share a common "
              "event type.");
        }
      }
      all.insert(all.end(), claims.begin(), claims.end());
    }
  }
  return {};
}

Result<Object> checked(Call& call, const Bucket& bucket, const Document& configuration) {
  Object out;
  for (const auto& kind : kDestinations) {
    Array entries;
    for (const auto& entry : array_of(configuration, kind.list)) {
      TRY(check_events(entry));
      TRY(check_filter(entry));
      TRY(check_arn(bucket, kind, text(entry, kind.arn)));
      entries.push_back(normal_entry(call, entry, kind));
    }
    if (!entries.empty()) out[kind.list] = std::move(entries);
  }
  if (find(configuration, "EventBridgeConfiguration")) out["EventBridgeConfiguration"] = Object{};
  TRY(check_overlaps(Document(out)));
  return out;
}

/// The message that proves a destination.
std::string test_event(const Call& call, const Bucket& bucket) {
  return to_json(Object{{"Service", "Amazon S3"},
                        {"Event", "s3:TestEvent"},
                        {"Time", iso8601_ms(call.now())},
                        {"Bucket", bucket.name},
                        {"RequestId", call.request().id},
                        {"HostId", base64(sha256(call.request().id))}});
}

/// Topics and queues get a test event; of a function only the permission is asked.
Result<void> validate(Call& call, const Bucket& bucket, const DestinationKind& kind,
                      std::string_view arn) {
  auto spec = delivery(bucket, kind, arn, test_event(call, bucket));
  if (kind.service == "lambda") {
    spec.params.as_object()["InvocationType"] = "DryRun";
    spec.params.as_object().erase("Payload");
  }
  const auto delivered = call.call(spec).result();
  if (delivered) return {};
  return invalid_argument("Unable to validate the following destination configurations", arn,
                          kind.service == "lambda"
                              ? "Not authorized to invoke function [" + std::string(arn) + "]"
                              : "Permissions on the destination " +
                                    std::string(kind.service == "sns" ? "topic" : "queue") +
                                    " do not allow S3 to publish notifications from this bucket");
}

}  // namespace

Outcome put_bucket_notification_configuration(Call& call) {
  auto bucket = TRY(bucket_of(call));
  const Document wanted = object_of(call.params(), "NotificationConfiguration");
  auto configuration = TRY(checked(call, bucket, wanted));
  for (const auto& kind : kDestinations) {
    if (flag(call.params(), "SkipDestinationValidation")) break;
    for (const auto& entry : array_of(configuration, kind.list))
      TRY(validate(call, bucket, kind, text(entry, kind.arn)));
  }
  bucket.notification = std::move(configuration);
  put_bucket(call, bucket);
  return Object{};
}

Outcome get_bucket_notification_configuration(Call& call) {
  return TRY(bucket_of(call))
  .notification;
}

}  // namespace tocsin::s3
