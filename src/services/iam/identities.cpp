// SPDX-License-Identifier: Apache-2.0
// Users, groups and roles: made, found, listed, renamed, deleted.
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/policies.hpp"
#include "services/iam/uses.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::size_t kTrustSize = 2048;

template <class Row>
std::int64_t count(Call& call, const core::Table<Row>& table) {
  std::int64_t rows = 0;
  table.scan(call, Key{call.account().str()}, [&](const auto&, const auto&) {
    ++rows;
    return true;
  });
  return rows;
}

Result<std::int64_t> max_session(Call& call, std::int64_t fallback) {
  const auto seconds = integer(call.params(), "MaxSessionDuration").value_or(fallback);
  if (seconds >= 3600 && seconds <= 43200) return seconds;
  return fail(
      "ValidationError",
      fmt::format("1 validation error detected: Value '{}' at 'maxSessionDuration' failed to "
                  "satisfy constraint: Member must have value {} than or equal to {}",
                  seconds, seconds < 3600 ? "greater" : "less", seconds < 3600 ? 3600 : 43200));
}

/// What says "group 'ops' not emptied": the first thing that stands against deletion.
std::optional<std::string_view> obstacle(Call& call, const Kind& kind, const Identity& identity) {
  const auto key = identity_key(call.account(), identity.name);
  const auto any = [&](const auto& table) { return !table.all(call, key).empty(); };
  if (!identity.attached.empty()) return "must detach all policies first.";
  if (!identity.inline_policies.empty()) return "must delete policies first.";
  if (&kind == &kGroup && any(kMembers)) return "must remove users from group first.";
  if (&kind == &kRole && !profiles_of(call, identity.name).empty())
    return "must remove roles from instance profile first.";
  if (&kind != &kUser) return std::nullopt;
  if (any(kUserKeys)) return "must delete access keys first.";
  if (kLogins.contains(call, key)) return "must delete login profile first.";
  if (!devices_of(call, call.account(), identity.name).empty())
    return "must delete MFA device first.";
  if (!identity.groups.empty()) return "must remove users from group first.";
  return std::nullopt;
}

Failure unmodifiable(const Identity& role) {
  return fail("UnmodifiableEntity",
              fmt::format("Cannot perform the operation on the protected role '{}' - this role is "
                          "only modifiable by AWS",
                          role.name));
}

Result<void> check_trust(const std::string& document) {
  if (policy_size(document) > kTrustSize)
    return limit_exceeded("ACLSizePerRole", static_cast<std::int64_t>(kTrustSize));
  TRY(policy::parse_policy(document, policy::PolicyKind::Trust));
  return {};
}

/// Keys, members and login of a user or group under its new name.
void move_links(Call& call, const Kind& kind, const Identity& old, const Identity& renamed) {
  const auto before = identity_key(call.account(), old.name);
  const auto& account = call.account().str();
  if (&kind == &kGroup) {
    for (const auto& member : kMembers.all(call, before)) {
      kMembers.erase(call, Key{account, fold(old.name), fold(member.name)});
      kMembers.put(call, Key{account, fold(renamed.name), fold(member.name)}, member);
      auto user = *find_identity(call, kUser, call.account(), member.name);
      user.groups.erase(old.name);
      user.groups.insert(renamed.name);
      save(call, kUser, user);
    }
    return;
  }
  for (const auto& link : kUserKeys.all(call, before)) {
    kUserKeys.erase(call, Key{account, fold(old.name), link.name});
    kUserKeys.put(call, Key{account, fold(renamed.name), link.name}, link);
    auto key = *kAccessKeys.get(call, Key{link.name});
    key.user = renamed.name;
    kAccessKeys.put(call, Key{link.name}, key);
  }
  if (auto login = kLogins.get(call, before)) {
    kLogins.erase(call, before);
    login->user = renamed.name;
    kLogins.put(call, identity_key(call.account(), renamed.name), *login);
  }
  for (auto device : devices_of(call, call.account(), old.name)) {
    device.user = renamed.name;
    kMfaDevices.put(call, Key{account, device.serial}, device);
  }
  for (const auto& group : renamed.groups) {
    kMembers.erase(call, Key{account, fold(group), fold(old.name)});
    kMembers.put(call, Key{account, fold(group), fold(renamed.name)}, {renamed.name});
  }
}

}  // namespace

