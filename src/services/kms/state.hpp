// SPDX-License-Identifier: Apache-2.0
// What KMS keeps. Secrets stand here sealed only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/table.hpp"

namespace tocsin::kms {

enum class KeyState { Enabled, Disabled, PendingDeletion, PendingImport };
BOOST_DESCRIBE_ENUM(KeyState, Enabled, Disabled, PendingDeletion, PendingImport)

struct Rotation {
  bool enabled = false;
  int period_days = 365;
  Time next{};
  std::string timer;
  int on_demand = 0;  // how often, in all
};
BOOST_DESCRIBE_STRUCT(Rotation, (), (enabled, period_days, next, timer, on_demand))

/// Of a key with material from outside.
struct Import {
  Document wrapping_key;  // sealed, while parameters are out; null otherwise
  std::string algorithm;
  std::string token;
  Time token_until{};
  std::string first_material;  // the only material that may ever be imported
  std::string expiration_model;
  Time valid_to{};
  std::string expiry_timer;
};
BOOST_DESCRIBE_STRUCT(Import, (),
                      (wrapping_key, algorithm, token, token_until, first_material,
                       expiration_model, valid_to, expiry_timer))

struct KmsKey {
  Scope scope;
  std::string id;
  Time created{};
  std::string description;
  std::string spec;                // "SYMMETRIC_DEFAULT"
  std::string usage;               // "ENCRYPT_DECRYPT"
  std::string origin = "AWS_KMS";  // or "EXTERNAL"
  std::string managed_for;         // "s3" of an AWS-managed key
  KeyState state = KeyState::Enabled;
  std::string policy;
  std::map<std::string, std::string> tags;
  std::string material;    // id of the current material; empty while none is imported
  std::string public_key;  // SubjectPublicKeyInfo in base64, of asymmetric keys
  std::optional<Time> deletion;
  int deletion_window_days = 0;
  std::string deletion_timer;
  Rotation rotation;
  Import import;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(KmsKey, (),
                      (scope, id, created, description, spec, usage, origin, managed_for, state,
                       policy, tags, material, public_key, deletion, deletion_window_days,
                       deletion_timer, rotation, import, unknown))

struct Material {
  std::string id;
  Document secret;  // sealed: raw bytes, or PKCS#8 of an asymmetric key
  Time created{};
  std::string rotation;  // "AUTOMATIC", "ON_DEMAND"; empty: the key began with it
};
BOOST_DESCRIBE_STRUCT(Material, (), (id, secret, created, rotation))

struct Alias {
  Scope scope;
  std::string name;  // "alias/app"
  std::string key;
  Time created{};
  Time updated{};
};
BOOST_DESCRIBE_STRUCT(Alias, (), (scope, name, key, created, updated))

struct Grant {
  Scope scope;
  std::string id;
  std::string key;
  std::string name;
  std::string grantee;
  std::string retiring;
  std::string issuing_account;
  std::vector<std::string> operations;
  Object constraints;
  Time created{};
};
BOOST_DESCRIBE_STRUCT(Grant, (),
                      (scope, id, key, name, grantee, retiring, issuing_account, operations,
                       constraints, created))

struct GrantLink {
  std::string key;
  std::string id;
};
BOOST_DESCRIBE_STRUCT(GrantLink, (), (key, id))

struct AliasLink {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(AliasLink, (), (name))

inline constexpr core::Table<KmsKey> kKeys{"kms.keys"};                // scope, id
inline constexpr core::Table<Material> kMaterials{"kms.materials"};    // scope, key, id
inline constexpr core::Table<Alias> kAliases{"kms.aliases"};           // scope, name
inline constexpr core::Table<AliasLink> kAliasesOf{"kms.aliases_of"};  // scope, key, name
inline constexpr core::Table<Grant> kGrants{"kms.grants"};             // scope, key, id
inline constexpr core::Table<GrantLink> kGrantees{"kms.grantees"};     // scope, key, grantee, id
inline constexpr core::Table<GrantLink> kRetirers{"kms.retirers"};     // scope, principal, id

inline core::Key row_of(const KmsKey& key) {
  return core::Key::of(key.scope, key.id);
}
inline std::string arn_of(const KmsKey& key) {
  return arn("kms", key.scope, "key/" + key.id);
}

}  // namespace tocsin::kms
