// SPDX-License-Identifier: Apache-2.0
#include "services/states/aliases.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/states/paging.hpp"
#include "services/states/versions.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostAliases = 100;

Failure no_resource() {
  return fail("ResourceNotFound", "Request references a resource that does not exist.");
}

Result<void> check_alias_name(std::string_view name) {
  const auto letter = [](unsigned char c) {
    return std::isalpha(c) || c == '_' || c == '-' || c == '.';
  };
  const auto allowed = [&](unsigned char c) { return letter(c) || std::isdigit(c); };
  if (name.size() > 80)
    return violation(name, "name", "Member must have length less than or equal to 80");
  if (!std::ranges::all_of(name, allowed) || !std::ranges::any_of(name, letter))
    return violation(name, "name",
                     "Member must satisfy regular expression pattern: "
                     R"(^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$)");
  return {};
}

struct Routing {
  StatesArn machine;
  std::vector<Route> routes;
};

std::string received(const std::vector<std::string>& values) {
  return fmt::format("Received: [{}]", fmt::join(values, ", "));
}

Result<void> check_weights(const std::vector<Route>& routes) {
  std::vector<std::string> weights;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const auto weight = routes[i].weight;
    const auto member = fmt::format("routingConfiguration.{}.member.weight", i + 1);
    if (weight > 100)
      return violation(std::to_string(weight), member,
                       "Member must have value less than or equal to 100");
    if (weight < 0)
      return violation(std::to_string(weight), member,
                       "Member must have value greater than or equal to 0");
    weights.push_back(std::to_string(weight));
    sum += weight;
  }
  if (sum == 100) return {};
  return invalid("Sum of routing configuration weights must equal 100. " + received(weights));
}

/// Error where it is not one or two versions of one machine, with weights of 100 in all.
Result<Routing> routing_of(const Call& call) {
  const auto& items = array_of(call.params(), "routingConfiguration");
  if (items.size() > 2)
    return invalid(
        "1 validation error detected: Value at 'routingConfiguration' failed to satisfy "
        "constraint: "
        "Member must have length less than or equal to 2");
  Routing out;
  std::vector<std::string> arns;
  bool versions = !items.empty(), same = true;
  for (const auto& item : items) {
    arns.push_back(string_of(item, "stateMachineVersionArn"));
    const auto arn = parse_states_arn(arns.back());
    const auto number = arn && arn->kind == "stateMachine" ? version_number(*arn) : std::nullopt;
    versions &= number.has_value();
    if (!number) continue;
    same &=
        out.routes.empty() || (arn->name == out.machine.name && arn->scope == out.machine.scope);
    out.machine = *arn;
    out.routes.push_back({*number, integer(item, "weight").value_or(0)});
  }
  if (!versions)
    return invalid("Routing configuration must contain state machine version ARNs. " +
                   received(arns));
  if (arns.size() == 2 && arns[0] == arns[1])
    return invalid("Routing configuration must contain distinct state machine version ARNs. " +
                   received(arns));
  if (!same)
    return invalid("Routing configuration must contain versions of one state machine. " +
                   received(arns));
  TRY(check_weights(out.routes));
  return out;
}

Result<void> check_versions(const Call& call, const Routing& routing) {
  for (const auto& route : routing.routes) {
    const auto key =
        Key::of(routing.machine.scope, routing.machine.name, number_part(route.version));
    if (!kVersions.contains(call, key)) return no_resource();
  }
  return {};
}

Result<Machine> machine_of(const Call& call, const Routing& routing) {
  auto machine = kMachines.get(call, Key::of(routing.machine.scope, routing.machine.name));
  if (!machine || routing.machine.scope != call.scope()) return no_resource();
  TRY(check_active(*machine));
  return *std::move(machine);
}

bool same_routes(const std::vector<Route>& left, const std::vector<Route>& right) {
  return std::ranges::equal(left, right, [](const Route& a, const Route& b) {
    return a.version == b.version && a.weight == b.weight;
  });
}

/// What "stateMachineAliasArn" names; an alias's name is no number.
Result<StatesArn> alias_arn_of(const Call& call) {
  auto arn = TRY(arn_of(call, "stateMachineAliasArn", {"stateMachine"}));
  if (arn.rest.empty() || version_number(arn)) {
    return fail("InvalidArn",
                fmt::format("Invalid arn: '{}'", text(call.params(), "stateMachineAliasArn")));
  }
  return arn;
}

Key key_of(const StatesArn& arn) {
  return Key::of(arn.scope, arn.name, arn.rest);
}

