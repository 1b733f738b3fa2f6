// SPDX-License-Identifier: Apache-2.0
// Access keys and when they were last used.
#include <fmt/format.h>

#include "services/iam/operations.hpp"
#include "services/iam/uses.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::size_t kKeysPerUser = 2;

Failure no_such_key(std::string_view id) {
  return no_such_entity(fmt::format("The Access Key with id {} cannot be found.", id));
}

/// The user that the call names, or the caller; empty for the root.
Result<std::string> user_of(Call& call) {
  const auto user = TRY(user_or_caller(call));
  return user ? user->name : std::string();
}

Result<AccessKey> key_of(Call& call) {
  const auto user = TRY(user_of(call));
  const auto id = string_of(call.params(), "AccessKeyId");
  auto key = kAccessKeys.get(call, Key{id});
  if (!key || key->account != call.account() || key->user != user) return no_such_key(id);
  return *std::move(key);
}

Object described(const AccessKey& key) {
  Object out;
  if (!key.user.empty()) out["UserName"] = key.user;
  out["AccessKeyId"] = key.id;
  out["Status"] = key.active ? "Active" : "Inactive";
  out["CreateDate"] = to_seconds(key.created);
  return out;
}

}  // namespace

std::vector<AccessKey> keys_of(const store::View& view, const AccountId& account,
                               const std::string& user) {
  std::vector<AccessKey> keys;
  for (const auto& link : kUserKeys.all(view, Key{account.str(), fold(user)}))
    keys.push_back(*kAccessKeys.get(view, Key{link.name}));
  return keys;
}

std::optional<AccessKey> root_key_of(const store::View& view, const AccountId& account) {
  const auto keys = keys_of(view, account, "");
  return keys.empty() ? std::nullopt : std::optional(keys.front());
}

std::string owner_id(const store::View& view, const AccessKey& key) {
  if (key.user.empty()) return key.account.str();
  const auto user = find_identity(view, kUser, key.account, key.user);
  return user ? user->id : std::string();
}

AccessKey make_access_key(core::Context& context, const AccountId& account,
                          const std::string& user) {
  const AccessKey key{.id = new_key_id(context, "AKIA"),
                      .account = account,
                      .user = user,
                      .created = context.now()};
  kAccessKeys.put(context, Key{key.id}, key);
  kUserKeys.put(context, Key{account.str(), fold(user), key.id}, {key.id});
  return key;
}

Outcome create_access_key(Call& call) {
  const auto user = TRY(user_of(call));
  if (keys_of(call, call.account(), user).size() >= kKeysPerUser)
    return limit_exceeded("AccessKeysPerUser", kKeysPerUser);
  const auto key = make_access_key(call, call.account(), user);
  auto out = described(key);
  out["SecretAccessKey"] = secret_of_key(call.secrets(), key.id);
  return Object{{"AccessKey", std::move(out)}};
}

Outcome list_access_keys(Call& call) {
  std::map<std::string, Document> keys;
  for (const auto& key : keys_of(call, call.account(), TRY(user_of(call))))
    keys.emplace(key.id, described(key));
  return paged(call, "AccessKeyMetadata", keys);
}

Outcome update_access_key(Call& call) {
  auto key = TRY(key_of(call));
  const auto status = text(call.params(), "Status");
  if (status != "Active" && status != "Inactive") {
    return fail("ValidationError",
                fmt::format("1 validation error detected: Value '{}' at 'status' failed to satisfy "
                            "constraint: Member must satisfy enum value set: [Active, Inactive]",
                            status));
  }
  key.active = status == "Active";
  kAccessKeys.put(call, Key{key.id}, key);
  return Object{};
}

Outcome delete_access_key(Call& call) {
  const auto key = TRY(key_of(call));
  forget_uses(call, owner_id(call, key), key.id);
  kAccessKeys.erase(call, Key{key.id});
  kUserKeys.erase(call, Key{key.account.str(), fold(key.user), key.id});
  return Object{};
}

Outcome get_access_key_last_used(Call& call) {
  const auto id = string_of(call.params(), "AccessKeyId");
  const auto key = kAccessKeys.get(call, Key{id});
  if (!key || key->account != call.account()) return no_such_key(id);
  const auto last = last_use(call, owner_id(call, *key), id);
  const auto shown = last.value_or(LastUse{});
  Object used{{"ServiceName", shown.service}, {"Region", shown.region}};
  if (last) used["LastUsedDate"] = to_seconds(last->time);
  Object out;
  if (!key->user.empty()) out["UserName"] = key->user;
  out["AccessKeyLastUsed"] = std::move(used);
  return out;
}

std::vector<core::Access> on_user_of_key(Call& call) {
  const auto key = kAccessKeys.get(call, Key{string_of(call.params(), "AccessKeyId")});
  const auto user = key && key->account == call.account() && !key->user.empty()
                        ? find_identity(call, kUser, call.account(), key->user)
                        : std::nullopt;
  return {user ? access_to(call, user->arn, user->tags) : access_to(call, "*")};
}

}  // namespace tocsin::iam
