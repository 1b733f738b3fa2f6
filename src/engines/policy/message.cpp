// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engines/policy/policy.hpp"

namespace tocsin::policy {
namespace {

struct TypeRow {
  std::string_view name;
  std::string_view explicit_words;
  std::string_view implicit_words;
};

const TypeRow& row_of(PolicyType type) {
  static constexpr TypeRow kRows[] = {
      {"Identity", "an identity-based policy", "identity-based policy"},
      {"Boundary", "a permissions boundary", "permissions boundary"},
      {"Session", "a session policy", "session policy"},
      {"Resource", "a resource-based policy", "resource-based policy"},
      {"Trust", "the role trust policy", "role trust policy"},
      {"ServiceControl", "a service control policy", "service control policy"},
      {"ResourceControl", "a resource control policy", "resource control policy"}};
  return kRows[static_cast<std::size_t>(type)];
}

std::string reason(const Decision& decision, std::string_view action) {
  if (!decision.denied_by) return {};
  const auto& row = row_of(*decision.denied_by);
  if (decision.outcome == Outcome::ExplicitDeny) {
    return fmt::format(" with an explicit deny in {}", row.explicit_words);
  }
  return fmt::format(" because no {} allows the {} action", row.implicit_words, action);
}

}  // namespace

std::string denial_message(const Decision& decision, const Request& request,
                           std::string_view caller_arn) {
  const auto resource =
      request.resource.empty() ? std::string() : " on resource: " + request.resource;
  return fmt::format("User: {} is not authorized to perform: {}{}{}",
                     caller_arn.empty() ? "anonymous" : caller_arn, request.action, resource,
                     reason(decision, request.action));
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Allowed:
      return "Allowed";
    case Outcome::ExplicitDeny:
      return "ExplicitDeny";
    case Outcome::ImplicitDeny:
      break;
  }
  return "ImplicitDeny";
}

std::string_view name_of(PolicyType type) {
  return row_of(type).name;
}

}  // namespace tocsin::policy
