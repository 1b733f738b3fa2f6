// SPDX-License-Identifier: Apache-2.0
// Pass, Choice, Wait, Succeed and Fail.
#include <cmath>
#include <fmt/format.h>

#include "engines/asl/run.hpp"

namespace tocsin::asl {

Run::Outcome Run::leave(Branch& branch, Value result) {
  const auto& state = state_of(branch);
  return complete(branch, {.result = std::move(result),
                           .next = state.next,
                           .result_path = &state.result_path,
                           .assign = &state.assign,
                           .output = &state.output});
}

Run::Outcome Run::pass(Branch& branch) {
  const auto& state = state_of(branch);
  if (state.jsonata()) return leave(branch, branch.input);
  auto effective = TRY(with_parameters(state, TRY(effective_input(branch))));
  if (!state.result) return leave(branch, std::move(effective));
  saw("result", state.result);
  return leave(branch, state.result);
}

Run::Outcome Run::succeed(Branch& branch) {
  return leave(branch, TRY(effective_input(branch)));
}

Run::Outcome Run::choice(Branch& branch) {
  const auto& state = state_of(branch);
  auto effective = TRY(effective_input(branch));
  const auto scope = scope_of(effective);
  Exit exit{.result = effective,
            .next = state.choice->otherwise,
            .result_path = &state.result_path,
            .assign = &state.assign,
            .output = &state.output};
  for (const auto& rule : state.choice->rules) {
    if (!TRY(rule.holds(scope))) continue;
    exit.next = rule.next;
    exit.assign = &rule.assign;
    if (rule.output) exit.output = &rule.output;
    return complete(branch, std::move(exit));
  }
  if (exit.next == kNoState) {
    return runtime_error(
        "Failed to transition out of the state. The state does not point to a next state.");
  }
  return complete(branch, std::move(exit));
}

namespace {

/// The value as a message shows it: text without quotes.
std::string shown(const Document& value) {
  const auto* text = value.if_string();
  return text ? std::string(*text) : to_json(value);
}

/// Raised behind the state's entry, unlike a failed evaluation.
Failure conversion_error(std::string cause, const Setting& setting) {
  auto error = query_error(std::move(cause), setting.field).error();
  error.members["entered"] = true;
  return fail(std::move(error));
}

}  // namespace

Result<Time> Run::seconds_from_now(const Setting& setting, const Document& value, bool jsonata) {
  const auto wrong = [&](std::string_view how, std::string_view why) -> Failure {
    if (jsonata)
      return conversion_error(fmt::format("The Seconds field {}: {}", why, shown(value)), setting);
    return runtime_error(fmt::format("The {} parameter {}: {} == {}", setting.field, how,
                                     setting.path->text(), shown(value)));
  };
  if (!value.is_number() || value.to_number<double>() != std::floor(value.to_number<double>()))
    return wrong("cannot be parsed as a long value", "cannot be parsed as a long value");
  const auto seconds = value.to_number<double>();
  if (seconds < 0) return wrong("references a negative value", "must not be a negative value");
  if (seconds > 2'147'483'647) return runtime_error("Wait state delay is too long.");
  return now() + Duration(static_cast<std::int64_t>(seconds) * 1000);
}

Result<Time> Run::timestamp_of(const Setting& setting, const Document& value, bool jsonata) {
  const auto* text = value.if_string();
  const auto time = text ? parse_timestamp(*text) : std::nullopt;
  if (!time && jsonata) {
    return conversion_error(
        fmt::format("The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time "
                    "format string: {}",
                    shown(value)),
        setting);
  }
  if (!time) {
    return runtime_error(
        fmt::format("The {} parameter does not reference a valid ISO-8601 extended offset "
                    "date-time format string: {} == {}",
                    setting.field, setting.path ? setting.path->text() : "", shown(value)));
  }
  if (*time - now() > std::chrono::seconds(2'147'483'647))
    return runtime_error("Wait state delay is too long.");
  return *time;
}

Result<Time> Run::wait_until(Branch& branch, const Value& effective) {
  const auto& state = state_of(branch);
  const auto& wait = *state.wait;
  if (wait.seconds) {
    const auto value = TRY(wait.seconds.value(scope_of(effective)));
    return seconds_from_now(wait.seconds, value, state.jsonata());
  }
  const auto value = TRY(wait.timestamp.value(scope_of(effective)));
  return timestamp_of(wait.timestamp, value, state.jsonata());
}

Run::Outcome Run::wait(Branch& branch) {
  auto effective = TRY(effective_input(branch));
  const auto until = TRY(wait_until(branch, effective));
  if (until <= now()) return leave(branch, std::move(effective));
  branch.phase = Branch::Phase::Waiting;
  branch.timer = set_timer(until);
  return true;
}

Result<std::optional<std::string>> Run::fail_text(const Setting& setting,
                                                  const std::optional<Intrinsic>& call,
                                                  const Value& effective) {
  Document value;
  if (call) {
    value = TRY(call->call(scope_of(effective)));
  } else if (!setting) {
    return std::optional<std::string>();
  } else if (setting.path) {
    Document storage;
    const auto found = read_path(*setting.path, scope_of(effective), storage);
    if (!found) {
      return runtime_error(fmt::format(
          "The JSONPath '{}' specified for the field '{}' could not be found in the input '{}'",
          setting.path->text(), setting.field, to_json(*effective)));
    }
    value = **found;
  } else {
    value = TRY(setting.value(scope_of(effective)));
    if (setting.query && !value.is_string()) return setting.query->unexpected("string", value);
  }
  return std::optional<std::string>(shown(value));
}

Run::Outcome Run::fail_state(Branch& branch) {
  const auto& part = *state_of(branch).fail;
  FailureInfo failure {
    .error = TRY(fail_text(part.error, part.error_call, branch.input))
    , .cause = TRY(fail_text(part.cause, part.cause_call, branch.input))
  };
  failed(branch, failure);
  return true;
}

}  // namespace tocsin::asl
