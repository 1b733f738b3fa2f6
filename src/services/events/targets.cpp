// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "services/events/paging.hpp"
#include "services/events/target_kinds.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kMostTargets = 5;

/// Targets are part of a rule's configuration: the row is written again so that its change shows.
void touch(Call& call, Rule rule) {
  ++rule.targets_revision;
  kRules.put(call, key_of(rule), rule);
  renew(call, rule.scope, rule.bus);
}

Object reply_with(Array failures) {
  return {{"FailedEntryCount", failures.size()}, {"FailedEntries", std::move(failures)}};
}

bool is_served(const Services& services, const TargetKind& kind) {
  const auto service = services.find(kind.service);
  if (service == services.end()) return false;
  const auto& operations = service->second.operations;
  return std::ranges::find(operations, kind.operation, &core::Operation::name) != operations.end();
}

/// Why the target is refused for itself, while others are taken; empty where it is not.
Object unserved(const Document& target, const Services& services) {
  const auto arn = Arn::parse(text(target, "Arn"));
  const auto* kind = arn ? kind_of(*arn) : nullptr;
  if (kind && is_served(services, *kind)) return {};
  return {{"TargetId", text(target, "Id")},
          {"ErrorCode", "NotImplemented"},
          {"ErrorMessage",
           fmt::format("Tocsin does not serve targets like {} yet.", text(target, "Arn"))}};
}

Result<void> check(Call& call, const Document& target, const Rule& rule) {
  TRY(check_target(target, rule.scope));
  if (text(target, "Arn") == BusName{rule.scope, rule.bus}.arn()) {
    return invalid(fmt::format(
        "Parameter {} is not valid. Reason: An event bus is no target of its own rules.",
        text(target, "Arn")));
  }
  const auto role = string_of(target, "RoleArn");
  if (role.empty()) return {};
  return call.authorize({.action = "iam:PassRole",
                         .resource = role,
                         .context = {{"iam:PassedToService", {std::string(kPrincipal)}}}});
}

}  // namespace

Outcome put_targets(Call& call, const Services& services) {
  const auto rule = TRY(find_rule(call));
  for (const auto& target : array_of(call.params(), "Targets"))
    TRY(check(call, target, rule));
  Array failures;
  for (const auto& target : array_of(call.params(), "Targets")) {
    if (auto failure = unserved(target, services); !failure.empty())
      failures.push_back(std::move(failure));
    else
      kTargets.put(call, key_of(rule).add(text(target, "Id")), {target});
  }
  if (kTargets.all(call, key_of(rule)).size() > kMostTargets) return limit_exceeded();
  touch(call, rule);
  return reply_with(std::move(failures));
}

Outcome remove_targets(Call& call) {
  const auto rule = TRY(find_rule(call));
  for (const auto& id : array_of(call.params(), "Ids")) {
    if (const auto* name = id.if_string())
      kTargets.erase(call, key_of(rule).add({name->data(), name->size()}));
  }
  touch(call, rule);
  return reply_with({});
}

Outcome list_targets_by_rule(Call& call) {
  const auto rule = TRY(find_rule(call));
  return page_of<Target>(call, kTargets, key_of(rule), "Targets",
                         [](const Target& target) -> Document { return target.target; });
}

}  // namespace tocsin::events
