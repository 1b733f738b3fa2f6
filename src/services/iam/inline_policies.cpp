// SPDX-License-Identifier: Apache-2.0
// Policies that are part of one user, group or role.
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/operations.hpp"

namespace tocsin::iam {
namespace {

Failure no_such_inline(const Kind& kind, std::string_view name) {
  return no_such_entity(
      fmt::format("The {} policy with name {} cannot be found.", kind.lower, name));
}

std::int64_t inline_size(const Identity& identity) {
  std::size_t size = 0;
  for (const auto& [name, document] : identity.inline_policies)
    size += policy_size(document);
  return static_cast<std::int64_t>(size);
}

}  // namespace

Outcome put_inline_policy(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  TRY(modifiable(identity));
  const auto name = TRY(required_name(call, "PolicyName"));
  const auto document = string_of(call.params(), "PolicyDocument");
  TRY(policy::parse_policy(document, policy::PolicyKind::Identity));
  identity.inline_policies[name] = document;
  if (inline_size(identity) > kind.inline_quota) {
    return fail("LimitExceeded",
                fmt::format("Maximum policy size of {} bytes exceeded for {} {}", kind.inline_quota,
                            kind.lower, identity.name),
                409);
  }
  save(call, kind, identity);
  return Object{};
}

Outcome get_inline_policy(Call& call, const Kind& kind) {
  const auto identity = TRY(identity_of(call, kind));
  const auto found = identity.inline_policies.find(string_of(call.params(), "PolicyName"));
  if (found == identity.inline_policies.end())
    return no_such_inline(kind, text(call.params(), "PolicyName"));
  return Object{{kind.member(), identity.name},
                {"PolicyName", found->first},
                {"PolicyDocument", url_encoded(found->second)}};
}

Outcome delete_inline_policy(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  TRY(modifiable(identity));
  if (!identity.inline_policies.erase(string_of(call.params(), "PolicyName")))
    return no_such_inline(kind, text(call.params(), "PolicyName"));
  save(call, kind, identity);
  return Object{};
}

Outcome list_inline_policies(Call& call, const Kind& kind) {
  std::map<std::string, Document> names;
  for (const auto& [name, document] : TRY(identity_of(call, kind)).inline_policies)
    names.emplace(name, boost::json::string(name));
  return paged(call, "PolicyNames", names);
}

}  // namespace tocsin::iam
