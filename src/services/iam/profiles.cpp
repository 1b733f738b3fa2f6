// SPDX-License-Identifier: Apache-2.0
// Instance profiles: the role that an instance has.
#include <fmt/format.h>

#include "services/iam/operations.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::int64_t kProfilesPerAccount = 1000;

void save(Call& call, const InstanceProfile& profile) {
  kProfiles.put(call, identity_key(call.account(), profile.name), profile);
}

Result<InstanceProfile> profile_of(Call& call) {
  const auto name = TRY(required_name(call, "InstanceProfileName"));
  auto profile = kProfiles.get(call, identity_key(call.account(), name));
  if (!profile) return no_such_entity(fmt::format("Instance Profile {} cannot be found.", name));
  return *std::move(profile);
}

}  // namespace

Object described(Call& call, const InstanceProfile& profile) {
  Array roles;
  if (const auto role = find_identity(call, kRole, call.account(), profile.role);
      role && !profile.role.empty()) {
    roles.push_back(listed(kRole, *role));
  }
  return {{"Path", profile.path},
          {"InstanceProfileName", profile.name},
          {"InstanceProfileId", profile.id},
          {"Arn", profile.arn},
          {"CreateDate", to_seconds(profile.created)},
          {"Roles", std::move(roles)}};
}

std::vector<InstanceProfile> profiles_of(Call& call, const std::string& role) {
  std::vector<InstanceProfile> profiles;
  kProfiles.scan(call, Key{call.account().str()}, [&](const auto&, const InstanceProfile& profile) {
    if (profile.role == role) profiles.push_back(profile);
    return true;
  });
  return profiles;
}

Outcome create_instance_profile(Call& call) {
  InstanceProfile profile {
    .name = TRY(required_name(call, "InstanceProfileName"))
    , .path = TRY(path_of(call))
    , .created = call.now()
  };
  profile.arn = iam_arn(call.account(), "instance-profile", profile.path + profile.name);
  TRY(add_tags(call, profile.tags));
  if (kProfiles.contains(call, identity_key(call.account(), profile.name)))
    return exists_already(fmt::format("Instance Profile {} already exists.", profile.name));
  if (static_cast<std::int64_t>(kProfiles.all(call, Key{call.account().str()}).size()) >=
      kProfilesPerAccount) {
    return limit_exceeded("InstanceProfilesPerAccount", kProfilesPerAccount);
  }
  profile.id = new_iam_id(call, "AIPA");
  save(call, profile);
  auto out = described(call, profile);
  if (!profile.tags.empty()) out["Tags"] = tag_list(profile.tags);
  return Object{{"InstanceProfile", std::move(out)}};
}

Outcome get_instance_profile(Call& call) {
  const auto profile = TRY(profile_of(call));
  auto out = described(call, profile);
  if (!profile.tags.empty()) out["Tags"] = tag_list(profile.tags);
  return Object{{"InstanceProfile", std::move(out)}};
}

Outcome delete_instance_profile(Call& call) {
  const auto profile = TRY(profile_of(call));
  if (!profile.role.empty()) {
    return delete_conflict("Cannot delete entity, must remove roles from instance profile first.");
  }
  kProfiles.erase(call, identity_key(call.account(), profile.name));
  return Object{};
}

Outcome add_role_to_instance_profile(Call& call) {
  auto profile = TRY(profile_of(call));
  const auto role = TRY(identity_of(call, kRole));
  TRY(call.authorize({.action = "iam:PassRole", .resource = role.arn}));
  if (!profile.role.empty()) return limit_exceeded("InstanceSessionsPerInstanceProfile", 1);
  profile.role = role.name;
  save(call, profile);
  return Object{};
}

Outcome remove_role_from_instance_profile(Call& call) {
  auto profile = TRY(profile_of(call));
  const auto role = TRY(identity_of(call, kRole));
  if (profile.role != role.name) return no_such(kRole, role.name);
  profile.role.clear();
  save(call, profile);
  return Object{};
}

Outcome list_instance_profiles(Call& call) {
  const auto prefix = string_of(call.params(), "PathPrefix", "/");
  return paged_rows(call, "InstanceProfiles", kProfiles,
                    [&](const InstanceProfile& profile) -> std::optional<Object> {
                      if (!profile.path.starts_with(prefix)) return std::nullopt;
                      return described(call, profile);
                    });
}

Outcome list_instance_profiles_for_role(Call& call) {
  std::map<std::string, Document> found;
  for (const auto& profile : profiles_of(call, TRY(identity_of(call, kRole)).name))
    found.emplace(fold(profile.name), described(call, profile));
  return paged(call, "InstanceProfiles", found);
}

std::vector<core::Access> on_profile(Call& call) {
  const auto name = string_of(call.params(), "InstanceProfileName");
  const auto profile = kProfiles.get(call, identity_key(call.account(), name));
  const auto path = string_of(call.params(), "Path", "/");
  return {access_to(
      call, profile ? profile->arn : iam_arn(call.account(), "instance-profile", path + name),
      profile ? profile->tags : Tags{})};
}

}  // namespace tocsin::iam
