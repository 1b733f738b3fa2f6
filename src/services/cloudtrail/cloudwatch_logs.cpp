// SPDX-License-Identifier: Apache-2.0
// Records to CloudWatch Logs, as the role that the trail names.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
#include <fmt/format.h>

#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

// Limits of PutLogEvents. A record that is longer than an event may be is left out, as AWS does.
constexpr std::size_t kOverhead = 26;
constexpr std::size_t kLongestEvent = 256 * 1024;
constexpr std::size_t kLongestBatch = 1024 * 1024;

std::string group_of(const Trail& trail) {
  auto resource = Arn::parse(trail.logs_group)->resource;  // log-group:NAME:*
  resource.erase(0, resource.find(':') + 1);
  return resource.substr(0, resource.rfind(':'));
}

/// AWS makes the stream, too, with the role's permissions; what is wrong shows in the put.
void make_stream(core::Context& context, const Trail& trail, Delivery& delivery,
                 const std::string& stream) {
  if (!delivery.streams.insert(stream).second) return;
  (void)context.call(as_logs_role(trail, "CreateLogStream", Object{{"logStreamName", stream}}));
}

void put(core::Context& context, const Trail& trail, const std::string& stream, Array events) {
  if (events.empty()) return;
  context.start(
      {.work = as_logs_role(trail, "PutLogEvents",
                            Object{{"logStreamName", stream}, {"logEvents", std::move(events)}}),
       .retry = {.attempts = 10,
                 .initial = std::chrono::seconds(2),
                 .max_age = std::chrono::hours(24)},
       .then = {"cloudtrail.logged", Object{{"trail", trail.arn()}, {"stream", stream}}},
       .name = "cloudtrail:DeliverToLogs"});
}

}  // namespace

std::string log_stream(const Trail& trail, const std::string& region) {
  return fmt::format("{}_CloudTrail_{}", trail.scope.account.str(), region);
}

core::CallSpec as_logs_role(const Trail& trail, std::string operation, Object params) {
  params["logGroupName"] = group_of(trail);
  auto spec = as_cloudtrail(trail.arn(), "logs", std::move(operation), std::move(params));
  const auto group = Arn::parse(trail.logs_group);
  spec.scope = {AccountId(group->account), group->region};
  spec.credential.role_arn = trail.logs_role;
  spec.credential.session_name = fmt::format("CLOUDWATCH_LOGS_DELIVERY_{}", trail.scope.region);
  return spec;
}

void send_to_logs(core::Context& context, const Trail& trail, Delivery& delivery,
                  const std::string& region, const Array& records) {
  if (trail.logs_group.empty()) return;
  const auto stream = log_stream(trail, region);
  make_stream(context, trail, delivery, stream);
  Array events;
  std::size_t size = 0;
  for (const auto& record : records) {
    auto message = to_json(record);
    const auto length = message.size() + kOverhead;
    if (length > kLongestEvent) continue;
    if (size + length > kLongestBatch) {
      put(context, trail, stream, std::exchange(events, {}));
      size = 0;
    }
    size += length;
    const auto time = parse_iso8601(text(record, "eventTime")).value_or(context.now());
    events.push_back(Object{{"timestamp", to_ms(time)}, {"message", std::move(message)}});
  }
  put(context, trail, stream, std::move(events));
}

void logged(core::Context& context, const core::Resumption& end) {
  const core::Key key{text(end.context, "trail")};
  auto delivery = kDeliveries.get(context, key);
  if (!delivery) return;
  delivery->logs_error = end.outcome ? "" : end.outcome.error().code;
  if (end.outcome)
    delivery->logs_delivered = context.now();
  else
    delivery->streams.erase(string_of(end.context, "stream"));
  kDeliveries.put(context, key, *delivery);
}

}  // namespace tocsin::cloudtrail
