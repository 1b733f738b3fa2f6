// SPDX-License-Identifier: Apache-2.0
// The account as a whole: its alias and its summary.
#include <fmt/format.h>

#include "services/iam/operations.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

template <class Row>
std::int64_t count(Call& call, const core::Table<Row>& table) {
  std::int64_t rows = 0;
  table.scan(call, Key{call.account().str()}, [&](const auto&, const auto&) {
    ++rows;
    return true;
  });
  return rows;
}

bool is_alias(std::string_view alias) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return alias.size() >= 3 && alias.size() <= 63 &&
         std::all_of(alias.begin(), alias.end(), plain) && alias.front() != '-' &&
         alias.back() != '-' && alias.find("--") == alias.npos;
}

}  // namespace

Outcome create_account_alias(Call& call) {
  const auto alias = string_of(call.params(), "AccountAlias");
  if (!is_alias(alias)) {
    return fail("ValidationError",
                fmt::format("1 validation error detected: Value '{}' at 'accountAlias' failed to "
                            "satisfy constraint: Member must satisfy regular expression pattern: "
                            "^[a-z0-9]([a-z0-9]|-(?!-)){{1,61}}[a-z0-9]$",
                            alias));
  }
  const Key owner{call.account().str()};
  const auto taken = kAliasOwners.get(call, Key{alias});
  if (taken && taken->name != call.account().str())
    return exists_already(fmt::format("The account alias {} already exists.", alias));
  if (const auto old = kAliases.get(call, owner)) kAliasOwners.erase(call, Key{old->name});
  kAliases.put(call, owner, {alias});
  kAliasOwners.put(call, Key{alias}, {call.account().str()});
  return Object{};
}

Outcome delete_account_alias(Call& call) {
  const auto alias = string_of(call.params(), "AccountAlias");
  const Key owner{call.account().str()};
  const auto present = kAliases.get(call, owner);
  if (!present || present->name != alias)
    return no_such_entity(fmt::format("The account alias {} cannot be found.", alias));
  kAliases.erase(call, owner);
  kAliasOwners.erase(call, Key{alias});
  return Object{};
}

Outcome list_account_aliases(Call& call) {
  std::map<std::string, Document> aliases;
  if (const auto alias = kAliases.get(call, Key{call.account().str()}))
    aliases.emplace(alias->name, boost::json::string(alias->name));
  return paged(call, "AccountAliases", aliases);
}

Outcome get_account_summary(Call& call) {
  std::int64_t in_use = 0, versions = count(call, kVersions);
  kMfaDevices.scan(call, Key{call.account().str()}, [&](const auto&, const MfaDevice& device) {
    in_use += !device.user.empty();
    return true;
  });
  return Object{
      {"SummaryMap", Object{{"Users", count(call, kUsers)},
                            {"UsersQuota", kUser.quota},
                            {"Groups", count(call, kGroups)},
                            {"GroupsQuota", kGroup.quota},
                            {"Roles", count(call, kRoles)},
                            {"RolesQuota", kRole.quota},
                            {"InstanceProfiles", count(call, kProfiles)},
                            {"InstanceProfilesQuota", 1000},
                            {"Providers", count(call, kOidcProviders)},
                            {"Policies", count(call, kPolicies)},
                            {"PoliciesQuota", 1500},
                            {"PolicySizeQuota", 6144},
                            {"PolicyVersionsInUse", versions},
                            {"PolicyVersionsInUseQuota", 10000},
                            {"VersionsPerPolicyQuota", 5},
                            {"ServerCertificates", 0},
                            {"ServerCertificatesQuota", 20},
                            {"UserPolicySizeQuota", kUser.inline_quota},
                            {"GroupPolicySizeQuota", kGroup.inline_quota},
                            {"RolePolicySizeQuota", kRole.inline_quota},
                            {"AssumeRolePolicySizeQuota", 2048},
                            {"GroupsPerUserQuota", 10},
                            {"SigningCertificatesPerUserQuota", 2},
                            {"AccessKeysPerUserQuota", 2},
                            {"AttachedPoliciesPerUserQuota", 10},
                            {"AttachedPoliciesPerGroupQuota", 10},
                            {"AttachedPoliciesPerRoleQuota", 10},
                            {"MFADevices", count(call, kMfaDevices)},
                            {"MFADevicesInUse", in_use},
                            {"AccountMFAEnabled", 0},
                            {"AccountPasswordPresent", 0},
                            {"AccountAccessKeysPresent", root_key_of(call, call.account()) ? 1 : 0},
                            {"AccountSigningCertificatesPresent", 0},
                            {"GlobalEndpointTokenVersion", 1}}}};
}

}  // namespace tocsin::iam
