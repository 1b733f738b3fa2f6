// SPDX-License-Identifier: Apache-2.0
// Managed policies on users, groups and roles, as permissions and as boundaries.
#include <fmt/format.h>

#include "services/iam/operations.hpp"
#include "services/iam/policies.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::size_t kMostAttached = 10;

/// PathPrefix and EntityFilter of ListEntitiesForPolicy.
bool is_wanted(Call& call, const Kind& kind, const Identity& identity) {
  const auto filter = text(call.params(), "EntityFilter");
  const bool of_kind = filter.empty() || filter == kind.noun;
  return of_kind && identity.path.starts_with(text(call.params(), "PathPrefix", "/"));
}

bool is_usage_wanted(Call& call, std::string_view usage) {
  const auto filter = text(call.params(), "PolicyUsageFilter");
  if (filter.empty()) return true;
  return (filter == "PermissionsBoundary") == (usage == "boundary");
}

}  // namespace

Outcome attach_policy(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  TRY(modifiable(identity));
  const auto policy =
      TRY(managed_policy(call, call.account(), string_of(call.params(), "PolicyArn")));
  if (policy.path == "/aws-service-role/") {
    return fail("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.");
  }
  identity.attached.insert(policy.arn);
  if (identity.attached.size() > kMostAttached)
    return limit_exceeded(fmt::format("PoliciesPer{}", kind.noun), kMostAttached);
  save(call, kind, identity);
  link_policies(call, kind, identity);
  return Object{};
}

Outcome detach_policy(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  TRY(modifiable(identity));
  const auto arn = string_of(call.params(), "PolicyArn");
  const auto before = identity;
  if (!identity.attached.erase(arn))
    return no_such_entity(fmt::format("Policy {} was not found.", arn));
  unlink_policies(call, kind, before);
  save(call, kind, identity);
  link_policies(call, kind, identity);
  return Object{};
}

Outcome list_attached_policies(Call& call, const Kind& kind) {
  const auto prefix = string_of(call.params(), "PathPrefix", "/");
  std::map<std::string, Document> attached;
  for (const auto& arn : TRY(identity_of(call, kind)).attached) {
    const auto policy = find_policy(call, call.account(), arn);
    if (!policy || !policy->path.starts_with(prefix)) continue;
    attached.emplace(arn, Object{{"PolicyName", policy->name}, {"PolicyArn", arn}});
  }
  return paged(call, "AttachedPolicies", attached);
}

Outcome put_boundary(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  TRY(modifiable(identity));
  const auto arn = string_of(call.params(), "PermissionsBoundary");
  TRY(managed_policy(call, call.account(), arn));
  unlink_policies(call, kind, identity);
  identity.boundary = arn;
  save(call, kind, identity);
  link_policies(call, kind, identity);
  return Object{};
}

Outcome delete_boundary(Call& call, const Kind& kind) {
  auto identity = TRY(identity_of(call, kind));
  TRY(modifiable(identity));
  unlink_policies(call, kind, identity);
  identity.boundary.clear();
  save(call, kind, identity);
  link_policies(call, kind, identity);
  return Object{};
}

Outcome list_entities_for_policy(Call& call) {
  const auto arn = string_of(call.params(), "PolicyArn");
  if (!find_policy(call, call.account(), arn))
    return no_such_entity(fmt::format("Policy {} was not found.", arn));
  std::map<std::string, std::pair<const Kind*, Identity>> found;
  for (const auto* kind : {&kGroup, &kUser, &kRole}) {
    for (const std::string_view usage : {"attached", "boundary"}) {
      if (!is_usage_wanted(call, usage)) continue;
      const Key prefix{call.account().str(), arn, usage, kind->lower};
      for (const auto& link : kAttachments.all(call, prefix)) {
        const auto identity = find_identity(call, *kind, call.account(), link.name);
        if (!identity || !is_wanted(call, *kind, *identity)) continue;
        found.emplace(fmt::format("{}/{}", kind->lower, fold(link.name)),
                      std::pair(kind, *identity));
      }
    }
  }
  Page page(call);
  const auto after = TRY(page.after());
  std::map<std::string, Array> lists{{"Group", {}}, {"User", {}}, {"Role", {}}};
  for (auto at = found.upper_bound(after); at != found.end(); ++at) {
    if (!page.add(at->first, nullptr)) break;
    const auto& [kind, identity] = at->second;
    lists[std::string(kind->noun)].push_back(
        Object{{kind->member(), identity.name}, {std::string(kind->noun) + "Id", identity.id}});
  }
  Object out{{"PolicyGroups", lists["Group"]},
             {"PolicyUsers", lists["User"]},
             {"PolicyRoles", lists["Role"]},
             {"IsTruncated", page.truncated()}};
  if (page.truncated()) out["Marker"] = page.marker();
  return out;
}

}  // namespace tocsin::iam
