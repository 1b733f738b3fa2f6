// SPDX-License-Identifier: Apache-2.0
// The resource policies of functions, versions and aliases.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
#include <fmt/format.h>

#include "services/lambda/functions.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

Result<Document> principal_element(const std::string& principal) {
  if (principal == "*") return Document("*");
  if (is_account_id(principal))
    return Document(Object{{"AWS", "arn:aws:iam::" + principal + ":root"}});
  if (principal.starts_with("arn:") && Arn::parse(principal))
    return Document(Object{{"AWS", principal}});
  if (principal.find('.') != principal.npos && principal.find(' ') == principal.npos)
    return Document(Object{{"Service", principal}});
  return invalid("The provided principal was invalid. Please check the principal and try again.");
}

Object condition_of(const Document& params) {
  Object equals, like;
  const auto add = [&](std::string_view member, std::string_view key) {
    if (const auto value = text(params, member); !value.empty()) equals[key] = value;
  };
  add("SourceAccount", "AWS:SourceAccount");
  add("PrincipalOrgID", "aws:PrincipalOrgID");
  add("FunctionUrlAuthType", "lambda:FunctionUrlAuthType");
  add("EventSourceToken", "lambda:EventSourceToken");
  if (const auto source = text(params, "SourceArn"); !source.empty())
    like["AWS:SourceArn"] = source;
  Object condition;
  if (!equals.empty()) condition["StringEquals"] = std::move(equals);
  if (!like.empty()) condition["ArnLike"] = std::move(like);
  if (const auto* url = find(params, "InvokedViaFunctionUrl"); url && url->is_bool())
    condition["Bool"] =
        Object{{"lambda:InvokedViaFunctionUrl", url->get_bool() ? "true" : "false"}};
  return condition;
}

Result<Object> statement_of(const Call& call, const Reference& reference) {
  const auto& params = call.params();
  const auto action = text(params, "Action");
  if (action != "*" && !(action.starts_with("lambda:") && action.size() > 7))
    return violation(action, "action",
                     "Member must satisfy regular expression pattern: (lambda:[*]|lambda:"
                     "[a-zA-Z]+|[*])");
  Object statement{{"Sid", text(params, "StatementId")}, {"Effect", "Allow"}};
  statement["Principal"] = TRY(principal_element(string_of(params, "Principal")));
  statement["Action"] = action;
  statement["Resource"] = reference.arn();
  if (auto condition = condition_of(params); !condition.empty())
    statement["Condition"] = std::move(condition);
  return statement;
}

/// The version or alias that a policy is attached to must be there.
Result<Reference> governed(Call& call) {
  auto reference = TRY(reference_of(call));
  TRY(target_of(call, reference));
  call.set_scope(reference.scope);
  return reference;
}

Key policy_key(const Reference& reference) {
  return Key::of(reference.scope, reference.name, reference.qualifier);
}

}  // namespace

Outcome add_permission(Call& call) {
  const auto reference = TRY(governed(call));
  if (reference.qualifier == kLatest)
    return invalid("We currently do not support adding policies for $LATEST.");
  const auto sid = string_of(call.params(), "StatementId");
  if (!is_word(sid))
    return violation(sid, "statementId",
                     "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)");
  auto policy = kPolicies.get(call, policy_key(reference)).value_or(Policy{});
  TRY(check_revision(call, policy.revision));
  if (policy.statements.contains(sid)) {
    return fail("ResourceConflictException",
                fmt::format("The statement id ({}) provided already exists. Please provide a new "
                            "statement id, or remove the existing statement.",
                            sid),
                409);
  }
  auto statement = TRY(statement_of(call, reference));
  auto told = to_json(statement);
  policy.statements[sid] = std::move(statement);
  if (policy_text(policy).size() > 20'480)
    return fail("PolicyLengthExceededException",
                fmt::format("The final policy size ({}) is bigger than the limit (20480).",
                            policy_text(policy).size()));
  policy.revision = call.new_uuid();
  kPolicies.put(call, policy_key(reference), policy);
  return Object{{"Statement", std::move(told)}};
}

Outcome remove_permission(Call& call) {
  const auto reference = TRY(governed(call));
  auto policy = kPolicies.get(call, policy_key(reference));
  if (!policy || policy->statements.empty())
    return fail("ResourceNotFoundException", "No policy is associated with the given resource.",
                404);
  const auto sid = string_of(call.params(), "StatementId");
  if (!policy->statements.contains(sid)) {
    return fail("ResourceNotFoundException",
                fmt::format("Statement {} is not found in resource policy.", sid), 404);
  }
  TRY(check_revision(call, policy->revision));
  policy->statements.erase(sid);
  policy->revision = call.new_uuid();
  kPolicies.put(call, policy_key(reference), *policy);
  return Object{};
}

Outcome get_policy(Call& call) {
  const auto reference = TRY(governed(call));
  const auto policy = policy_of(call, reference);
  if (!policy || policy->statements.empty()) return no_resource();
  return Object{{"Policy", policy_text(policy)}, {"RevisionId", policy->revision}};
}

std::vector<core::Access> needs_add_permission(Call& call) {
  auto accesses = needs("AddPermission")(call);
  const auto set = [&](std::string_view member, const char* key) {
    if (const auto value = string_of(call.params(), member); !value.empty())
      accesses[0].context[key] = {value};
  };
  set("Principal", "lambda:Principal");
  set("FunctionUrlAuthType", "lambda:FunctionUrlAuthType");
  return accesses;
}

}  // namespace tocsin::lambda