Outcome create_identity(Call& call, const Kind& kind) {
  Identity identity {
    .name = TRY(required_name(call, kind.member()))
    , .path = TRY(path_of(call))
    , .created = call.now()
  };
  if (find_identity(call, kind, call.account(), identity.name))
    return exists_already(fmt::format("{} with name {} already exists.", kind.noun, identity.name));
  identity.arn = iam_arn(call.account(), kind.lower, identity.path + identity.name);
  TRY(add_tags(call, identity.tags));
  if (&kind == &kRole) {
    identity.trust = string_of(call.params(), "AssumeRolePolicyDocument");
    identity.description = string_of(call.params(), "Description");
    identity.max_session = TRY(max_session(call, 3600));
    TRY(check_trust(identity.trust));
  }
  if (const auto arn = string_of(call.params(), "PermissionsBoundary"); !arn.empty()) {
    TRY(managed_policy(call, call.account(), arn));
    identity.boundary = arn;
  }
  if (count(call, *kind.table) >= kind.quota)
    return limit_exceeded(std::string(kind.noun) + "sPerAccount", kind.quota);
  identity.id = new_iam_id(call, kind.id_prefix);
  save(call, kind, identity);
  link_policies(call, kind, identity);
  auto out = listed(kind, identity);
  if (!identity.boundary.empty()) out["PermissionsBoundary"] = boundary_of(identity.boundary);
  if (!identity.tags.empty()) out["Tags"] = tag_list(identity.tags);
  return Object{{kind.noun, std::move(out)}};
}

Outcome get_user(Call& call) {
  const auto user = TRY(user_or_caller(call));
  if (user) return Object{{"User", described(call, kUser, *user)}};
  // The root asks for itself.
  const auto& root = call.principal();
  Object out{{"UserId", root.id}, {"Arn", root.arn}, {"CreateDate", to_seconds(from_ms(0))}};
  if (const auto key = root_key_of(call, call.account()))
    out["CreateDate"] = to_seconds(key->created);
  if (const auto alias = kAliases.get(call, Key{call.account().str()}))
    out["UserName"] = alias->name;
  return Object{{"User", std::move(out)}};
}

Outcome get_identity(Call& call, const Kind& kind) {
  return Object{{kind.noun, described(call, kind, TRY(identity_of(call, kind)))}};
}

Outcome delete_identity(Call& call, const Kind& kind) {
  const auto identity = TRY(identity_of(call, kind));
  if (!identity.linked_service.empty()) return unmodifiable(identity);
  if (const auto what = obstacle(call, kind, identity))
    return delete_conflict(fmt::format("Cannot delete entity, {}", *what));
  unlink_policies(call, kind, identity);
  forget_uses(call, identity.id);
  kind.table->erase(call, identity_key(call.account(), identity.name));
  return Object{};
}

Outcome list_identities(Call& call, const Kind& kind) {
  const auto prefix = string_of(call.params(), "PathPrefix", "/");
  return paged_rows(call, std::string(kind.noun) + "s", *kind.table,
                    [&](const Identity& identity) -> std::optional<Object> {
                      if (!identity.path.starts_with(prefix)) return std::nullopt;
                      auto out = listed(kind, identity);
                      if (!identity.boundary.empty())
                        out["PermissionsBoundary"] = boundary_of(identity.boundary);
                      return out;
                    });
}

/// UpdateUser and UpdateGroup.
Outcome rename_identity(Call& call, const Kind& kind) {
  const auto old = TRY(identity_of(call, kind));
  auto renamed = old;
  const auto new_name = "New" + kind.member();
  if (find(call.params(), new_name)) renamed.name = TRY(required_name(call, new_name));
  if (find(call.params(), "NewPath")) renamed.path = TRY(path_of(call, "NewPath"));
  renamed.arn = iam_arn(call.account(), kind.lower, renamed.path + renamed.name);
  const bool moves = fold(renamed.name) != fold(old.name);
  if (moves && find_identity(call, kind, call.account(), renamed.name))
    return exists_already(fmt::format("{} with name {} already exists.", kind.noun, renamed.name));
  unlink_policies(call, kind, old);
  if (renamed.name != old.name) move_links(call, kind, old, renamed);
  kind.table->erase(call, identity_key(call.account(), old.name));
  save(call, kind, renamed);
  link_policies(call, kind, renamed);
  return Object{};
}

Outcome update_role(Call& call) {
  auto role = TRY(identity_of(call, kRole));
  if (!role.linked_service.empty() && find(call.params(), "MaxSessionDuration"))
    return unmodifiable(role);
  if (find(call.params(), "Description")) role.description = text(call.params(), "Description");
  role.max_session = TRY(max_session(call, role.max_session));
  save(call, kRole, role);
  if (call.request().operation == "UpdateRoleDescription")
    return Object{{"Role", listed(kRole, role)}};
  return Object{};
}

Outcome update_trust(Call& call) {
  auto role = TRY(identity_of(call, kRole));
  if (!role.linked_service.empty()) return unmodifiable(role);
  role.trust = string_of(call.params(), "PolicyDocument");
  TRY(check_trust(role.trust));
  save(call, kRole, role);
  return Object{};
}

Result<void> modifiable(const Identity& identity) {
  if (identity.linked_service.empty()) return {};
  return unmodifiable(identity);
}

}  // namespace tocsin::iam
