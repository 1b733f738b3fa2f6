// SPDX-License-Identifier: Apache-2.0
// From records to log files in S3.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
#include <fmt/format.h>
#include <zlib.h>

#include "base/log.hpp"
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr auto kWait = std::chrono::seconds(60);
constexpr int kFull = 500;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::optional<Trail> trail_of(const store::View& view, const std::string& trail_arn) {
  const auto parsed = Arn::parse(trail_arn);
  if (!parsed) return std::nullopt;
  return kTrails.get(view, core::Key{parsed->account, parsed->region, parsed->resource.substr(6)});
}

core::CallSpec as_cloudtrail(const Trail& trail, std::string service, std::string operation,
                             Document params) {
  return {std::move(service),
          std::move(operation),
          std::move(params),
          trail.scope,
          {.kind = core::Credential::Kind::Service,
           .account = trail.scope.account,
           .service = std::string(kPrincipal),
           .source_arn = trail.arn()},
          {}};
}

void set_timer(core::Context& context, const Trail& trail, Delivery& delivery, Time due) {
  const auto scope = context.scope();
  context.set_scope(trail.scope);
  delivery.timer = context.at(due, {"cloudtrail.deliver", Object{{"trail", trail.arn()}}});
  context.set_scope(scope);
}

void add_pending(core::Context& context, const Trail& trail, const Object& record, Time time) {
  const auto trail_arn = trail.arn();
  auto delivery = kDeliveries.get(context, core::Key{trail_arn}).value_or(Delivery{});
  kPending.put(context,
               core::Key{trail_arn, fmt::format("{:016x}", to_ms(time)),
                         std::string_view(record.at("eventID").as_string())},
               {record});
  if (++delivery.waiting == kFull && !delivery.timer.empty()) {
    context.cancel(delivery.timer);
    delivery.timer.clear();
  }
  if (delivery.timer.empty()) {
    set_timer(context, trail, delivery,
              delivery.waiting >= kFull ? context.now() : context.now() + kWait);
  }
  kDeliveries.put(context, core::Key{trail_arn}, delivery);
}

std::string object_key(core::Context& context, const Trail& trail, const std::string& region) {
  const auto& account = trail.scope.account.str();
  return fmt::format("{}{}AWSLogs/{}/CloudTrail/{}/{}/{}_CloudTrail_{}_{}_{}.json.gz", trail.prefix,
                     trail.prefix.empty() ? "" : "/", account, region,
                     format_time(context.now(), "%Y/%m/%d"), account, region,
                     format_time(context.now(), "%Y%m%dT%H%MZ"), context.new_id(kAlphabet, 16));
}

void send_file(core::Context& context, const Trail& trail, const std::string& region,
               Array records) {
  const auto blob = context.blobs().put(gzip(to_json(Object{{"Records", std::move(records)}})));
  if (!blob) {
    log_error("log file not written", {{"trail", trail.arn()}, {"cause", blob.error().message}});
    return;
  }
  const auto key = object_key(context, trail, region);
  Object params{{"Bucket", trail.bucket},
                {"Key", key},
                {"Body", store::to_document(*blob)},
                {"ContentType", "application/json"},
                {"ContentEncoding", "gzip"},
                {"ACL", "bucket-owner-full-control"}};
  params["ServerSideEncryption"] = trail.kms_key.empty() ? "AES256" : "aws:kms";
  if (!trail.kms_key.empty()) params["SSEKMSKeyId"] = trail.kms_key;
  context.start({.work = as_cloudtrail(trail, "s3", "PutObject", std::move(params)),
                 .retry = {.attempts = 20,
                           .initial = std::chrono::seconds(5),
                           .max_age = std::chrono::hours(24)},
                 .then = {"cloudtrail.delivered", Object{{"trail", trail.arn()}, {"key", key}}},
                 .name = "cloudtrail:Deliver " + trail.name});
}

