// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/names.hpp"

#include <charconv>

#include "base/crypto.hpp"

namespace tocsin::ssm {

using core::Call;
using core::Key;

Failure violation(std::string_view value, std::string_view member, std::string_view constraint) {
  return invalid(fmt::format(
      "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: {}", value,
      member, constraint));
}

Failure no_execution(std::string_view id) {
  return fail("AutomationExecutionNotFoundException",
              fmt::format("Automation execution with ID '{}' not found.", id));
}

std::string execution_arn(const Scope& scope, std::string_view id) {
  return arn("ssm", scope, fmt::format("automation-execution/{}", id));
}

std::string number_part(std::int64_t number) {
  return fmt::format("{:08}", number);
}

std::string moment_part(Time time) {
  return fmt::format("{:016x}", to_ms(time));
}

core::Needs needs_execution(std::string action) {
  return [action = "ssm:" + std::move(action)](Call& call) -> std::vector<core::Access> {
    const auto id = text(call.params(), "AutomationExecutionId");
    core::Access access{.action = action, .resource = execution_arn(call.scope(), id)};
    if (const auto row = kExecutions.get(call, Key::of(call.scope(), id)))
      core::add_resource_tags(access, row->tags);
    return {std::move(access)};
  };
}

std::size_t page_size(const Call& call, std::int64_t most) {
  const auto wanted = integer(call.params(), "MaxResults").value_or(most);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 1, most));
}

std::string page_token(const Call& call, std::string_view position) {
  const auto key = call.secrets().derive("ssm page tokens", 32);
  const auto mark = hmac_sha256(key, call.request().operation + '\0' + std::string(position));
  return base64(mark.substr(0, 16) + std::string(position));
}

Result<std::string> page_position(const Call& call) {
  const auto token = text(call.params(), "NextToken");
  if (token.empty()) return std::string();
  const auto bytes = unbase64(token);
  const auto position = bytes && bytes->size() > 16 ? bytes->substr(16) : std::string();
  if (position.empty() || page_token(call, position) != token)
    return fail("InvalidNextToken", "The specified token isn't valid.");
  return position;
}

core::Outcome page_of(const Call& call, std::string_view member, Array all, std::int64_t most) {
  const auto position = TRY(page_position(call));
  std::size_t from = 0;
  std::from_chars(position.data(), position.data() + position.size(), from);
  const auto end = std::min(all.size(), from + page_size(call, most));
  Array shown;
  for (auto i = std::min(from, end); i < end; ++i)
    shown.push_back(std::move(all[i]));
  Object reply;
  reply[member] = std::move(shown);
  if (end < all.size()) reply["NextToken"] = page_token(call, std::to_string(end));
  return reply;
}

}  // namespace tocsin::ssm
