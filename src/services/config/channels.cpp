// SPDX-License-Identifier: Apache-2.0
#include "services/config/channels.hpp"

#include <fmt/format.h>
#include <map>

#include "services/config/exports.hpp"
#include "services/config/recorders.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr auto kHistoryPeriod = std::chrono::hours(6);

const std::map<std::string, int, std::less<>> kFrequencies{{"One_Hour", 1},
                                                           {"Three_Hours", 3},
                                                           {"Six_Hours", 6},
                                                           {"Twelve_Hours", 12},
                                                           {"TwentyFour_Hours", 24}};

Failure no_such_channel(std::string_view name) {
  return fail("NoSuchDeliveryChannelException",
              fmt::format("Cannot find delivery channel with specified name '{}'.", name));
}

Result<Channel> channel_named(const core::Call& call, std::string_view name) {
  auto channel = channel_of(call, call.scope());
  if (!channel || channel->name != name) return no_such_channel(name);
  return *std::move(channel);
}

Result<std::vector<Channel>> wanted_channels(const core::Call& call) {
  const auto& names = array_of(call.params(), "DeliveryChannelNames");
  std::vector<Channel> found;
  for (const auto& name : names)
    found.push_back(TRY(channel_named(call, std::string_view(name.as_string()))));
  if (names.empty()) {
    if (auto channel = channel_of(call, call.scope())) found.push_back(*std::move(channel));
  }
  return found;
}

void put_text(Object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}
void put_time(Object& out, std::string_view name, Time time) {
  if (time != Time{}) out[name] = to_seconds(time);
}

Object description(const Channel& channel) {
  Object out{{"name", channel.name}, {"s3BucketName", channel.bucket}};
  put_text(out, "s3KeyPrefix", channel.prefix);
  put_text(out, "s3KmsKeyArn", channel.kms_key);
  put_text(out, "snsTopicARN", channel.topic);
  if (!channel.frequency.empty())
    out["configSnapshotDeliveryProperties"] = Object{{"deliveryFrequency", channel.frequency}};
  return out;
}

Object file_info(const DeliveryInfo& info) {
  Object out;
  put_text(out, "lastStatus", info.status);
  put_text(out, "lastErrorCode", info.error_code);
  put_text(out, "lastErrorMessage", info.error_message);
  put_time(out, "lastAttemptTime", info.attempted);
  put_time(out, "lastSuccessfulTime", info.succeeded);
  put_time(out, "nextDeliveryTime", info.next);
  return out;
}

Object stream_info(const DeliveryInfo& info) {
  Object out;
  put_text(out, "lastStatus", info.status);
  put_text(out, "lastErrorCode", info.error_code);
  put_text(out, "lastErrorMessage", info.error_message);
  put_time(out, "lastStatusChangeTime", info.changed);
  return out;
}

Object status(const Channel& channel) {
  return {{"name", channel.name},
          {"configSnapshotDeliveryInfo", file_info(channel.snapshots)},
          {"configHistoryDeliveryInfo", file_info(channel.histories)},
          {"configStreamDeliveryInfo", stream_info(channel.stream)}};
}

bool is_topic(const std::string& topic) {
  const auto parsed = Arn::parse(topic);
  return parsed && parsed->service == "sns" && !parsed->resource.empty();
}

Result<void> read_settings(Channel& channel, const Document& given) {
  const auto member = [&](std::string_view name) -> std::optional<std::string> {
    if (!find(given, name)) return std::nullopt;
    return string_of(given, name);
  };
  channel.bucket = member("s3BucketName").value_or("");
  if (channel.bucket.empty())
    return fail("NoSuchBucketException", "Cannot find a S3 bucket with an empty bucket name.");
  const auto prefix = member("s3KeyPrefix"), topic = member("snsTopicARN"),
             key = member("s3KmsKeyArn");
  if (prefix && prefix->empty())
    return fail("InvalidS3KeyPrefixException",
                "The s3 key prefix '' is not valid, empty s3 key prefix.");
  if (key && (!Arn::parse(*key) || Arn::parse(*key)->service != "kms"))
    return fail("InvalidS3KmsKeyArnException",
                fmt::format("The s3 KMS key ARN '{}' is not valid.", *key));
  if (topic && !is_topic(*topic))
    return fail("InvalidSNSTopicARNException",
                fmt::format("The sns topic arn '{}' is not valid.", *topic));
  channel.prefix = prefix.value_or("");
  channel.kms_key = key.value_or("");
  channel.topic = topic.value_or("");
  channel.frequency =
      string_of(object_of(given, "configSnapshotDeliveryProperties"), "deliveryFrequency");
  if (channel.frequency.empty() || kFrequencies.contains(channel.frequency)) return {};
  return fail("ValidationException",
              fmt::format("1 validation error detected: Value '{}' at "
                          "'deliveryChannel.configSnapshotDeliveryProperties.deliveryFrequency' "
                          "failed to satisfy constraint: Member must satisfy enum value set: "
                          "[One_Hour, TwentyFour_Hours, Twelve_Hours, Three_Hours, Six_Hours]",
                          channel.frequency));
}

