// SPDX-License-Identifier: Apache-2.0
// Names, ARNs, errors and pages that all of this room uses.
#pragma once

#include <fmt/format.h>

#include "core/registry.hpp"
#include "services/ssm/state.hpp"

namespace tocsin::ssm {

/// Whom roles trust.
inline constexpr std::string_view kPrincipal = "ssm.amazonaws.com";

inline Failure invalid(std::string message) {
  return fail("ValidationException", std::move(message));
}
/// 1 validation error detected: Value 'x' at 'name' failed to satisfy constraint: …
Failure violation(std::string_view value, std::string_view member, std::string_view constraint);
Failure no_execution(std::string_view id);

std::string execution_arn(const Scope& scope, std::string_view id);
std::string number_part(std::int64_t number);  // eight digits
std::string moment_part(Time time);            // sixteen hexadecimal digits

/// Needs: `ssm:<action>` on the automation that a parameter names, with its tags.
core::Needs needs_execution(std::string action);

// --- pages ------------------------------------------------------------------------------------

std::size_t page_size(const core::Call& call, std::int64_t most = 50);
std::string page_token(const core::Call& call, std::string_view position);
/// What NextToken means; empty: from the start. Error InvalidNextToken.
Result<std::string> page_position(const core::Call& call);

/// {member: [...], "NextToken": ...} of what is at hand: the position is an index.
core::Outcome page_of(const core::Call& call, std::string_view member, Array all,
                      std::int64_t most = 50);

}  // namespace tocsin::ssm
