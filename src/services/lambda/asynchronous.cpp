// SPDX-License-Identifier: Apache-2.0
// Asynchronous events: retries, their age, destinations and dead letters.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
#include "services/lambda/asynchronous.hpp"

#include <algorithm>
#include <cmath>

#include "base/crypto.hpp"
#include "services/lambda/configuration.hpp"
#include "services/lambda/destinations.hpp"

namespace tocsin::lambda {
namespace {

using core::Context;
using core::Key;

constexpr std::int64_t kRetries = 2;
constexpr std::int64_t kAgeSeconds = 21'600;

EventConfig config_of(Context& context, const Run& run) {
  const auto qualifier = run.qualifier.empty() ? std::string(kLatest) : run.qualifier;
  return kEvents.get(context, Key::of(context.scope(), run.function, qualifier))
      .value_or(EventConfig{});
}

Time oldest(const EventConfig& config, const Run& run) {
  return run.since + std::chrono::seconds(config.age_s.value_or(kAgeSeconds));
}

void again(Context& context, const Run& run, Duration delay) {
  context.at(context.now() + delay, {"lambda.run_again", encode(run)});
}

/// One minute before the first retry, two before the second, and a little more.
Duration before_retry(Context& context, int attempts) {
  return Duration(
      static_cast<std::int64_t>(60'000.0 * attempts * (1 + context.new_fraction() / 10)));
}

/// From one second to five minutes, while there is no place for the event.
Duration before_next_place(Context& context, int throttled) {
  const double grown = 1000.0 * std::pow(2.0, std::min(throttled, 10));
  return Duration(
      static_cast<std::int64_t>(std::min(grown, 300'000.0) * (0.8 + 0.2 * context.new_fraction())));
}

bool is_throttled(const Error& error) {
  return error.code == "TooManyRequestsException";
}

/// The document that the worker gave, with the payload opened; none where it could not run.
std::optional<FunctionResult> result_of(const Context& context, const Run& run,
                                        const Result<Document>& outcome) {
  if (!outcome) return std::nullopt;
  return FunctionResult{.version = run.version,
                        .payload = opened(context, *outcome, "Payload"),
                        .error = string_of(*outcome, "FunctionError")};
}

void run_again(Context& context, const core::Resumption& end) {
  auto run = decoded<Run>(end.context);
  const auto target = chosen_target(context, {context.scope(), run.function, run.qualifier});
  if (!target) return;  // deleted meanwhile
  if (const auto launched = launch(context, *target, run); !launched)
    event_not_started(context, std::move(run), launched.error());
}

}  // namespace

void event_ended(Context& context, Run run, const Result<Document>& outcome) {
  const auto config = config_of(context, run);
  const auto result = result_of(context, run, outcome);
  if (result && result->error.empty())
    return tell_destinations(context, config, run, "Success", result);
  if (run.attempts > config.retries.value_or(kRetries))
    return tell_destinations(context, config, run, "RetriesExhausted", result);
  const auto delay = before_retry(context, run.attempts);
  if (context.now() + delay > oldest(config, run))
    return tell_destinations(context, config, run, "EventAgeExceeded", result);
  ++run.attempts;
  run.throttled = 0;
  again(context, run, delay);
}

void event_not_started(Context& context, Run run, const Error& error) {
  const auto config = config_of(context, run);
  const auto function = kFunctions.get(context, Key::of(context.scope(), run.function));
  if (!function) return;
  if (is_throttled(error) && function->reserved == 0)
    return tell_destinations(context, config, run, "ZeroReservedConcurrency", std::nullopt);
  const auto delay = before_next_place(context, run.throttled++);
  if (context.now() + delay > oldest(config, run))
    return tell_destinations(context, config, run, "EventAgeExceeded", std::nullopt);
  again(context, run, delay);
}

void on_events(core::Registry& registry) {
  registry.on_resume("lambda.run_again", run_again);
}

}  // namespace tocsin::lambda