/// Of files on a schedule. They are no reason for virtual time to jump.
void arm_snapshots(core::Context& context, Channel& channel) {
  if (!channel.snapshot_timer.empty()) context.cancel(channel.snapshot_timer);
  channel.snapshot_timer.clear();
  channel.snapshots.next = {};
  const auto hours = kFrequencies.find(channel.frequency);
  if (hours == kFrequencies.end()) return;
  channel.snapshots.next = context.now() + std::chrono::hours(hours->second);
  channel.snapshot_timer = context.upkeep(channel.snapshots.next, {"config.snapshot_due", nullptr});
}

void arm_histories(core::Context& context, Channel& channel) {
  if (!channel.history_timer.empty()) context.cancel(channel.history_timer);
  channel.histories.next = context.now() + kHistoryPeriod;
  channel.history_timer = context.upkeep(channel.histories.next, {"config.history_due", nullptr});
}

Result<Channel> made_or_changed(core::Call& call, const std::string& name) {
  auto channel = channel_of(call, call.scope());
  if (!channel) return Channel{.name = name};
  if (channel->name == name) return *std::move(channel);
  return fail("MaxNumberOfDeliveryChannelsExceededException",
              fmt::format("Failed to put delivery channel '{}' because the maximum number of "
                          "delivery channels: 1 is reached.",
                          name));
}

}  // namespace

std::optional<Channel> channel_of(const store::View& view, const Scope& scope) {
  return kChannels.get(view, Key::of(scope));
}

void put_channel(core::Context& context, const Channel& channel) {
  kChannels.put(context, Key::of(context.scope()), channel);
  kTopics.put(context, Key::of(context.scope()), {channel.topic});
}

core::Outcome put_delivery_channel(core::Call& call) {
  const auto given = call.params().at("DeliveryChannel");
  const auto name = string_of(given, "name", "default");
  if (name.find_first_not_of(' ') == std::string::npos) {
    return fail("InvalidDeliveryChannelNameException",
                fmt::format("The delivery channel name '{}' is not valid, blank string.", name));
  }
  const auto recorder = recorder_of(call, call.scope());
  if (!recorder) {
    return fail("NoAvailableConfigurationRecorderException",
                "Configuration recorder is not available to put delivery channel.");
  }
  auto channel = TRY(made_or_changed(call, name));
  TRY(read_settings(channel, given));
  TRY(check_bucket(call, channel, recorder->role));
  arm_snapshots(call, channel);
  put_channel(call, channel);
  if (recorder->recording) begin_histories(call);
  return Object{};
}

core::Outcome describe_delivery_channels(core::Call& call) {
  Array list;
  for (const auto& channel : TRY(wanted_channels(call)))
    list.push_back(description(channel));
  return Object{{"DeliveryChannels", std::move(list)}};
}

core::Outcome describe_delivery_channel_status(core::Call& call) {
  Array list;
  for (const auto& channel : TRY(wanted_channels(call)))
    list.push_back(status(channel));
  return Object{{"DeliveryChannelsStatus", std::move(list)}};
}

core::Outcome delete_delivery_channel(core::Call& call) {
  const auto name = text(call.params(), "DeliveryChannelName");
  const auto channel = TRY(channel_named(call, name));
  const auto recorder = recorder_of(call, call.scope());
  if (recorder && recorder->recording) {
    return fail("LastDeliveryChannelDeleteFailedException",
                fmt::format("Failed to delete last specified delivery channel with name '{}', "
                            "because there is a running configuration recorder.",
                            name));
  }
  for (const auto& timer : {channel.snapshot_timer, channel.history_timer}) {
    if (!timer.empty()) call.cancel(timer);
  }
  kChannels.erase(call, Key::of(call.scope()));
  kTopics.erase(call, Key::of(call.scope()));
  return Object{};
}

core::Outcome deliver_config_snapshot(core::Call& call) {
  TRY(channel_named(call, text(call.params(), "deliveryChannelName")));
  const auto recorder = recorder_of(call, call.scope());
  if (!recorder) {
    return fail("NoAvailableConfigurationRecorderException",
                "Configuration recorder is not available to deliver config snapshot.");
  }
  if (!recorder->recording) {
    return fail("NoRunningConfigurationRecorderException",
                "There is no running configuration recorder to deliver config snapshot.");
  }
  return Object{{"configSnapshotId", start_snapshot(call)}};
}

void begin_histories(core::Context& context) {
  auto channel = channel_of(context, context.scope());
  if (!channel || !channel->history_timer.empty()) return;
  channel->delivered_until = context.now() - Duration(1);
  arm_histories(context, *channel);
  put_channel(context, *channel);
}

void snapshot_due(core::Context& context, const core::Resumption&) {
  auto channel = channel_of(context, context.scope());
  if (!channel) return;
  channel->snapshot_timer.clear();
  arm_snapshots(context, *channel);
  put_channel(context, *channel);
  const auto recorder = recorder_of(context, context.scope());
  if (recorder && recorder->recording) start_snapshot(context);
}

void history_due(core::Context& context, const core::Resumption&) {
  auto channel = channel_of(context, context.scope());
  if (!channel) return;
  // What the same moment may still bring comes with the next.
  const Time from = channel->delivered_until, until = context.now() - Duration(1);
  channel->history_timer.clear();
  channel->delivered_until = until;
  arm_histories(context, *channel);
  put_channel(context, *channel);
  start_history(context, from, until);
}

}  // namespace tocsin::config
