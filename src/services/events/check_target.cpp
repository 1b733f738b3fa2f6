// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/events/target_kinds.hpp"

namespace tocsin::events {
namespace {

std::string id_of(const Document& target) {
  return string_of(target, "Id");
}

Failure bad_arn(std::string_view arn) {
  return invalid(fmt::format(
      "Parameter {} is not valid. Reason: Provided Arn is not in correct format.", arn));
}

Result<void> check_transformer(const Document& target) {
  const auto* transformer = find(target, "InputTransformer");
  if (!transformer) return {};
  const auto input_template = text(*transformer, "InputTemplate");
  if (input_template.empty())
    return invalid("Parameter InputTemplate must be specified for target " + id_of(target) + ".");
  const auto& paths = object_of(*transformer, "InputPathsMap");
  if (paths.size() > 100) {
    return invalid("InputPathsMap for target " + id_of(target) + " has more than 100 paths.");
  }
  for (const auto& entry : paths) {
    const std::string_view name(entry.key());
    if (name.starts_with("AWS") || is_predefined(name))
      return invalid(fmt::format("InputPathsMap for target {} contains the reserved key {}.",
                                 id_of(target), name));
    if (!entry.value().is_string() || !entry.value().get_string().starts_with('$'))
      return invalid(
          fmt::format("Invalid InputPathsMap for target {}: a path starts with $.", id_of(target)));
  }
  for (const auto name : placeholders_of(input_template)) {
    if (!is_predefined(name) && !find(paths, name))
      return invalid(fmt::format("InputTemplate for target {} contains invalid placeholder {}.",
                                 id_of(target), name));
  }
  return {};
}

Result<void> check_input(const Document& target) {
  int ways = 0;
  for (const auto* way : {"Input", "InputPath", "InputTransformer"})
    ways += find(target, way) ? 1 : 0;
  if (ways > 1) {
    return invalid(
        "Only one of Input, InputPath, or InputTransformer must be provided for target " +
        id_of(target) + ".");
  }
  if (find(target, "Input") && !parse_json(text(target, "Input")))
    return invalid("JSON syntax error in input for target " + id_of(target) + ".");
  if (!text(target, "InputPath", "$").starts_with("$"))
    return invalid("Invalid InputPath for target " + id_of(target) + ".");
  return check_transformer(target);
}

Result<void> check_retry(const Document& target) {
  const auto& retry = object_of(target, "RetryPolicy");
  const auto attempts = integer(retry, "MaximumRetryAttempts").value_or(185);
  const auto age = integer(retry, "MaximumEventAgeInSeconds").value_or(86'400);
  const auto refuse = [](std::int64_t value, std::string_view member, std::string_view bound) {
    return violation(std::to_string(value), fmt::format("targets.1.member.retryPolicy.{}", member),
                     fmt::format("have value {}", bound));
  };
  if (attempts < 0) return refuse(attempts, "maximumRetryAttempts", "greater than or equal to 0");
  if (attempts > 185) return refuse(attempts, "maximumRetryAttempts", "less than or equal to 185");
  if (age < 60) return refuse(age, "maximumEventAgeInSeconds", "greater than or equal to 60");
  if (age > 86'400) return refuse(age, "maximumEventAgeInSeconds", "less than or equal to 86400");
  return {};
}

Result<void> check_kind(const Document& target, const Arn& arn, const Scope& bus) {
  if (arn.service == "sqs" && arn.resource.ends_with(".fifo") &&
      text(object_of(target, "SqsParameters"), "MessageGroupId").empty()) {
    return invalid("Parameter(s) SqsParameters must be specified for target: " + id_of(target) +
                   ".");
  }
  if (arn.service == "logs" && !arn.resource.starts_with("log-group:/aws/events/")) {
    return invalid(fmt::format(
        "Parameter {} is not valid. Reason: The log group's name must begin with /aws/events/.",
        arn.str()));
  }
  const bool bus_target = arn.service == "events" && arn.resource.starts_with("event-bus/");
  if (bus_target && has_input(target))
    return invalid("Modifying the input for target " + id_of(target) + " is not supported.");
  if (arn.service == "ssm" && arn.resource.starts_with("document/") &&
      array_of(object_of(target, "RunCommandParameters"), "RunCommandTargets").empty()) {
    return invalid(
        "Parameter(s) RunCommandParameters must be specified for target: " + id_of(target) + ".");
  }
  const auto* kind = kind_of(arn);
  const bool elsewhere =
      bus_target && (arn.account != bus.account.str() || arn.region != bus.region);
  if (((kind && kind->needs == Needs::Role) || elsewhere) && text(target, "RoleArn").empty())
    return invalid("RoleArn is required for target " + arn.str() + ".");
  return {};
}

}  // namespace

Result<void> check_dead_letter(std::string_view arn) {
  const auto queue = Arn::parse(arn);
  if (!queue || queue->service != "sqs" || queue->resource.empty()) return bad_arn(arn);
  if (queue->resource.ends_with(".fifo")) {
    return invalid(fmt::format(
        "Parameter {} is not valid. Reason: A dead-letter queue must be a standard queue.", arn));
  }
  return {};
}

Result<void> check_target(const Document& target, const Scope& bus) {
  TRY(check_name(id_of(target), "targets.1.member.id", 64));
  const auto arn = Arn::parse(text(target, "Arn"));
  if (!arn || arn->service.empty() || arn->resource.empty()) return bad_arn(text(target, "Arn"));
  TRY(check_input(target));
  TRY(check_retry(target));
  if (const auto* config = find(target, "DeadLetterConfig")) {
    if (const auto queue = text(*config, "Arn"); !queue.empty()) TRY(check_dead_letter(queue));
  }
  return check_kind(target, *arn, bus);
}

}  // namespace tocsin::events
