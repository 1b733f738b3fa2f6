// SPDX-License-Identifier: Apache-2.0
// Access keys, and managed policies.
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/state.hpp"

namespace tocsin::iam {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

/// The user that the call names, or the caller; empty for the root.
Result<std::string> user_of(Call& call) {
  auto name = string_of(call.params(), "UserName");
  if (name.empty())
    return call.principal().kind == core::Principal::Kind::User ? call.principal().name
                                                                : std::string();
  if (!kUsers.contains(call, Key{call.account().str(), name})) {
    return fail("NoSuchEntity", fmt::format("The user with name {} cannot be found.", name), 404);
  }
  return name;
}

Result<AccessKey> key_of(Call& call) {
  const auto user = TRY(user_of(call));
  const auto id = string_of(call.params(), "AccessKeyId");
  auto key = kAccessKeys.get(call, Key{id});
  if (!key || key->account != call.account() || key->user != user)
    return fail("NoSuchEntity", fmt::format("The Access Key with id {} cannot be found.", id), 404);
  return *std::move(key);
}

std::vector<AccessKey> keys_of(Call& call, const std::string& user) {
  std::vector<AccessKey> keys;
  for (const auto& link : kUserKeys.all(call, Key{call.account().str(), user})) {
    keys.push_back(*kAccessKeys.get(call, Key{link.id}));
  }
  return keys;
}

Object described(const AccessKey& key) {
  return {{"UserName", key.user},
          {"AccessKeyId", key.id},
          {"Status", key.active ? "Active" : "Inactive"},
          {"CreateDate", to_seconds(key.created)}};
}

Object described(const ManagedPolicy& policy) {
  return {{"PolicyName", policy.name},
          {"PolicyId", policy.id},
          {"Arn", policy.arn},
          {"Path", policy.path},
          {"DefaultVersionId", "v1"},
          {"IsAttachable", true},
          {"CreateDate", to_seconds(policy.created)},
          {"UpdateDate", to_seconds(policy.created)}};
}

Result<ManagedPolicy> policy_of(Call& call) {
  const auto arn = string_of(call.params(), "PolicyArn");
  auto policy = kPolicies.get(call, Key{call.account().str(), arn});
  if (!policy) return fail("NoSuchEntity", fmt::format("Policy {} was not found.", arn), 404);
  return *std::move(policy);
}

bool attached_anywhere(Call& call, const std::string& arn) {
  bool found = false;
  for (const auto* table : {&kUsers, &kRoles}) {
    table->scan(call, Key{call.account().str()}, [&](const auto&, const Identity& identity) {
      found = identity.attached.contains(arn) || identity.boundary == arn;
      return !found;
    });
    if (found) break;
  }
  return found;
}

}  // namespace

std::string new_iam_id(core::Context& context, std::string_view prefix) {
  return std::string(prefix) +
         context.new_id("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20 - prefix.size());
}

Result<std::string> required_name(Call& call, std::string_view member) {
  auto name = string_of(call.params(), member);
  const bool valid = !name.empty() && name.size() <= 128 &&
                     std::all_of(name.begin(), name.end(), [](unsigned char c) {
                       return isalnum(c) || std::string_view("+=,.@_-").find(
                                                static_cast<char>(c)) != std::string_view::npos;
                     });
  if (!valid) {
    return fail("ValidationError",
                fmt::format("The specified value for {} is invalid. It must contain only "
                            "alphanumeric characters and/or the following: +=,.@_-",
                            std::string(1, static_cast<char>(tolower(member[0]))) +
                                std::string(member.substr(1))));
  }
  return name;
}

Outcome create_access_key(Call& call) {
  const auto user = TRY(user_of(call));
  if (keys_of(call, user).size() >= 2) {
    return fail("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409);
  }
  const AccessKey key{.id = new_iam_id(call, "AKIA"),
                      .account = call.account(),
                      .user = user,
                      .created = call.now()};
  kAccessKeys.put(call, Key{key.id}, key);
  kUserKeys.put(call, Key{key.account.str(), key.user, key.id}, {key.id});
  auto out = described(key);
  out["SecretAccessKey"] = secret_of_key(call.secrets(), key.id);
  return Object{{"AccessKey", std::move(out)}};
}

Outcome list_access_keys(Call& call) {
  const auto user = TRY(user_of(call));
  Array keys;
  for (const auto& key : keys_of(call, user))
    keys.push_back(described(key));
  return Object{{"AccessKeyMetadata", std::move(keys)}, {"IsTruncated", false}};
}

Outcome update_access_key(Call& call) {
  auto key = TRY(key_of(call));
  const auto status = text(call.params(), "Status");
  if (status != "Active" && status != "Inactive") {
    return fail("ValidationError", "Status must be Active or Inactive");
  }
  key.active = status == "Active";
  kAccessKeys.put(call, Key{key.id}, key);
  return Object{};
}

Outcome delete_access_key(Call& call) {
  const auto key = TRY(key_of(call));
  kAccessKeys.erase(call, Key{key.id});
  kUserKeys.erase(call, Key{key.account.str(), key.user, key.id});
  return Object{};
}

Outcome create_policy(Call& call) {
  ManagedPolicy policy {
    .name = TRY(required_name(call, "PolicyName"))
    , .path = string_of(call.params(), "Path", "/"),
      .document = string_of(call.params(), "PolicyDocument"),
      .description = string_of(call.params(), "Description"), .created = call.now()
  };
  TRY(policy::parse_policy(policy.document, policy::PolicyKind::Identity));
  policy.arn =
      fmt::format("arn:aws:iam::{}:policy{}{}", call.account().str(), policy.path, policy.name);
  if (kPolicies.contains(call, Key{call.account().str(), policy.arn})) {
    return fail("EntityAlreadyExists",
                fmt::format("A policy called {} already exists. Duplicate names are not allowed.",
                            policy.name),
                409);
  }
  policy.id = new_iam_id(call, "ANPA");
  kPolicies.put(call, Key{call.account().str(), policy.arn}, policy);
  return Object{{"Policy", described(policy)}};
}

Outcome get_policy(Call& call) {
  return Object{{"Policy", described(TRY(policy_of(call)))}};
}

Outcome delete_policy(Call& call) {
  const auto policy = TRY(policy_of(call));
  if (attached_anywhere(call, policy.arn)) {
    return fail("DeleteConflict", "Cannot delete a policy attached to entities.", 409);
  }
  kPolicies.erase(call, Key{call.account().str(), policy.arn});
  return Object{};
}

}  // namespace tocsin::iam
