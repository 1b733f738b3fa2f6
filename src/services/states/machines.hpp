// SPDX-License-Identifier: Apache-2.0
// State machines, and what of them an execution runs.
#pragma once

#include "engines/asl/asl.hpp"
#include "services/states/names.hpp"

namespace tocsin::states {

core::Outcome create_state_machine(core::Call& call);
core::Outcome describe_state_machine(core::Call& call);
core::Outcome update_state_machine(core::Call& call);
core::Outcome delete_state_machine(core::Call& call);
core::Outcome list_state_machines(core::Call& call);
std::vector<core::Access> needs_create_machine(core::Call& call);
void on_machine_deletion(core::Registry& registry);
core::ResourceType machine_type();

/// What an execution of a machine's, version's or alias's ARN runs.
struct Target {
  Machine machine;
  Revision revision;
  std::int64_t version = 0;  // 0: the machine as it is
  std::string alias;
};
/// `draw` in [0, 1) chooses among an alias's routes. Error StateMachineDoesNotExist.
Result<Target> target_of(const store::View& view, const StatesArn& arn, double draw = 0);

std::string version_arn(const Machine& machine, std::int64_t version);
std::string alias_arn(const Machine& machine, std::string_view alias);

/// Publishes the machine as it is. The caller writes the machine's row.
Version add_version(core::Context& context, Machine& machine, std::string description);

/// The definition's text.
std::string definition_of(const core::Context& context, const Scope& scope,
                          const std::string& machine, const Revision& revision);
/// The same, compiled; compiled ones are kept, by their content.
asl::MachinePtr compiled(const core::Context& context, const Scope& scope,
                         const std::string& machine, const Revision& revision, Type type);

/// iam:PassRole, and that Step Functions may assume it. Errors InvalidArn, AccessDeniedException.
Result<void> check_role(core::Call& call, const std::string& role);
/// A call as the revision's role.
core::CallSpec call_as_role(const Scope& scope, const Revision& revision, std::string service,
                            std::string operation, Object params);
/// Error InvalidLoggingConfiguration.
Result<Object> checked_logging(const Object& given);

/// Logging, tracing, encryption as the describe operations show them.
void show_configuration(Object& reply, const Revision& revision);

}  // namespace tocsin::states
