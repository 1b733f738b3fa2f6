// SPDX-License-Identifier: Apache-2.0
#include "services/states/versions.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/states/paging.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostVersions = 1000;

/// What clients call the revision that a machine was created with.
std::string shown_revision(const Machine& machine) {
  return machine.revision.initial ? "INITIAL" : machine.revision.id;
}

Result<void> check_revision(const Call& call, const Machine& machine) {
  const auto wanted = text(call.params(), "revisionId");
  if (wanted.empty() || wanted == shown_revision(machine)) return {};
  return fail(
      "ConflictException",
      fmt::format("Failed to publish the State Machine version for revision {}. The current "
                  "State Machine revision is {}.",
                  wanted, shown_revision(machine)));
}

/// Names of the aliases that route to the version.
std::vector<std::string> aliases_of(const Context& context, const StatesArn& arn,
                                    std::int64_t version) {
  std::vector<std::string> names;
  for (const auto& alias : kAliases.all(context, Key::of(arn.scope, arn.name)))
    if (routes_to(alias, version)) names.push_back(alias.name);
  return names;
}

}  // namespace

bool routes_to(const Alias& alias, std::int64_t version) {
  return std::ranges::any_of(alias.routes,
                             [&](const Route& route) { return route.version == version; });
}

std::optional<std::int64_t> version_number(const StatesArn& arn) {
  const bool digits = !arn.rest.empty() && arn.rest.size() <= 8 &&
                      std::ranges::all_of(arn.rest, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  return std::stoll(arn.rest);
}

Result<Version> published(Context& context, Machine& machine, std::string description) {
  const auto versions = kVersions.all(context, Key::of(machine.scope, machine.name));
  for (const auto& version : versions)
    if (version.revision.id == machine.revision.id) return version;
  if (versions.size() >= kMostVersions) {
    return fail("ServiceQuotaExceededException",
                fmt::format("The maximum number of versions of a state machine has been reached "
                            "({}).",
                            kMostVersions));
  }
  return add_version(context, machine, std::move(description));
}

Outcome publish_state_machine_version(Call& call) {
  const auto wanted = TRY(arn_of(call, "stateMachineArn", {"stateMachine"}));
  auto machine = TRY(find_machine(call, wanted));
  if (!wanted.rest.empty()) return no_machine(text(call.params(), "stateMachineArn"));
  TRY(check_active(machine));
  TRY(check_revision(call, machine));
  const auto version = TRY(published(call, machine, opened(call, "description")));
  kMachines.put(call, Key::of(machine.scope, machine.name), machine);
  return Object{{"creationDate", to_seconds(version.created)},
                {"stateMachineVersionArn", version_arn(machine, version.number)}};
}

Outcome delete_state_machine_version(Call& call) {
  const auto wanted = TRY(arn_of(call, "stateMachineVersionArn", {"stateMachine"}));
  const auto number = version_number(wanted);
  if (!number) {
    return fail("InvalidArn",
                fmt::format("Invalid arn: '{}'", text(call.params(), "stateMachineVersionArn")));
  }
  if (const auto aliases = aliases_of(call, wanted, *number); !aliases.empty()) {
    return fail("ConflictException",
                fmt::format("Version to be deleted must not be referenced by an alias. Current "
                            "list of aliases referencing this version: [{}]",
                            fmt::join(aliases, ", ")));
  }
  kVersions.erase(call, Key::of(wanted.scope, wanted.name, number_part(*number)));
  return Object{};
}

Outcome list_state_machine_versions(Call& call) {
  const auto wanted = TRY(arn_of(call, "stateMachineArn", {"stateMachine"}));
  const auto machine = TRY(find_machine(call, wanted));
  if (!wanted.rest.empty()) return no_machine(text(call.params(), "stateMachineArn"));
  return page_of<Version>(
      call, kVersions, Key::of(machine.scope, machine.name), "stateMachineVersions",
      [&](const auto&, const Version& version) -> Document {
        return Object{{"stateMachineVersionArn", version_arn(machine, version.number)},
                      {"creationDate", to_seconds(version.created)}};
      },
      store::Direction::Backward);
}

}  // namespace tocsin::states
