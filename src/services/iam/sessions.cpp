// SPDX-License-Identifier: Apache-2.0
#include "services/iam/sessions.hpp"

#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/policies.hpp"

namespace tocsin::iam {
namespace {

using core::Call;
using core::Key;

// So long an expired session is told that it expired, and not that it is unknown.
constexpr auto kKeepExpired = std::chrono::hours(36);
constexpr std::size_t kMostPolicyArns = 10;
constexpr std::size_t kPackedSpace = 2048;

}  // namespace

Object issue(Call& call, core::Principal& principal, std::int64_t seconds,
             std::set<std::string> transitive_tags) {
  const auto id = new_key_id(call, "ASIA");
  principal.access_key_id = id;
  principal.issued = call.now();
  const Session session{.access_key_id = id,
                        .principal = principal,
                        .expires = call.now() + std::chrono::seconds(seconds),
                        .transitive_tags = std::move(transitive_tags)};
  kSessions.put(call, Key{id}, session);
  call.at(session.expires + kKeepExpired, {"iam.session_expired", Object{{"id", id}}});
  return {{"AccessKeyId", id},
          {"SecretAccessKey", secret_of_key(call.secrets(), id)},
          {"SessionToken", token_of_key(call.secrets(), id)},
          {"Expiration", to_seconds(session.expires)}};
}

void forget_session(core::Context& context, const core::Resumption& end) {
  kSessions.erase(context, Key{text(end.context, "id")});
}

bool is_temporary(const core::Principal& principal) {
  return principal.issued != Time{};
}

Result<std::vector<std::string>> session_policies_in(Call& call, const AccountId& account) {
  std::vector<std::string> policies;
  if (const auto policy = string_of(call.params(), "Policy"); !policy.empty()) {
    TRY(policy::parse_policy(policy, policy::PolicyKind::Session));
    policies.push_back(policy);
  }
  const auto& arns = array_of(call.params(), "PolicyArns");
  if (arns.size() > kMostPolicyArns) {
    return fail("ValidationError",
                fmt::format("1 validation error detected: Value at 'policyArns' failed to satisfy "
                            "constraint: Member must have length less than or equal to {}",
                            kMostPolicyArns));
  }
  for (const auto& each : arns) {
    const auto arn = string_of(each, "arn");
    if (!find_policy(call, account, arn)) {
      return fail("ValidationError",
                  fmt::format("Policy {} does not exist or is not attachable.", arn));
    }
    policies.push_back(arn);
  }
  const auto size = packed_size(call);
  if (size && *size > 100) {
    return fail("PackedPolicyTooLarge",
                fmt::format("Packed policy consumes {}% of allotted space, please use smaller "
                            "policy.",
                            *size));
  }
  return policies;
}

std::optional<std::int64_t> packed_size(Call& call) {
  std::size_t size = policy_size(text(call.params(), "Policy"));
  for (const auto& each : array_of(call.params(), "PolicyArns"))
    size += text(each, "arn").size();
  for (const auto& tag : array_of(call.params(), "Tags"))
    size += text(tag, "Key").size() + text(tag, "Value").size();
  if (size == 0) return std::nullopt;
  return static_cast<std::int64_t>((size * 100 + kPackedSpace - 1) / kPackedSpace);
}

Result<std::int64_t> duration_in(Call& call, std::int64_t fallback, std::int64_t most) {
  const auto seconds = integer(call.params(), "DurationSeconds").value_or(fallback);
  if (seconds >= 900 && seconds <= most) return seconds;
  return fail("ValidationError",
              fmt::format("1 validation error detected: Value '{}' at 'durationSeconds' failed to "
                          "satisfy constraint: Member must have value {} than or equal to {}",
                          seconds, seconds < 900 ? "greater" : "less", seconds < 900 ? 900 : most));
}

}  // namespace tocsin::iam
