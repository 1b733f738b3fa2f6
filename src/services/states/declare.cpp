// SPDX-License-Identifier: Apache-2.0
#include "services/states/declare.hpp"

#include <array>

#include "base/spelling.hpp"
#include "core/declare.hpp"
#include "services/states/state.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<std::string_view, 8> kServed{"StateMachineName",
                                                  "StateMachineType",
                                                  "DefinitionString",
                                                  "Definition",
                                                  "RoleArn",
                                                  "Tags",
                                                  "LoggingConfiguration",
                                                  "TracingConfiguration"};

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "states", std::move(operation), std::move(params));
}

/// What CreateStateMachine and UpdateStateMachine take alike.
Object settings_of(const Object& properties) {
  constexpr std::array<core::Parameter, 2> kGiven{
      {{"DefinitionString", "definition"}, {"RoleArn", "roleArn"}}};
  auto params = core::params_of(properties, kGiven);
  if (const auto* definition = properties.if_contains("Definition"))
    params["definition"] = to_json(*definition);
  for (const auto* name : {"LoggingConfiguration", "TracingConfiguration"}) {
    if (const auto* value = properties.if_contains(name))
      params[lower_first(name)] = respelled(*value, lower_first);
  }
  return params;
}

Array machine_tags(const core::Tags& tags) {
  Array out;
  for (const auto& [key, value] : tags)
    out.push_back(Object{{"key", key}, {"value", value}});
  return out;
}

}  // namespace

Outcome declare_machine(Call& call, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const auto name = core::name_of(call, properties, "StateMachineName", "StateMachine");
  if (kMachines.contains(call, core::Key::of(call.scope(), name)))
    return fail("AlreadyExists", name + " already exists");
  auto params = settings_of(properties);
  params["name"] = name;
  if (const auto* type = properties.if_contains("StateMachineType")) params["type"] = *type;
  if (auto tags = machine_tags(core::tags_of(array_of(properties, "Tags"))); !tags.empty())
    params["tags"] = std::move(tags);
  const auto made = TRY(ask(call, "CreateStateMachine", std::move(params)));
  return Object{{"Id", string_of(made, "stateMachineArn")}};
}

Outcome redeclare_machine(Call& call, const std::string& arn, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const auto machine =
      kMachines.get(call, core::Key::of(call.scope(), arn.substr(arn.rfind(':') + 1)));
  if (!machine)
    return fail("StateMachineDoesNotExist", "State Machine Does Not Exist: '" + arn + "'");
  auto params = settings_of(properties);
  if (text(params, "roleArn") == machine->revision.role) params.erase("roleArn");
  if (!params.empty()) {
    params["stateMachineArn"] = arn;
    TRY(ask(call, "UpdateStateMachine", std::move(params)));
  }
  const auto tags = core::retagging(machine->tags, properties);
  if (!tags.removed.empty())
    TRY(ask(call, "UntagResource", {{"resourceArn", arn}, {"tagKeys", tags.removed}}));
  if (!tags.added.empty())
    TRY(ask(call, "TagResource", {{"resourceArn", arn}, {"tags", machine_tags(tags.added)}}));
  return Object{{"Id", arn}};
}

Outcome undeclare_machine(Call& call, const std::string& arn) {
  return ask(call, "DeleteStateMachine", {{"stateMachineArn", arn}});
}

}  // namespace tocsin::states
