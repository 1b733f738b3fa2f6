// SPDX-License-Identifier: Apache-2.0
// What parameters name, how a wrong one is refused, and paging.
#pragma once

#include <functional>
#include <set>

#include "services/config/paging.hpp"
#include "services/config/rules_state.hpp"

namespace tocsin::config {

/// InvalidParameterValueException.
Failure invalid_value(std::string message);
/// ValidationException: "1 validation error detected: Value '…' at '…' failed to satisfy
/// constraint: Member must satisfy enum value set: […]". No error where the value is empty.
Result<void> check_enum(std::string_view value, std::string_view member,
                        const std::vector<std::string_view>& values);

Failure no_such_rule(std::string_view name);
/// Error NoSuchConfigRuleException, also of a rule whose deletion goes on.
Result<Rule> find_rule(const store::View& view, const Scope& scope, std::string_view name);
/// The rule of "ConfigRuleName".
Result<Rule> rule_of(const core::Call& call);
/// Of "ConfigRuleNames", in their order; all, by name, where it is empty.
Result<std::vector<Rule>> rules_of(const core::Call& call);
/// The role that Config acts as; empty where there is no recorder.
std::string recorder_role(const store::View& view, const Scope& scope);
RuleStanding standing_of(const store::View& view, const Rule& rule);

/// What the members of an array of strings are.
std::vector<std::string> strings_of(const Document& params, std::string_view member);

/// Of "NextToken" and "Limit" (0 or absent: `usual`). Errors InvalidNextTokenException, and what
/// `limit_code` names for a limit above `most`.
Result<Page> page_of(const core::Call& call, std::size_t usual, std::size_t most,
                     std::string_view limit_code = "InvalidParameterValueException");

/// {member: [...], "NextToken": ...} of rows that are all at hand.
template <class Row>
Object page_of_rows(const std::vector<Row>& rows, const Page& page, std::string_view member,
                    const std::function<std::string(const Row&)>& position,
                    const std::function<Document(const Row&)>& show) {
  Array shown;
  std::string last, token;
  for (const auto& row : rows) {
    auto here = position(row);
    if (!page.after.empty() && here <= page.after) continue;
    if (shown.size() == page.limit) {
      token = token_after(last);
      break;
    }
    shown.push_back(show(row));
    last = std::move(here);
  }
  Object reply;
  reply[member] = std::move(shown);
  if (!token.empty()) reply["NextToken"] = std::move(token);
  return reply;
}

/// What AWS makes ids of: small letters and digits.
std::string new_suffix(core::Context& context, std::size_t length);

/// Sets the context's scope for as long as it lives: timers and nested calls belong to it.
class InScope {
 public:
  InScope(core::Context& context, const Scope& scope) : context_(context), old_(context.scope()) {
    context.set_scope(scope);
  }
  ~InScope() { context_.set_scope(old_); }
  InScope(const InScope&) = delete;
  InScope& operator=(const InScope&) = delete;

 private:
  core::Context& context_;
  Scope old_;
};

}  // namespace tocsin::config
