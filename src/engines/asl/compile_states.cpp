// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/arn.hpp"
#include "engines/asl/compile.hpp"

namespace tocsin::asl {
namespace {

constexpr std::int64_t kLongest = 99'999'999;  // seconds

}  // namespace

std::optional<Resource> parse_resource(std::string_view text) {
  const auto parsed = Arn::parse(text);
  if (!parsed) return std::nullopt;
  Resource out;
  out.arn = text;
  if (parsed->service == "lambda" && parsed->resource.starts_with("function:")) {
    out.kind = Resource::Kind::Lambda;
    return out;
  }
  if (parsed->service != "states") return std::nullopt;
  if (parsed->resource.starts_with("activity:")) {
    out.kind = Resource::Kind::Activity;
    return out;
  }
  const auto colon = parsed->resource.find(':', parsed->resource.starts_with("aws-sdk:") ? 8 : 0);
  if (colon == std::string::npos || !parsed->region.empty() || !parsed->account.empty())
    return std::nullopt;
  out.service = parsed->resource.substr(0, colon);
  out.action = parsed->resource.substr(colon + 1);
  if (out.action.ends_with(".waitForTaskToken"))
    out.pattern = Resource::Pattern::WaitForTaskToken;
  else if (out.action.ends_with(".sync") || out.action.ends_with(".sync:2"))
    out.pattern = Resource::Pattern::Sync;
  if (out.service.empty() || out.action.empty() || out.action[0] == '.') return std::nullopt;
  return out;
}

void Builder::pass(Place& place) {
  const auto* result = find(place.json, "Result");
  if (!result) return;
  place.state.result = Value(*result);
  if (const auto* text = result->if_string(); text && std::string_view(*text).starts_with("$."))
    warn("PASS_RESULT_IS_STATIC",
         "The result of a Pass state is static: a path in it is not evaluated",
         place.at + "/Result");
}

void Builder::task(Place& place) {
  auto part = std::make_unique<TaskPart>();
  const auto location = place.at + "/Resource";
  if (const auto resource = text_field(place, "Resource", true)) {
    if (auto parsed = parse_resource(*resource))
      part->resource = std::move(*parsed);
    else
      schema("Value is not a valid resource ARN", location);
  }
  if (machine_->type == MachineType::Express) {
    if (part->resource.kind == Resource::Kind::Activity)
      schema("Express state machine does not support Activity ARN", location);
    if (part->resource.pattern == Resource::Pattern::Sync)
      schema("Express state machine does not support '.sync' service integration", location);
    if (part->resource.pattern == Resource::Pattern::WaitForTaskToken)
      schema("Express state machine does not support '.waitForTaskToken' service integration ",
             location);
  }
  if (const auto* credentials = find(place.json, "Credentials")) {
    const auto at = place.at + "/Credentials";
    if (!find(*credentials, "RoleArn") && !find(*credentials, "RoleArn.$") &&
        !credentials->is_string())
      schema("The field 'RoleArn' is required but was missing", at);
    part->credentials = payload(place, "Credentials");
  }
  whole_number(place, "TimeoutSeconds", 1, kLongest);
  whole_number(place, "HeartbeatSeconds", 1, kLongest);
  place.state.timeout = setting(place, "TimeoutSeconds", "TimeoutSecondsPath");
  place.state.heartbeat = setting(place, "HeartbeatSeconds", "HeartbeatSecondsPath");
  const auto timeout = integer(place.json, "TimeoutSeconds"),
             heartbeat = integer(place.json, "HeartbeatSeconds");
  if (timeout && heartbeat && *heartbeat >= *timeout)
    schema("The value for 'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
           place.at + "/HeartbeatSeconds");
  place.state.task = std::move(part);
}

void Builder::wait(Place& place) {
  auto part = std::make_unique<WaitPart>();
  part->seconds = setting(place, "Seconds", "SecondsPath");
  part->timestamp = setting(place, "Timestamp", "TimestampPath");
  if (static_cast<bool>(part->seconds) == static_cast<bool>(part->timestamp))
    schema("Exactly one of 'Seconds', 'SecondsPath', 'Timestamp' and 'TimestampPath' is required",
           place.at);
  whole_number(place, "Seconds", 0, kLongest);
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
  compile("Error", "ErrorPath", part->error, part->error_call);
  compile("Cause", "CausePath", part->cause, part->cause_call);
  place.state.fail = std::move(part);
}

void Builder::parallel(Place& place) {
  auto part = std::make_unique<ParallelPart>();
  const auto* branches = find(place.json, "Branches");
  if (!branches || !branches->is_array() || branches->get_array().empty()) {
    schema(branches ? "The value for 'Branches' must be a non-empty array"
                    : "The field 'Branches' is required but was missing",
           place.at);
  } else {
    std::size_t index = 0;
    for (const auto& branch : branches->get_array()) {
      const auto at = fmt::format("{}/Branches[{}]", place.at, index++);
      if (const auto* object = branch.if_object())
        part->branches.push_back(flow(*object, at, place.state.language));
      else
        schema("The value must be an object", at);
    }
  }
  place.state.parallel = std::move(part);
}

std::vector<std::string> Builder::error_equals(const Object& json, const std::string& at) {
  std::vector<std::string> out;
  for (const auto& error : array_of(json, "ErrorEquals"))
    if (const auto* text = error.if_string()) out.emplace_back(*text);
  if (out.empty()) {
    schema(json.contains("ErrorEquals") ? "The value for 'ErrorEquals' must be a non-empty array"
                                        : "The field 'ErrorEquals' is required but was missing",
           at);
  }
  if (out.size() > 1 && std::find(out.begin(), out.end(), "States.ALL") != out.end())
    schema("'States.ALL' must appear alone in 'ErrorEquals'", at + "/ErrorEquals");
  return out;
}

std::vector<Retrier> Builder::retriers(Place& place) {
  std::vector<Retrier> out;
  const auto& list = array_of(place.json, "Retry");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = fmt::format("{}/Retry[{}]", place.at, i);
    const auto* json = list[i].if_object();
    if (!json) {
      schema("The value must be an object", at);
      continue;
    }
    Retrier retrier;
    retrier.errors = error_equals(*json, at);
    const auto number = [&](std::string_view field, std::int64_t& value, std::int64_t least,
                            std::int64_t most) {
      if (!json->contains(field)) return;
      const auto given = integer(*json, field);
      if (!given || *given < least || *given > most)
        schema(fmt::format("The value for '{}' must be an integer between {} and {}", field, least,
                           most),
               fmt::format("{}/{}", at, field));
      else
        value = *given;
    };
    number("IntervalSeconds", retrier.interval_s, 1, kLongest);
    number("MaxAttempts", retrier.max_attempts, 0, kLongest);
    number("MaxDelaySeconds", retrier.max_delay_s, 1, 31'622'400);
    if (const auto* rate = find(*json, "BackoffRate")) {
      retrier.backoff = rate->is_number() ? rate->to_number<double>() : 0;
      if (retrier.backoff < 1)
        schema("The value for 'BackoffRate' must be a number of at least 1.0", at + "/BackoffRate");
    }
    const auto jitter = text(*json, "JitterStrategy", "NONE");
    retrier.jitter = jitter == "FULL";
    if (jitter != "FULL" && jitter != "NONE")
      schema("The value for 'JitterStrategy' must be one of [FULL, NONE]", at + "/JitterStrategy");
    out.push_back(std::move(retrier));
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
      catcher.errors = error_equals(*json, at);
      if (!json->contains("Next")) schema("The field 'Next' is required but was missing", at);
      if (!place.state.jsonata()) catcher.result_path = selection(inner, "ResultPath", true);
      catcher.assign = payload(inner, "Assign");
      if (place.state.jsonata()) catcher.output = payload(inner, "Output");
    } else {
      schema("The value must be an object", at);
    }
    out.push_back(std::move(catcher));
  }
  return out;
}

}  // namespace tocsin::asl