std::map<std::string, Array> take_pending(core::Context& context, const std::string& trail_arn,
                                          Delivery& delivery) {
  std::map<std::string, Array> by_region;
  std::vector<core::Key> taken;
  kPending.scan(context, core::Key{trail_arn}, [&](const auto& key, const Pending& pending) {
    by_region[std::string(pending.record.at("awsRegion").as_string())].push_back(pending.record);
    taken.push_back(core::Key{key[0], key[1], key[2]});
    return taken.size() < kFull;
  });
  for (const auto& key : taken)
    kPending.erase(context, key);
  delivery.waiting =
      std::max<std::int64_t>(0, delivery.waiting - static_cast<std::int64_t>(taken.size()));
  return by_region;
}

bool reports_to(const Trail& trail, const Object& record) {
  if (trail.multi_region) return true;
  return trail.scope.region == std::string_view(record.at("awsRegion").as_string());
}

/// The call that stops a trail is the last that the trail records.
bool records(const Trail& trail, const Object& record, Time time) {
  if (trail.logging) return true;
  return trail.stopped == time && text(record, "eventName") == "StopLogging" &&
         !record.contains("errorCode");
}

}  // namespace

bool gather(core::Context& context, const Object& record, Time time) {
  bool chosen = false;
  const auto trails = kTrails.all(
      context, core::Key{std::string_view(record.at("recipientAccountId").as_string())});
  for (const auto& trail : trails) {
    if (!records(trail, record, time) || !reports_to(trail, record) || !selects(trail, record))
      continue;
    add_pending(context, trail, record, time);
    chosen = true;
  }
  return chosen;
}

void deliver(core::Context& context, const core::Resumption& due) {
  const auto trail_arn = string_of(due.context, "trail");
  const auto trail = trail_of(context, trail_arn);
  auto delivery = kDeliveries.get(context, core::Key{trail_arn});
  if (!trail || !delivery) return;
  delivery->timer.clear();
  auto by_region = take_pending(context, trail_arn, *delivery);
  if (by_region.empty()) delivery->waiting = 0;
  for (auto& [region, records] : by_region)
    send_file(context, *trail, region, std::move(records));
  delivery->attempted = context.now();
  if (delivery->waiting > 0) set_timer(context, *trail, *delivery, context.now());
  kDeliveries.put(context, core::Key{trail_arn}, *delivery);
}

void delivered(core::Context& context, const core::Resumption& end) {
  const auto trail_arn = string_of(end.context, "trail");
  const auto trail = trail_of(context, trail_arn);
  auto delivery = kDeliveries.get(context, core::Key{trail_arn});
  if (!trail || !delivery) return;
  delivery->error = end.outcome ? "" : end.outcome.error().code;
  if (end.outcome) delivery->succeeded = context.now();
  kDeliveries.put(context, core::Key{trail_arn}, *delivery);
  if (!end.outcome || trail->sns_topic.empty()) return;
  const Object message{{"s3Bucket", trail->bucket},
                       {"s3ObjectKey", Array{string_of(end.context, "key")}}};
  context.start(
      {.work = as_cloudtrail(*trail, "sns", "Publish",
                             Object{{"TopicArn", trail->sns_topic}, {"Message", to_json(message)}}),
       .retry = {.attempts = 5},
       .then = {"cloudtrail.notified", Object{{"trail", trail_arn}}}});
}

void notified(core::Context& context, const core::Resumption& end) {
  const core::Key key{text(end.context, "trail")};
  auto delivery = kDeliveries.get(context, key);
  if (!delivery) return;
  delivery->notification_error = end.outcome ? "" : end.outcome.error().code;
  if (end.outcome) delivery->notified = context.now();
  kDeliveries.put(context, key, *delivery);
}

void forget_deliveries(core::Context& context, const std::string& trail_arn) {
  const auto delivery = kDeliveries.get(context, core::Key{trail_arn});
  if (!delivery) return;
  if (!delivery->timer.empty()) context.cancel(delivery->timer);
  kDeliveries.erase(context, core::Key{trail_arn});
  std::vector<core::Key> keys;
  kPending.scan(context, core::Key{trail_arn}, [&](const auto& key, const Pending&) {
    keys.push_back(core::Key{key[0], key[1], key[2]});
    return true;
  });
  for (const auto& key : keys)
    kPending.erase(context, key);
}

}  // namespace tocsin::cloudtrail
