// SPDX-License-Identifier: Apache-2.0
// What a policy document must be, and the words in which IAM refuses one that is not. IAM has two
// validators with their own order of checks and their own messages: one for the policies of
// identities and one for policies that name principals.
#pragma once

#include "base/document.hpp"
#include "engines/policy/policy.hpp"

namespace tocsin::policy {

/// Identity, Boundary and Session.
Result<void> check_identity_grammar(const Document& document);
/// Resource and Trust.
Result<void> check_resource_grammar(const Document& document, PolicyKind kind);
/// The values of a Principal or NotPrincipal element.
Result<void> check_principals(const Document& element);

/// No control characters but tab, line feed and carriage return, escaped ones included.
bool is_policy_text(const Document& value);
/// A Condition block: known operators, keys with values; an unknown operator may stand with no
/// keys.
bool is_condition_block(const Document& block);
/// Every value is one that its operator can compare.
bool has_comparable_values(const Document& block);
/// No two statements with the same Sid.
bool has_unique_sids(const Document& document);

Failure malformed(std::string message);

}  // namespace tocsin::policy
