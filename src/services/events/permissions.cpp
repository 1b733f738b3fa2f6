// SPDX-License-Identifier: Apache-2.0
// The resource policies of buses: whole ones, and ones put together from statements.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
#include "engines/policy/policy.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kLongestPolicy = 10'240;
constexpr std::string_view kOrganization = "aws:PrincipalOrgID";

Failure bad_value(std::string message) {
  return fail("InvalidParameterValue", std::move(message));
}

bool is_statement_id(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return !text.empty() && text.size() <= 64 && text.find_first_not_of(kAllowed) == text.npos;
}

Result<Object> condition_of(const Document& params, std::string_view principal) {
  const auto* condition = find(params, "Condition");
  if (!condition) return Object{};
  if (principal != "*") {
    return bad_value(
        "Value of the parameter 'principal' must be '*' when the parameter 'condition' is set.");
  }
  if (text(*condition, "Type") != "StringEquals" || text(*condition, "Key") != kOrganization)
    return invalid("Provided value in parameter 'condition' is not supported.");
  return Object{{"StringEquals", Object{{kOrganization, text(*condition, "Value")}}}};
}

Result<Object> statement_of(const Document& params, const Bus& bus) {
  const auto principal = text(params, "Principal"), sid = text(params, "StatementId");
  if (principal.empty()) return invalid("Parameter Principal must be specified.");
  auto condition = TRY(condition_of(params, principal));
  if (principal != "*" && !is_account_id(principal)) {
    return bad_value("Value " + std::string(principal) +
                     " at 'principal' failed to satisfy constraint: Member must satisfy regular "
                     "expression pattern: (\\d{12}|\\*)");
  }
  if (text(params, "Action") != "events:PutEvents")
    return invalid("Provided value in parameter 'action' is not supported.");
  if (!is_statement_id(sid)) return bad_value("StatementId must match ^[a-zA-Z0-9-_]{1,64}$");
  Object statement{{"Sid", sid}, {"Effect", "Allow"}};
  if (principal == "*")
    statement["Principal"] = "*";
  else
    statement["Principal"] = Object{{"AWS", "arn:aws:iam::" + std::string(principal) + ":root"}};
  statement["Action"] = "events:PutEvents";
  statement["Resource"] = bus.arn();
  if (!condition.empty()) statement["Condition"] = std::move(condition);
  return statement;
}

/// The statements of a policy, without the one of that id.
Array statements_without(std::string_view policy, std::string_view sid) {
  const auto document = parse_json(policy);
  if (!document) return {};
  const auto* given = find(*document, "Statement");
  Array all, out;
  if (given && given->is_object()) all.push_back(*given);
  if (given && given->is_array()) all = given->get_array();
  for (auto& statement : all) {
    if (text(statement, "Sid") != sid) out.push_back(std::move(statement));
  }
  return out;
}

std::string policy_of(Array statements) {
  return to_json(Object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
}

Result<std::string> whole_policy(const Document& params) {
  auto given = string_of(params, "Policy");
  if (!parse_json(given)) return invalid("This policy contains invalid Json");
  if (const auto parsed = policy::parse_policy(given, policy::PolicyKind::Resource); !parsed)
    return invalid(parsed.error().message);
  return given;
}

}  // namespace

Outcome put_permission(Call& call) {
  auto bus = TRY(find_bus(call, bus_of(call)));
  if (find(call.params(), "Policy")) {
    bus.policy = TRY(whole_policy(call.params()));
  } else {
    auto statement = TRY(statement_of(call.params(), bus));
    auto statements = statements_without(bus.policy, text(statement, "Sid"));
    statements.push_back(std::move(statement));
    bus.policy = policy_of(std::move(statements));
  }
  if (bus.policy.size() > kLongestPolicy) {
    return fail("PolicyLengthExceededException",
                "The event bus policy is too long. For more information, see the limits.");
  }
  keep(call, bus);
  return Object{};
}

Outcome remove_permission(Call& call) {
  auto bus = TRY(find_bus(call, bus_of(call)));
  if (flag(call.params(), "RemoveAllPermissions")) {
    bus.policy.clear();
  } else {
    const auto sid = text(call.params(), "StatementId");
    const auto all = statements_without(bus.policy, "\n");
    auto rest = statements_without(bus.policy, sid);
    if (rest.size() == all.size()) {
      return fail("ResourceNotFoundException", "Statement with the provided id does not exist.");
    }
    bus.policy = rest.empty() ? std::string() : policy_of(std::move(rest));
  }
  keep(call, bus);
  return Object{};
}

}  // namespace tocsin::events
