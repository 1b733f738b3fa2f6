// SPDX-License-Identifier: Apache-2.0
// From records to log files: gathered for a minute, or until there are many.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/gzip.hpp"
#include "base/log.hpp"
#include "services/cloudtrail/parts.hpp"
#include "services/cloudtrail/record.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr auto kWait = std::chrono::seconds(60);
constexpr int kFull = 500;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

void set_timer(core::Context& context, const Trail& trail, Delivery& delivery, Time due) {
  const auto scope = context.scope();
  context.set_scope(trail.scope);
  delivery.timer = context.at(due, {"cloudtrail.deliver", Object{{"trail", trail.arn()}}});
  context.set_scope(scope);
}

void add_pending(core::Context& context, const Trail& trail, const Object& record, Time time) {
  const auto trail_arn = trail.arn();
  auto delivery = delivery_of(context, trail_arn);
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

Time time_of(const Document& record) {
  return parse_iso8601(text(record, "eventTime")).value_or(Time{});
}

/// `records` are in the order of their times.
std::optional<Upload> log_file(core::Context& context, const Trail& trail,
                               const std::string& region, Array records) {
  const auto oldest = time_of(records.front()), newest = time_of(records.back());
  const auto content = to_json(Object{{"Records", std::move(records)}});
  const auto blob = context.blobs().put(gzip(content));
  if (!blob) {
    log_error("log file not written", {{"trail", trail.arn()}, {"cause", blob.error().message}});
    return std::nullopt;
  }
  return Upload{.trail = trail.arn(),
                .region = region,
                .bucket = trail.bucket,
                .key = object_key(context, trail, region),
                .kms_key = trail.kms_key,
                .body = store::to_document(*blob),
                .hash = hex(sha256(content)),
                .oldest = oldest,
                .newest = newest};
}

std::map<std::string, Array> take_pending(core::Context& context, const std::string& trail_arn,
                                          Delivery& delivery) {
  std::map<std::string, Array> by_region;
  std::vector<core::Key> taken;
  kPending.scan(context, core::Key{trail_arn}, [&](const auto& key, const Pending& pending) {
    by_region[std::string(pending.record.at("awsRegion").as_string())].push_back(pending.record);
    taken.push_back(core::Key::from(key));
    return taken.size() < kFull;
  });
  for (const auto& key : taken)
    kPending.erase(context, key);
  delivery.waiting =
      std::max<std::int64_t>(0, delivery.waiting - static_cast<std::int64_t>(taken.size()));
  return by_region;
}

/// Sends one batch of what waits, a file for each region; returns the files.
std::vector<Upload> send_batch(core::Context& context, const Trail& trail, Delivery& delivery) {
  std::vector<Upload> files;
  auto by_region = take_pending(context, trail.arn(), delivery);
  if (by_region.empty()) delivery.waiting = 0;
  for (auto& [region, records] : by_region) {
    send_to_logs(context, trail, delivery, region, records);
    auto file = log_file(context, trail, region, std::move(records));
    if (!file) continue;
    send(context, *file);
    files.push_back(*std::move(file));
  }
  return files;
}

/// Files that no digest will vouch for any more.
void forget_files(core::Context& context, const std::string& trail_arn) {
  std::vector<core::Key> keys;
  kFiles.scan(context, core::Key{trail_arn}, [&](const auto& key, const DeliveredFile&) {
    keys.push_back(core::Key::from(key));
    return true;
  });
  for (const auto& key : keys)
    kFiles.erase(context, key);
}

bool reports_to(const Trail& trail, const Object& record) {
  if (!trail.global_events && is_global(record.at("eventSource").as_string())) return false;
  return trail.multi_region ||
         trail.scope.region == std::string_view(record.at("awsRegion").as_string());
}

/// The call that stops a trail is the last that the trail records.
bool records(const Trail& trail, const Object& record, Time time) {
  if (trail.logging) return true;
  return trail.stopped == time && text(record, "eventName") == "StopLogging" &&
         !record.contains("errorCode");
}

}  // namespace

Delivery delivery_of(const store::View& view, const std::string& trail_arn) {
  return kDeliveries.get(view, core::Key{trail_arn}).value_or(Delivery{});
}

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
  send_batch(context, *trail, *delivery);
  delivery->attempted = context.now();
  if (delivery->waiting > 0) set_timer(context, *trail, *delivery, context.now());
  kDeliveries.put(context, core::Key{trail_arn}, *delivery);
}

void finish_deliveries(core::Context& context, const Trail& trail) {
  const auto trail_arn = trail.arn();
  auto delivery = kDeliveries.get(context, core::Key{trail_arn});
  if (!delivery) return;
  std::vector<Upload> files;
  do {
    const auto batch = send_batch(context, trail, *delivery);
    files.insert(files.end(), batch.begin(), batch.end());
  } while (delivery->waiting > 0);
  if (!delivery->digest_timer.empty()) write_digests(context, trail, context.now(), files);
  end_chains(context, trail_arn);
  forget_files(context, trail_arn);
  for (const auto& timer : {delivery->timer, delivery->digest_timer}) {
    if (!timer.empty()) context.cancel(timer);
  }
  kDeliveries.erase(context, core::Key{trail_arn});
}

}  // namespace tocsin::cloudtrail
