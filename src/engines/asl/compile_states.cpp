// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {
void Builder::pass(Place& place) {
  if (const auto* result = find(place.json, "Result")) place.state.result = Value(*result);
}

void Builder::task(Place& place) {
  auto part = std::make_unique<TaskPart>();
  part->resource = resource(place);
  if (const auto* credentials = find(place.json, "Credentials")) {
    const auto at = place.at + "/Credentials";
    if (part->resource.kind == Resource::Kind::Activity)
      schema("The field 'Credentials' is not supported for activities", at);
    else if (!find(*credentials, "RoleArn") && !find(*credentials, "RoleArn.$") &&
             !credentials->is_string())
      schema("The field 'RoleArn' is required but was missing", at);
    part->credentials = payload(place, "Credentials");
  }
  const auto language = place.state.language;
  const Range range{1, kLongest};
  const auto timeout = whole_number(place.json, "TimeoutSeconds", range, place.at, language),
             heartbeat = whole_number(place.json, "HeartbeatSeconds", range, place.at, language);
  exclusive(place.json, {"TimeoutSeconds", "TimeoutSecondsPath"}, place.at);
  exclusive(place.json, {"HeartbeatSeconds", "HeartbeatSecondsPath"}, place.at);
  place.state.timeout = setting(place, "TimeoutSeconds", "TimeoutSecondsPath");
  place.state.heartbeat = setting(place, "HeartbeatSeconds", "HeartbeatSecondsPath");
  if (timeout && heartbeat && *heartbeat >= *timeout)
    schema("The value for 'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
           place.at + "/HeartbeatSeconds");
  place.state.task = std::move(part);
}

void Builder::wait(Place& place) {
  auto part = std::make_unique<WaitPart>();
  part->seconds = setting(place, "Seconds", "SecondsPath");
  part->timestamp = setting(place, "Timestamp", "TimestampPath");
  exclusive(place.json, {"SecondsPath", "Seconds", "TimestampPath", "Timestamp"}, place.at,
            Presence::Required);
  whole_number(place.json, "Seconds", {0, kLongest}, place.at, place.state.language);
  // Of JSONata too: AWS takes an expression that is a string literal for a timestamp.
  if (part->timestamp.literal) {
    const auto* text = part->timestamp.literal->if_string();
    if (!text || !parse_timestamp(*text))
      schema("String does not match RFC3339 timestamp", place.at + "/Timestamp");
  }
  place.state.wait = std::move(part);
}

void Builder::fail(Place& place) {
  auto part = std::make_unique<FailPart>();
  const auto compile = [&](std::string_view field, std::string_view path_field, Setting& setting_,
                           std::optional<Intrinsic>& call) {
    const auto* value = find(place.json, path_field);
    if (value && value->is_string() &&
        std::string_view(value->get_string()).starts_with("States.")) {
      if (auto parsed = Intrinsic::parse(value->get_string())) {
        call = std::move(*parsed);
        setting_.field = path_field;
        return;
      }
    }
    setting_ = setting(place, field, path_field);
  };
  exclusive(place.json, {"Error", "ErrorPath"}, place.at);
  exclusive(place.json, {"Cause", "CausePath"}, place.at);
  compile("Error", "ErrorPath", part->error, part->error_call);
  compile("Cause", "CausePath", part->cause, part->cause_call);
  place.state.fail = std::move(part);
}

void Builder::parallel(Place& place) {
  auto part = std::make_unique<ParallelPart>();
  if (const auto* branches = filled_array(place.json, "Branches", place.at)) {
    std::size_t index = 0;
    for (const auto& branch : *branches) {
      const auto at = fmt::format("{}/Branches[{}]", place.at, index++);
      const auto* object = branch.if_object();
      if (!object) {
        schema("Expected value of type [OBJECT]", at);
        continue;
      }
      supported(*object, {"Comment", "StartAt", "States"}, at);
      part->branches.push_back(flow(*object, at));
    }
  }
  place.state.parallel = std::move(part);
}

std::vector<std::string> Builder::error_equals(const Array& list, std::size_t index,
                                               const std::string& at) {
  std::vector<std::string> out;
  const auto* errors = filled_array(list[index].get_object(), "ErrorEquals", at);
  if (!errors) return out;
  for (const auto& error : *errors)
    if (const auto* text = error.if_string()) out.emplace_back(*text);
  const bool all = std::find(out.begin(), out.end(), "States.ALL") != out.end();
  if (all && (out.size() > 1 || index + 1 < list.size()))
    schema("States.ALL must appear alone and at end of list", at + "/ErrorEquals");
  return out;
}

Retrier Builder::retrier(const Object& json, const std::string& at) {
  supported(json,
            {"Comment", "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate",
             "MaxDelaySeconds", "JitterStrategy"},
            at);
  Retrier out;
  const auto number = [&](std::string_view field, Range range, std::int64_t& value) {
    value = whole_number(json, field, range, at, Language::JsonPath).value_or(value);
  };
  number("IntervalSeconds", {0, kLongest}, out.interval_s);
  number("MaxAttempts", {0, kLongest}, out.max_attempts);
  number("MaxDelaySeconds", {1, 31'622'400}, out.max_delay_s);
  if (const auto* rate = find(json, "BackoffRate")) {
    out.backoff = rate->is_number() ? rate->to_number<double>() : 0;
    if (!rate->is_number())
      schema("Expected value of type Number", at + "/BackoffRate");
    else if (out.backoff < 1)
      schema("Minimum value is 1", at + "/BackoffRate");
  }
  enumerated(json, "JitterStrategy", {"NONE", "FULL"}, at);
  out.jitter = text(json, "JitterStrategy") == "FULL";
  return out;
}

std::vector<Retrier> Builder::retriers(Place& place) {
  std::vector<Retrier> out;
  const auto& list = array_of(place.json, "Retry");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = fmt::format("{}/Retry[{}]", place.at, i);
    const auto* json = list[i].if_object();
    if (!json) {
      schema("Expected value of type [OBJECT]", at);
      continue;
    }
    out.push_back(retrier(*json, at));
    out.back().errors = error_equals(list, i, at);
  }
  return out;
}

std::vector<Catcher> Builder::catchers(Place& place) {
  std::vector<Catcher> out;
  const auto& list = array_of(place.json, "Catch");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = fmt::format("{}/Catch[{}]", place.at, i);
    Catcher catcher;
    if (const auto* json = list[i].if_object()) {
      Place inner{place.state, *json, at, place.flow};
      supported(*json, {"Comment", "ErrorEquals", "Next", "ResultPath", "Assign", "Output"}, at);
      catcher.errors = error_equals(list, i, at);
      required(*json, {"Next"}, at);
      if (!place.state.jsonata()) catcher.result_path = selection(inner, "ResultPath", true);
      catcher.assign = assignments(*json, place.state.language, at);
      if (place.state.jsonata()) catcher.output = payload(inner, "Output");
    } else {
      schema("Expected value of type [OBJECT]", at);
    }
    out.push_back(std::move(catcher));
  }
  return out;
}

}  // namespace tocsin::asl