Object created(const Machine& machine, const Alias& alias) {
  return {{"stateMachineAliasArn", alias_arn(machine, alias.name)},
          {"creationDate", to_seconds(alias.created)}};
}

/// The same alias again is the same call.
Outcome existing(const Machine& machine, const Alias& found, const Alias& wanted) {
  if (found.description == wanted.description && same_routes(found.routes, wanted.routes))
    return created(machine, found);
  return fail("ConflictException",
              "Failed to create alias because an alias with the same name and a different routing "
              "configuration already exists.");
}

}  // namespace

std::vector<core::Access> needs_create_alias(Call& call) {
  core::Access access{.action = "states:CreateStateMachineAlias"};
  for (const auto& item : array_of(call.params(), "routingConfiguration")) {
    const auto arn = parse_states_arn(text(item, "stateMachineVersionArn"));
    if (!arn) continue;
    access.resource = tocsin::arn("states", arn->scope, "stateMachine:" + arn->name);
    access.owner = arn->scope.account;
    access.context["states:StateMachineQualifier"] = {string_of(call.params(), "name")};
    break;
  }
  return {std::move(access)};
}

Outcome create_state_machine_alias(Call& call) {
  Alias alias{.name = string_of(call.params(), "name"),
              .description = opened(call, "description"),
              .routes = {},
              .created = call.now(),
              .updated = call.now()};
  TRY(check_alias_name(alias.name));
  const auto routing = TRY(routing_of(call));
  alias.routes = routing.routes;
  const auto machine = TRY(machine_of(call, routing));
  TRY(check_versions(call, routing));
  const auto key = Key::of(machine.scope, machine.name, alias.name);
  if (const auto found = kAliases.get(call, key)) return existing(machine, *found, alias);
  if (kAliases.all(call, Key::of(machine.scope, machine.name)).size() >= kMostAliases) {
    return fail("ServiceQuotaExceededException",
                fmt::format("The maximum number of aliases of a state machine has been reached "
                            "({}).",
                            kMostAliases));
  }
  kAliases.put(call, key, alias);
  return created(machine, alias);
}

Outcome describe_state_machine_alias(Call& call) {
  const auto wanted = TRY(alias_arn_of(call));
  const auto alias = kAliases.get(call, key_of(wanted));
  if (!alias) return no_resource();
  const auto machine = TRY(find_machine(call, wanted));
  Array routes;
  for (const auto& route : alias->routes)
    routes.push_back(Object{{"stateMachineVersionArn", version_arn(machine, route.version)},
                            {"weight", route.weight}});
  Object reply = created(machine, *alias);
  reply["name"] = alias->name;
  if (!alias->description.empty()) reply["description"] = alias->description;
  reply["routingConfiguration"] = std::move(routes);
  reply["updateDate"] = to_seconds(alias->updated);
  return reply;
}

Outcome update_state_machine_alias(Call& call) {
  const auto wanted = TRY(alias_arn_of(call));
  const bool routed = given(call, "routingConfiguration");
  if (!routed && !given(call, "description"))
    return invalid("Either the description or the routing configuration must be specified");
  auto alias = kAliases.get(call, key_of(wanted));
  if (!alias) return no_resource();
  if (given(call, "description")) alias->description = opened(call, "description");
  if (routed) {
    const auto routing = TRY(routing_of(call));
    if (routing.machine.name != wanted.name || routing.machine.scope != wanted.scope)
      return invalid("Routing configuration must contain versions of the alias's state machine.");
    TRY(machine_of(call, routing));
    TRY(check_versions(call, routing));
    alias->routes = routing.routes;
  }
  alias->updated = call.now();
  kAliases.put(call, key_of(wanted), *alias);
  return Object{{"updateDate", to_seconds(call.now())}};
}

Outcome delete_state_machine_alias(Call& call) {
  kAliases.erase(call, key_of(TRY(alias_arn_of(call))));
  return Object{};
}

Outcome list_state_machine_aliases(Call& call) {
  const auto wanted = TRY(arn_of(call, "stateMachineArn", {"stateMachine"}));
  const auto machine = TRY(find_machine(call, wanted));
  const auto version = version_number(wanted);
  if (!wanted.rest.empty() && !version) return no_machine(text(call.params(), "stateMachineArn"));
  return page_of<Alias>(call, kAliases, Key::of(machine.scope, machine.name), "stateMachineAliases",
                        [&](const auto&, const Alias& alias) -> Document {
                          if (version && !routes_to(alias, *version)) return nullptr;
                          return created(machine, alias);
                        });
}

}  // namespace tocsin::states
