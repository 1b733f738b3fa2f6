// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/lambda/invocation.hpp"
#include "services/lambda/paging.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::array<std::string_view, 4> kDestinations{"sqs", "sns", "lambda", "events"};

std::string qualifier_of(const Reference& reference) {
  return reference.qualifier.empty() ? std::string(kLatest) : reference.qualifier;
}

std::string arn_of(const Reference& reference) {
  return Reference{reference.scope, reference.name, qualifier_of(reference)}.arn();
}

Failure no_config(const Reference& reference) {
  return fail("ResourceNotFoundException",
              fmt::format("The function {} doesn't have an EventInvokeConfig", arn_of(reference)),
              404);
}

Object config_shown(const Reference& reference, const EventConfig& config) {
  const auto destination = [](const std::string& arn) {
    return arn.empty() ? Object{} : Object{{"Destination", arn}};
  };
  Object out{{"LastModified", to_seconds(config.modified)},
             {"FunctionArn", arn_of(reference)},
             {"DestinationConfig", Object{{"OnSuccess", destination(config.on_success)},
                                          {"OnFailure", destination(config.on_failure)}}}};
  if (config.retries) out["MaximumRetryAttempts"] = *config.retries;
  if (config.age_s) out["MaximumEventAgeInSeconds"] = *config.age_s;
  return out;
}

Result<void> read_range(const Document& params, std::string_view member,
                        std::optional<std::int64_t>& out, std::int64_t least, std::int64_t most) {
  const auto given = integer(params, member);
  if (!given) return {};
  std::string shown(member);
  shown[0] = static_cast<char>(std::tolower(shown[0]));
  if (*given < least)
    return violation(std::to_string(*given), shown,
                     fmt::format("Member must have value greater than or equal to {}", least));
  if (*given > most)
    return violation(std::to_string(*given), shown,
                     fmt::format("Member must have value less than or equal to {}", most));
  out = *given;
  return {};
}

Result<void> read_destination(const Call& call, const Reference& reference, std::string_view which,
                              std::string& out) {
  const auto* config = find(call.params(), "DestinationConfig");
  const auto* given = config ? find(*config, which) : nullptr;
  if (!given) return {};
  out = string_of(*given, "Destination");
  if (out.empty()) return {};
  const auto arn = Arn::parse(out);
  if (!arn || std::ranges::find(kDestinations, arn->service) == kDestinations.end()) {
    const std::string lower = which == "OnSuccess" ? "onSuccess" : "onFailure";
    return invalid(
        fmt::format("The provided destination config DestinationConfig({}={}"
                    "(destination={})) is invalid.",
                    lower, which, out));
  }
  if (arn->service == "lambda" && arn->resource == "function:" + reference.name)
    return invalid("You can't specify the function as a destination for itself.");
  return {};
}

Result<void> read(const Call& call, const Reference& reference, EventConfig& config) {
  const auto& params = call.params();
  if (!find(params, "MaximumRetryAttempts") && !find(params, "MaximumEventAgeInSeconds") &&
      !find(params, "DestinationConfig")) {
    return invalid("You must specify at least one of error handling or destination setting.");
  }
  TRY(read_range(params, "MaximumRetryAttempts", config.retries, 0, 2));
  TRY(read_range(params, "MaximumEventAgeInSeconds", config.age_s, 60, 21'600));
  TRY(read_destination(call, reference, "OnSuccess", config.on_success));
  return read_destination(call, reference, "OnFailure", config.on_failure);
}

Outcome put(Call& call, const Reference& reference, EventConfig config) {
  TRY(read(call, reference, config));
  config.qualifier = qualifier_of(reference);
  config.modified = call.now();
  kEvents.put(call, Key::of(reference.scope, reference.name, config.qualifier), config);
  return config_shown(reference, config);
}

Result<Reference> existing(Call& call) {
  const auto reference = TRY(reference_of(call));
  if (!target_of(call, reference))
    return fail("ResourceNotFoundException", "The function doesn't exist.", 404);
  call.set_scope(reference.scope);
  return reference;
}

std::optional<EventConfig> config_at(const Call& call, const Reference& reference) {
  return kEvents.get(call, Key::of(reference.scope, reference.name, qualifier_of(reference)));
}

}  // namespace

Outcome put_event_config(Call& call) {
  return put(call, TRY(existing(call)), {});
}

Outcome update_event_config(Call& call) {
  const auto reference = TRY(existing(call));
  const auto config = config_at(call, reference);
  if (!config) return no_config(reference);
  return put(call, reference, *config);
}

Outcome get_event_config(Call& call) {
  const auto reference = TRY(reference_of(call));
  const auto config = config_at(call, reference);
  if (!config) return no_config(reference);
  return config_shown(reference, *config);
}

Outcome delete_event_config(Call& call) {
  const auto reference = TRY(reference_of(call));
  if (!config_at(call, reference)) return no_config(reference);
  kEvents.erase(call, Key::of(reference.scope, reference.name, qualifier_of(reference)));
  return Object{};
}

Outcome list_event_configs(Call& call) {
  const auto reference = TRY(reference_of(call));
  if (!kFunctions.contains(call, reference.key()))
    return fail("ResourceNotFoundException", "The function doesn't exist.", 404);
  return list_page<EventConfig>(
      call, kEvents, reference.key(), "FunctionEventInvokeConfigs", [&](const EventConfig& config) {
        return Document(config_shown({reference.scope, reference.name, config.qualifier}, config));
      });
}

}  // namespace tocsin::lambda
