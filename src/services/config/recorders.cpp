// SPDX-License-Identifier: Apache-2.0
#include "services/config/recorders.hpp"

#include <fmt/format.h>

#include "services/config/channels.hpp"
#include "services/config/daily.hpp"
#include "services/config/discovery.hpp"
#include "services/config/tags.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr std::string_view kLettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";

Failure no_such_recorder(std::string_view name) {
  return fail(
      "NoSuchConfigurationRecorderException",
      fmt::format("Cannot find configuration recorder with the specified name '{}'.", name));
}

Result<Recorder> recorder_named(const core::Call& call, std::string_view name) {
  auto recorder = recorder_of(call, call.scope());
  if (!recorder || recorder->name != name) return no_such_recorder(name);
  return *std::move(recorder);
}

Result<Recorder> named_recorder(const core::Call& call) {
  return recorder_named(call, text(call.params(), "ConfigurationRecorderName"));
}

/// Those that the call names; without names the one that there is.
Result<std::vector<Recorder>> wanted_recorders(const core::Call& call) {
  const auto& names = array_of(call.params(), "ConfigurationRecorderNames");
  std::vector<Recorder> found;
  for (const auto& name : names)
    found.push_back(TRY(recorder_named(call, std::string_view(name.as_string()))));
  if (names.empty()) {
    if (auto recorder = recorder_of(call, call.scope())) found.push_back(*std::move(recorder));
  }
  return found;
}

Object description(const Recorder& recorder) {
  return {{"name", recorder.name},
          {"roleARN", recorder.role},
          {"recordingGroup", group_of(recorder)},
          {"recordingMode", mode_of(recorder)}};
}

void put_time(Object& out, std::string_view name, Time time) {
  if (time != Time{}) out[name] = to_seconds(time);
}

Object status(const Recorder& recorder) {
  Object out{{"name", recorder.name}};
  put_time(out, "lastStartTime", recorder.started);
  put_time(out, "lastStopTime", recorder.stopped);
  out["recording"] = recorder.recording;
  if (!recorder.status.empty()) out["lastStatus"] = recorder.status;
  if (!recorder.error_code.empty()) {
    out["lastErrorCode"] = recorder.error_code;
    out["lastErrorMessage"] = recorder.error_message;
  }
  put_time(out, "lastStatusChangeTime", recorder.status_changed);
  return out;
}

/// So that a change knows at once whether anybody in the account records.
void note_recording(core::Context& context, bool more) {
  const Key key{context.account().str()};
  auto mark = kRecording.get(context, key).value_or(RecordingMark{});
  mark.recorders += more ? 1 : -1;
  if (mark.recorders > 0)
    kRecording.put(context, key, mark);
  else
    kRecording.erase(context, key);
}

void stop(core::Context& context, Recorder& recorder) {
  if (!recorder.recording) return;
  recorder.recording = false;
  recorder.stopped = context.now();
  disarm_daily(context, recorder);
  note_recording(context, false);
}

Result<void> check_role(core::Call& call, const std::string& role) {
  if (role.empty())
    return fail("InvalidRoleException", "You have provided a null or empty string.");
  return call.authorize({.action = "iam:PassRole",
                         .resource = role,
                         .context = {{"iam:PassedToService", {"config.amazonaws.com"}}}});
}

Result<Recorder> made_or_changed(core::Call& call, const std::string& name) {
  auto recorder = recorder_of(call, call.scope());
  if (recorder && recorder->name != name) {
    return fail("MaxNumberOfConfigurationRecordersExceededException",
                fmt::format("Failed to put configuration recorder '{}' because the maximum number "
                            "of configuration recorders: 1 is reached.",
                            name));
  }
  if (recorder) return *std::move(recorder);
  return Recorder{.name = name,
                  .arn = arn("config", call.scope(),
                             fmt::format("configuration-recorder/{}/{}", name,
                                         call.new_id(kLettersAndDigits, 16)))};
}

}  // namespace

std::optional<Recorder> recorder_of(const store::View& view, const Scope& scope) {
  return kRecorders.get(view, Key::of(scope));
}

core::Outcome put_configuration_recorder(core::Call& call,
                                         const std::vector<core::ResourceType>& declared) {
  const auto given = call.params().at("ConfigurationRecorder");
  const auto name = string_of(given, "name", "default");
  if (name.find_first_not_of(' ') == std::string::npos) {
    return fail(
        "InvalidConfigurationRecorderNameException",
        fmt::format("The configuration recorder name '{}' is not valid, blank string.", name));
  }
  auto recorder = TRY(made_or_changed(call, name));
  TRY(check_role(call, string_of(given, "roleARN")));
  TRY(apply_group(recorder, given, declared));
  recorder.role = string_of(given, "roleARN");
  if (!is_taggable(call, recorder.arn)) put_tags(call, recorder.arn, {});
  kRecorders.put(call, Key::of(call.scope()), recorder);
  if (recorder.recording) start_look(call);
  return Object{};
}

core::Outcome describe_configuration_recorders(core::Call& call) {
  Array list;
  for (const auto& recorder : TRY(wanted_recorders(call)))
    list.push_back(description(recorder));
  return Object{{"ConfigurationRecorders", std::move(list)}};
}

core::Outcome describe_configuration_recorder_status(core::Call& call) {
  Array list;
  for (const auto& recorder : TRY(wanted_recorders(call)))
    list.push_back(status(recorder));
  return Object{{"ConfigurationRecordersStatus", std::move(list)}};
}

core::Outcome delete_configuration_recorder(core::Call& call) {
  auto recorder = TRY(named_recorder(call));
  stop(call, recorder);
  forget_tags(call, recorder.arn);
  kRecorders.erase(call, Key::of(call.scope()));
  return Object{};
}

core::Outcome start_configuration_recorder(core::Call& call) {
  auto recorder = TRY(named_recorder(call));
  if (!channel_of(call, call.scope())) {
    return fail("NoAvailableDeliveryChannelException",
                "Delivery channel is not available to start configuration recorder.");
  }
  if (recorder.recording) return Object{};
  recorder.recording = true;
  recorder.started = call.now();
  recorder.status = "PENDING";
  recorder.status_changed = call.now();
  note_recording(call, true);
  arm_daily(call, recorder);
  kRecorders.put(call, Key::of(call.scope()), recorder);
  begin_histories(call);
  start_look(call);
  return Object{};
}

core::Outcome stop_configuration_recorder(core::Call& call) {
  auto recorder = TRY(named_recorder(call));
  stop(call, recorder);
  kRecorders.put(call, Key::of(call.scope()), recorder);
  return Object{};
}

}  // namespace tocsin::config
