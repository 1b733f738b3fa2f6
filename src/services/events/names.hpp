// SPDX-License-Identifier: Apache-2.0
// What parameters name, and how a wrong one is refused.
#pragma once

#include "services/events/state.hpp"

namespace tocsin::events {

inline constexpr std::string_view kPrincipal = "events.amazonaws.com";

/// A bus as a parameter names it.
struct BusName {
  Scope scope;
  std::string name;
  std::string arn() const { return tocsin::arn("events", scope, "event-bus/" + name); }
  core::Key key() const { return core::Key::of(scope, name); }
};
/// By its name, or by its ARN, which may be of another account; "default" where empty.
BusName bus_named(const Scope& home, std::string_view name_or_arn);
/// The one of the parameter "EventBusName".
BusName bus_of(const core::Call& call);
/// Error ResourceNotFoundException.
Result<Bus> find_bus(const store::View& view, const BusName& name);

/// The rule of "Name" or "Rule", as its key and ARN need it.
Rule named_rule(const core::Call& call);
/// Error ResourceNotFoundException.
Result<Rule> find_rule(core::Call& call);

/// ValidationException.
Failure invalid(std::string message);
/// "1 validation error detected: Value '…' at 'name' failed to satisfy constraint: …"
Failure violation(std::string_view value, std::string_view member, std::string_view constraint);
Failure limit_exceeded();
/// Letters, digits and "._-", at most so many.
Result<void> check_name(std::string_view name, std::string_view member, std::size_t longest);
/// Error where the value, if any, is none of those.
Result<void> check_enum(std::string_view value, std::string_view member,
                        const std::vector<std::string_view>& values);

/// Of "Tags". Error ValidationException: reserved keys, more than 50 in all.
Result<void> add_tags(const Document& params, Tags& tags);

}  // namespace tocsin::events
