// SPDX-License-Identifier: Apache-2.0
// What ARNs and names mean here, and how a wrong one is refused, in AWS's words.
#pragma once

#include "core/registry.hpp"
#include "services/states/state.hpp"

namespace tocsin::states {

inline constexpr std::string_view kPrincipal = "states.amazonaws.com";

/// An ARN of Step Functions:
///   …:stateMachine:Name, …:stateMachine:Name:7 (version), …:stateMachine:Name:PROD (alias)
///   …:execution:Name:Execution, …:execution:Name/Label:UUID (child of a map run)
///   …:express:Name:Execution:UUID, …:mapRun:Name/Label:UUID, …:activity:Name
struct StatesArn {
  Scope scope;
  std::string kind;  // "stateMachine"
  std::string name;  // of the machine ("Name", "Name/Label") or activity
  std::string rest;  // qualifier, execution, or map run; empty: none
};

/// `parameter` as the ARN of one of the `kinds`. Error InvalidArn: unreadable, of another kind,
/// account or region.
Result<StatesArn> arn_of(const core::Call& call, std::string_view parameter,
                         std::initializer_list<std::string_view> kinds);
std::optional<StatesArn> parse_states_arn(std::string_view text);

/// "…:execution:Name:Execution" or "…:express:Name:Execution:UUID".
std::string execution_arn(const Scope& scope, const Execution& execution);
core::Key execution_key(const Scope& scope, const Execution& execution);
/// "…:mapRun:Name/Label:UUID"
std::string map_run_arn(const Scope& scope, std::string_view machine, std::string_view name);
/// Without the label of a map run: "Name" of "Name/Label".
std::string machine_name(std::string_view machine);
/// Eight digits, for keys that are ordered by a number.
std::string number_part(std::int64_t number);
/// Sixteen hexadecimal digits of milliseconds.
std::string moment_part(Time time);

/// Error InvalidName: empty, longer than 80, or with characters that names may not have.
Result<void> check_name(std::string_view name);
/// ValidationException: "1 validation error detected: Value '…' at 'name' failed to satisfy
/// constraint: …"
Failure violation(std::string_view value, std::string_view member, std::string_view constraint);
/// ValidationException
Failure invalid(std::string message);

/// Error StateMachineDoesNotExist.
Result<Machine> find_machine(const store::View& view, const StatesArn& arn);
Failure no_machine(std::string_view arn);
/// Error StateMachineDeleting.
Result<void> check_active(const Machine& machine);

/// A text that the model marks as sensitive ("definition", "input"); empty where absent.
std::string opened(const core::Call& call, std::string_view parameter);
bool given(const core::Call& call, std::string_view parameter);

/// Tags of "tags" ([{key, value}]) added. Error TooManyTags: "Too many tags…", or a key or value
/// that may not be.
Result<void> add_tags(const Document& params, Tags& tags);
/// [{"key": …, "value": …}]
Array tag_list(const Tags& tags);

/// states:<action> on the resource that `parameter` names, with its tags as condition keys; of a
/// version or alias on the machine's ARN as well given (states:StateMachineQualifier).
core::Needs needs(std::string action, std::string parameter);
/// states:<action> on a resource that is made, and states:TagResource where it is given tags.
std::vector<core::Access> needs_to_create(const core::Call& call, std::string_view action,
                                          std::string_view resource);

}  // namespace tocsin::states
