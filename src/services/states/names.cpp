// SPDX-License-Identifier: Apache-2.0
#include "services/states/names.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/glob.hpp"
#include "core/tags.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Key;

constexpr std::size_t kMostTags = 50;

Failure invalid_arn(std::string_view why) {
  return fail("InvalidArn", fmt::format("Invalid Arn: '{}'", why));
}

Failure wrong_kind(std::string_view kind) {
  return invalid_arn("Resource type not valid in this context: " + to_lower(kind));
}

/// What tags the resource has, for aws:ResourceTag.
Tags tags_at(const store::View& view, const StatesArn& arn) {
  if (arn.kind == "activity") {
    const auto activity = kActivities.get(view, Key::of(arn.scope, arn.name));
    return activity ? activity->tags : Tags{};
  }
  const auto machine = kMachines.get(view, Key::of(arn.scope, machine_name(arn.name)));
  return machine ? machine->tags : Tags{};
}

void add_request_tags(core::Access& access, const Document& params) {
  core::add_request_tags(access, core::tags_of(array_of(params, "tags"), "key", "value"));
  core::add_tag_keys(access, array_of(params, "tagKeys"));
}

}  // namespace

std::optional<StatesArn> parse_states_arn(std::string_view text) {
  auto arn = Arn::parse(text);
  if (!arn || arn->service != "states" || !is_account_id(arn->account) || arn->region.empty())
    return std::nullopt;
  const std::string_view resource = arn->resource;
  const auto first = resource.find(':');
  if (first == resource.npos) return std::nullopt;
  const auto tail = resource.substr(first + 1);
  const auto second = tail.find(':');
  StatesArn out{.scope = {AccountId(std::move(arn->account)), std::move(arn->region)},
                .kind = std::string(resource.substr(0, first)),
                .name = std::string(tail.substr(0, second))};
  if (second != tail.npos) out.rest = tail.substr(second + 1);
  if (out.name.empty()) return std::nullopt;
  return out;
}

Result<StatesArn> arn_of(const Call& call, std::string_view parameter,
                         std::initializer_list<std::string_view> kinds) {
  const auto given = text(call.params(), parameter);
  if (!given.starts_with("arn:"))
    return invalid_arn(fmt::format("Invalid ARN prefix: {}", given.substr(0, given.find(':'))));
  auto arn = parse_states_arn(given);
  if (!arn) return fail("InvalidArn", fmt::format("Invalid arn: '{}'", given));
  if (std::ranges::find(kinds, arn->kind) == kinds.end()) return wrong_kind(arn->kind);
  if ((arn->kind == "execution" || arn->kind == "express" || arn->kind == "mapRun") &&
      arn->rest.empty()) {
    return fail("InvalidArn", fmt::format("Invalid arn: '{}'", given));
  }
  if (arn->scope.region != call.region() || arn->scope.account != call.account())
    return fail("InvalidArn", fmt::format("Invalid arn: '{}'", given));
  return *std::move(arn);
}

std::string execution_arn(const Scope& scope, const Execution& execution) {
  const bool express = execution.type == Type::EXPRESS;
  return arn("states", scope,
             fmt::format("{}:{}:{}", express ? "express" : "execution", execution.machine,
                         execution.name));
}

Key execution_key(const Scope& scope, const Execution& execution) {
  return Key::of(scope, execution.machine, execution.name);
}

std::string machine_name(std::string_view machine) {
  return std::string(machine.substr(0, machine.find('/')));
}

std::string number_part(std::int64_t number) {
  return fmt::format("{:08}", number);
}

std::string moment_part(Time time) {
  return fmt::format("{:016x}", to_ms(time));
}

std::string map_run_arn(const Scope& scope, std::string_view machine, std::string_view name) {
  return arn("states", scope, fmt::format("mapRun:{}:{}", machine, name));
}

Result<void> check_name(std::string_view name) {
  constexpr std::string_view kRefused = " <>{}[]?*\"#%\\^|~`$&,;:/";
  const auto refused = [&](unsigned char c) {
    return c < 0x20 || c == 0x7f || kRefused.find(static_cast<char>(c)) != kRefused.npos;
  };
  if (name.empty() || name.size() > 80 || std::ranges::any_of(name, refused))
    return fail("InvalidName", fmt::format("Invalid Name: '{}'", name));
  return {};
}

Failure violation(std::string_view value, std::string_view member, std::string_view constraint) {
  return invalid(fmt::format(
      "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: {}", value,
      member, constraint));
}

Failure invalid(std::string message) {
  return fail("ValidationException", std::move(message));
}

Failure no_machine(std::string_view arn) {
  return fail("StateMachineDoesNotExist", fmt::format("State Machine Does Not Exist: '{}'", arn));
}

Result<Machine> find_machine(const store::View& view, const StatesArn& wanted) {
  auto machine = kMachines.get(view, Key::of(wanted.scope, machine_name(wanted.name)));
  if (!machine) {
    const auto named =
        "stateMachine:" + wanted.name + (wanted.rest.empty() ? "" : ":") + wanted.rest;
    return no_machine(arn("states", wanted.scope, named));
  }
  return *std::move(machine);
}

Result<void> check_active(const Machine& machine) {
  if (!machine.deleting) return {};
  return fail("StateMachineDeleting",
              fmt::format("State Machine is being deleted: '{}'", machine.arn()));
}

std::string opened(const Call& call, std::string_view parameter) {
  const auto* found = find(call.params(), parameter);
  return found ? call.open(*found).value_or("") : "";
}

bool given(const Call& call, std::string_view parameter) {
  const auto* found = find(call.params(), parameter);
  return found && !found->is_null();
}

Result<void> add_tags(const Document& params, Tags& tags) {
  for (const auto& tag : array_of(params, "tags")) {
    const auto key = string_of(tag, "key");
    if (key.empty() || key.size() > 128 || key.starts_with("aws:") ||
        text(tag, "value").size() > 256) {
      return invalid(fmt::format("Tag key '{}' or its value is not valid.", key));
    }
    tags[key] = string_of(tag, "value");
  }
  if (tags.size() > kMostTags) {
    return fail("TooManyTags", fmt::format("You've exceeded the number of tags allowed for a "
                                           "resource. You can have at most {} tags.",
                                           kMostTags));
  }
  return {};
}

Array tag_list(const Tags& tags) {
  Array list;
  for (const auto& [key, value] : tags)
    list.push_back(Object{{"key", key}, {"value", value}});
  return list;
}

core::Needs needs(std::string action, std::string parameter) {
  return [action = "states:" + std::move(action),
          parameter = std::move(parameter)](Call& call) -> std::vector<core::Access> {
    core::Access access{.action = action, .resource = string_of(call.params(), parameter)};
    const auto arn = parse_states_arn(access.resource);
    if (!arn) return {{.action = action}};
    access.owner = arn->scope.account;
    if (arn->kind == "stateMachine" && !arn->rest.empty())
      access.context["states:StateMachineQualifier"] = {arn->rest};
    core::add_resource_tags(access, tags_at(call, *arn));
    add_request_tags(access, call.params());
    return {std::move(access)};
  };
}

std::vector<core::Access> needs_to_create(const Call& call, std::string_view action,
                                          std::string_view resource) {
  core::Access access{.action = fmt::format("states:{}", action),
                      .resource = arn("states", call.scope(), resource)};
  add_request_tags(access, call.params());
  std::vector<core::Access> needs{access};
  if (!array_of(call.params(), "tags").empty()) {
    access.action = "states:TagResource";
    needs.push_back(std::move(access));
  }
  return needs;
}

}  // namespace tocsin::states
