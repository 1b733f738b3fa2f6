// SPDX-License-Identifier: Apache-2.0
#include "services/kms/policies.hpp"

#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/kms/access.hpp"
#include "services/kms/resolve.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kLongest = 32768;
constexpr std::string_view kOnlyName = "default";

Failure malformed(std::string message) {
  return fail("MalformedPolicyDocumentException", std::move(message));
}

Result<void> check_name(const Call& call) {
  if (text(call.params(), "PolicyName", kOnlyName) == kOnlyName) return {};
  return not_found("No such policy exists");
}

}  // namespace

std::string default_policy(const AccountId& account) {
  return fmt::format(R"({{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:aws:iam::{}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}})",
                     account.str());
}

Result<void> check_policy(Call& call, const KmsKey& key, const std::string& policy) {
  if (policy.size() > kLongest)
    return fail("LimitExceededException",
                fmt::format("Policy is longer than {} characters", kLongest));
  const auto parsed = policy::parse_policy(policy, policy::PolicyKind::Resource);
  if (!parsed) return malformed(parsed.error().message);
  if (flag(call.params(), "BypassPolicyLockoutSafetyCheck")) return {};
  const auto access = access_under(call, key, "kms:PutKeyPolicy", policy);
  if (call.authorize(access)) return {};
  return malformed("The new key policy will not allow you to update the key policy in the future.");
}

Outcome get_key_policy(Call& call) {
  const auto key = TRY(key_of(call));
  TRY(check_name(call));
  return Object{{"Policy", key.policy}, {"PolicyName", kOnlyName}};
}

Outcome put_key_policy(Call& call) {
  auto key = TRY(key_of(call));
  TRY(check_name(call));
  const auto policy = string_of(call.params(), "Policy");
  if (policy.empty()) return missing("policy");
  TRY(check_policy(call, key, policy));
  key.policy = policy;
  kKeys.put(call, row_of(key), key);
  return Object{};
}

Outcome list_key_policies(Call& call) {
  TRY(key_of(call));
  return Object{{"PolicyNames", Array{kOnlyName}}, {"Truncated", false}};
}

}  // namespace tocsin::kms
