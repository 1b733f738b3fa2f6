// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kMostTargets = 5;

Failure invalid(std::string message) {
  return fail("ValidationException", std::move(message));
}

Result<void> check_transformer(const Document& transformer) {
  if (text(transformer, "InputTemplate").empty())
    return invalid("InputTemplate of InputTransformer is required.");
  const auto& paths = object_of(transformer, "InputPathsMap");
  if (paths.size() > 100) return invalid("InputPathsMap has more than 100 paths.");
  for (const auto& [name, path] : paths) {
    if (std::string_view(name).starts_with("AWS"))
      return invalid("Keys of InputPathsMap must not start with AWS.");
    if (!path.is_string() || !std::string_view(path.get_string()).starts_with("$")) {
      return invalid("Invalid InputPathsMap: a path starts with $.");
    }
  }
  return {};
}

Result<void> check_target(const Document& target) {
  const auto id = text(target, "Id");
  if (id.empty() || id.size() > 64)
    return invalid("A target's Id has between 1 and 64 characters.");
  const auto parsed = Arn::parse(text(target, "Arn"));
  if (!parsed) return invalid("Provided Arn is not in correct format.");
  static constexpr std::array<std::string_view, 3> served{"lambda", "sns", "sqs"};
  if (std::ranges::find(served, parsed->service) == served.end()) {
    return invalid("Tocsin does not deliver events to targets of " + parsed->service + ".");
  }
  int ways = 0;
  for (const auto* way : {"Input", "InputPath", "InputTransformer"})
    ways += find(target, way) ? 1 : 0;
  if (ways > 1)
    return invalid(
        "Only one of Input, InputPath, or InputTransformer must be provided for target " +
        std::string(id) + ".");
  if (find(target, "Input") && !parse_json(text(target, "Input"))) {
    return invalid("JSON syntax error in input for target " + std::string(id) + ".");
  }
  if (const auto path = text(target, "InputPath", "$"); !path.starts_with("$"))
    return invalid("Invalid InputPath for target " + std::string(id) + ".");
  if (const auto* transformer = find(target, "InputTransformer"))
    TRY(check_transformer(*transformer));
  const Document retry = object_of(target, "RetryPolicy");
  const auto attempts = integer(retry, "MaximumRetryAttempts").value_or(185);
  const auto age = integer(retry, "MaximumEventAgeInSeconds").value_or(86'400);
  if (attempts < 0 || attempts > 185)
    return invalid("MaximumRetryAttempts must be between 0 and 185.");
  if (age < 60 || age > 86'400)
    return invalid("MaximumEventAgeInSeconds must be between 60 and 86400.");
  return {};
}

/// Targets are part of a rule's configuration: the row is written again so that its change shows.
void touch(Call& call, Rule rule) {
  ++rule.targets_revision;
  kRules.put(call, key_of(rule), rule);
}

Object no_failures() {
  return {{"FailedEntryCount", 0}, {"FailedEntries", Array{}}};
}

}  // namespace

Outcome put_targets(Call& call) {
  const auto rule = find_rule(call);
  if (!rule) return rule.error();
  for (const auto& target : array_of(call.params(), "Targets")) {
    if (auto good = check_target(target); !good) return good.error();
    if (const auto role = string_of(target, "RoleArn"); !role.empty()) {
      if (auto may = call.authorize({.action = "iam:PassRole", .resource = role}); !may)
        return may.error();
    }
    kTargets.put(call, core::Key::of(rule->scope, rule->bus, rule->name, text(target, "Id")),
                 {target.as_object()});
  }
  if (kTargets.all(call, key_of(*rule)).size() > kMostTargets) {
    return fail("LimitExceededException",
                "The requested resource exceeds the maximum number allowed.");
  }
  touch(call, *rule);
  return no_failures();
}

Outcome remove_targets(Call& call) {
  const auto rule = find_rule(call);
  if (!rule) return rule.error();
  for (const auto& id : array_of(call.params(), "Ids")) {
    if (!id.is_string()) continue;
    kTargets.erase(
        call, core::Key::of(rule->scope, rule->bus, rule->name, std::string_view(id.get_string())));
  }
  touch(call, *rule);
  return no_failures();
}

Outcome list_targets_by_rule(Call& call) {
  const auto rule = find_rule(call);
  if (!rule) return rule.error();
  Array targets;
  for (const auto& target : kTargets.all(call, key_of(*rule)))
    targets.push_back(target.target);
  return Object{{"Targets", std::move(targets)}};
}

}  // namespace tocsin::events
