// SPDX-License-Identifier: Apache-2.0
// Resource policies: which services (EventBridge, Route 53 …) may write to the account's log
// groups.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/logs/parts.hpp"

namespace tocsin::logs {
namespace {

constexpr std::size_t kMostPolicies = 10;
constexpr std::size_t kMostInPage = 50;

Object description(const ResourcePolicy& policy) {
  return {{"policyName", policy.name},
          {"policyDocument", policy.document},
          {"lastUpdatedTime", to_ms(policy.updated)}};
}

}  // namespace

std::string resource_policy(const store::View& view, const Scope& scope) {
  const auto policies = kPolicies.all(view, Key::of(scope));
  if (policies.empty()) return {};
  if (policies.size() == 1) return policies[0].document;
  Array statements;
  for (const auto& policy : policies) {
    const auto document = parse_json(policy.document);
    const auto* statement = document ? find(*document, "Statement") : nullptr;
    if (!statement) continue;
    if (statement->is_object()) statements.push_back(*statement);
    for (const auto& each : array_of(*document, "Statement"))
      statements.push_back(each);
  }
  return to_json(Object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
}

Outcome put_resource_policy(Call& call) {
  const ResourcePolicy policy{string_of(call.params(), "policyName"),
                              string_of(call.params(), "policyDocument"), call.now()};
  if (policy.name.empty()) return invalid("The policyName is required.");
  if (policy.document.empty() || policy.document.size() > 5120)
    return invalid("The policyDocument must have between 1 and 5120 characters.");
  if (const auto parsed = policy::parse_policy(policy.document, policy::PolicyKind::Resource);
      !parsed) {
    return invalid("Invalid policy document: " + parsed.error().message);
  }
  const auto key = Key::of(call.scope(), policy.name);
  if (!kPolicies.contains(call, key) &&
      kPolicies.all(call, Key::of(call.scope())).size() >= kMostPolicies) {
    return fail("LimitExceededException", "Resource limit exceeded.");
  }
  kPolicies.put(call, key, policy);
  return Object{{"resourcePolicy", description(policy)}};
}

Outcome delete_resource_policy(Call& call) {
  const auto name = text(call.params(), "policyName");
  const auto key = Key::of(call.scope(), name);
  if (!kPolicies.contains(call, key))
    return fail("ResourceNotFoundException",
                fmt::format("Policy with name [{}] does not exist", name));
  kPolicies.erase(call, key);
  return Object{};
}

Outcome describe_resource_policies(Call& call) {
  const auto limit = TRY(limit_in(call, "limit", kMostInPage));
  std::optional<Key> after;
  if (const auto token = text(call.params(), "nextToken"); !token.empty())
    after = Key::of(call.scope(), TRY(position_in(token)));
  Array policies;
  std::string last, next;
  kPolicies.scan(
      call, Key::of(call.scope()),
      [&](const auto&, const ResourcePolicy& policy) {
        if (policies.size() == limit)
          next = last;
        else
          policies.push_back(description(policy)), last = policy.name;
        return next.empty();
      },
      store::Direction::Forward, after);
  Object reply{{"resourcePolicies", std::move(policies)}};
  if (!next.empty()) reply["nextToken"] = page_token(next);
  return reply;
}

}  // namespace tocsin::logs
