// SPDX-License-Identifier: Apache-2.0
// Who is in which group.
#include <fmt/format.h>

#include "services/iam/operations.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::size_t kGroupsPerUser = 10;

}  // namespace

Outcome add_user_to_group(Call& call) {
  const auto group = TRY(identity_of(call, kGroup));
  auto user = TRY(identity_of(call, kUser));
  user.groups.insert(group.name);
  if (user.groups.size() > kGroupsPerUser) return limit_exceeded("GroupsPerUser", kGroupsPerUser);
  save(call, kUser, user);
  kMembers.put(call, Key{call.account().str(), fold(group.name), fold(user.name)}, {user.name});
  return Object{};
}

Outcome remove_user_from_group(Call& call) {
  const auto group = TRY(identity_of(call, kGroup));
  auto user = TRY(identity_of(call, kUser));
  if (!user.groups.erase(group.name)) return no_such(kUser, user.name);
  save(call, kUser, user);
  kMembers.erase(call, Key{call.account().str(), fold(group.name), fold(user.name)});
  return Object{};
}

Outcome get_group(Call& call) {
  const auto group = TRY(identity_of(call, kGroup));
  std::map<std::string, Document> users;
  for (const auto& member : kMembers.all(call, identity_key(call.account(), group.name))) {
    if (const auto user = find_identity(call, kUser, call.account(), member.name))
      users.emplace(fold(member.name), listed(kUser, *user));
  }
  return paged(call, "Users", users, Object{{"Group", listed(kGroup, group)}});
}

Outcome list_groups_for_user(Call& call) {
  std::map<std::string, Document> groups;
  for (const auto& name : TRY(identity_of(call, kUser)).groups) {
    if (const auto group = find_identity(call, kGroup, call.account(), name))
      groups.emplace(fold(name), listed(kGroup, *group));
  }
  return paged(call, "Groups", groups);
}

}  // namespace tocsin::iam
