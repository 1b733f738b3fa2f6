// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

void put_moment(Object& out, const std::string& name, Time time) {
  if (time == Time{}) return;
  out[name] = to_seconds(time);
}

void put_text(Object& out, const std::string& name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

std::string stamp(Time time) {
  return time == Time{} ? std::string() : iso8601(time);
}

}  // namespace

core::Outcome get_trail_status(core::Call& call) {
  const auto trail = TRY(find_trail(call, given_name(call.params())));
  const auto delivery = delivery_of(call, trail.arn());
  Object out{{"IsLogging", trail.logging}};
  put_text(out, "LatestDeliveryError", delivery.error);
  put_text(out, "LatestNotificationError", delivery.notification_error);
  put_moment(out, "LatestDeliveryTime", delivery.succeeded);
  put_moment(out, "LatestNotificationTime", delivery.notified);
  put_moment(out, "StartLoggingTime", trail.started);
  put_moment(out, "StopLoggingTime", trail.stopped);
  put_text(out, "LatestCloudWatchLogsDeliveryError", delivery.logs_error);
  put_moment(out, "LatestCloudWatchLogsDeliveryTime", delivery.logs_delivered);
  put_moment(out, "LatestDigestDeliveryTime", delivery.digest_delivered);
  put_text(out, "LatestDigestDeliveryError", delivery.digest_error);
  out["LatestDeliveryAttemptTime"] = stamp(delivery.attempted);
  out["LatestNotificationAttemptTime"] = stamp(delivery.notification_attempted);
  out["LatestNotificationAttemptSucceeded"] = stamp(delivery.notified);
  out["LatestDeliveryAttemptSucceeded"] = stamp(delivery.succeeded);
  out["TimeLoggingStarted"] = stamp(trail.started);
  out["TimeLoggingStopped"] = stamp(trail.stopped);
  return out;
}

}  // namespace tocsin::cloudtrail
