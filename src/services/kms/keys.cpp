// SPDX-License-Identifier: Apache-2.0
#include "services/kms/keys.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/kms/material.hpp"
#include "services/kms/page.hpp"
#include "services/kms/policies.hpp"
#include "services/kms/resolve.hpp"
#include "services/kms/rotation.hpp"
#include "services/kms/tags.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr std::size_t kLongestDescription = 8192;

Result<std::string> spec_from(const Document& params) {
  const auto spec = text(params, "KeySpec"), old = text(params, "CustomerMasterKeySpec");
  if (!spec.empty() && !old.empty()) {
    return validation(
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
        "CustomerMasterKeySpec is deprecated.");
  }
  const auto wanted = !spec.empty() ? spec : !old.empty() ? old : "SYMMETRIC_DEFAULT";
  if (!spec_of(wanted)) return not_in_enum(wanted, "keySpec", spec_names());
  return std::string(wanted);
}

Result<std::string> usage_from(const Document& params, const Spec& spec) {
  auto usage = string_of(params, "KeyUsage");
  if (usage.empty()) {
    if (spec.family == Family::Symmetric) return "ENCRYPT_DECRYPT";
    return validation(
        "You must specify a KeyUsage value for all KMS keys except for symmetric "
        "encryption keys.");
  }
  const std::vector<std::string_view> known{"SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC",
                                            "KEY_AGREEMENT"};
  if (std::ranges::find(known, usage) == known.end()) return not_in_enum(usage, "keyUsage", known);
  if (std::ranges::find(spec.usages, usage) == spec.usages.end()) {
    return validation(
        fmt::format("KeyUsage {} is not compatible with KeySpec {}", usage, spec.name));
  }
  return usage;
}

Result<std::string> origin_from(const Document& params) {
  auto origin = string_of(params, "Origin", "AWS_KMS");
  if (origin == "AWS_CLOUDHSM" || origin == "EXTERNAL_KEY_STORE" ||
      find(params, "CustomKeyStoreId")) {
    return unsupported("Tocsin has no custom key stores.");
  }
  if (origin == "AWS_KMS" || origin == "EXTERNAL") return origin;
  return not_in_enum(origin, "origin",
                     {"EXTERNAL", "AWS_CLOUDHSM", "AWS_KMS", "EXTERNAL_KEY_STORE"});
}

Result<void> check_description(std::string_view description) {
  if (description.size() <= kLongestDescription) return {};
  return constraint(description, "description",
                    fmt::format("have length less than or equal to {}", kLongestDescription));
}

/// The key that the call describes, without material.
Result<KmsKey> key_from(Call& call) {
  const auto& params = call.params();
  if (flag(params, "MultiRegion")) return unsupported("Tocsin has no multi-Region keys.");
  KmsKey key{.scope = call.scope(), .id = call.new_uuid(), .created = call.now()};
  key.spec = TRY(spec_from(params));
  key.usage = TRY(usage_from(params, *spec_of(key.spec)));
  key.origin = TRY(origin_from(params));
  key.description = string_of(params, "Description");
  TRY(check_description(key.description));
  TRY(add_tags(key, array_of(params, "Tags")));
  key.policy = string_of(params, "Policy", default_policy(key.scope.account));
  TRY(check_policy(call, key, key.policy));
  if (key.origin == "EXTERNAL") key.state = KeyState::PendingImport;
  return key;
}

Object created(Context& context, const KmsKey& key) {
  kKeys.put(context, row_of(key), key);
  return {{"KeyMetadata", metadata_of(key)}};
}

/// The RSA pair of a key is there.
void key_made(Context& context, const core::Resumption& end) {
  const core::Token token{string_of(end.context, "token")};
  const auto pair = pair_from(context, end);
  if (!pair) return void(context.resolve(token, fail(pair.error())));
  auto key = decoded<KmsKey>(*find(end.context, "key"));
  key.public_key = base64(pair->public_key);
  add_material(context, key, pair->private_key);
  context.resolve(token, Document(created(context, key)));
}

/// Switches the key; `state` is Enabled or Disabled.
Outcome switch_key(Call& call, KeyState state) {
  auto key = TRY(key_of(call));
  TRY(check_has_material(key));
  key.state = state;
  if (state == KeyState::Enabled) resume_rotating(call, key);
  kKeys.put(call, row_of(key), key);
  return Object{};
}

std::string_view name_of(KeyState state) {
  return boost::describe::enum_to_string(state, "");
}

void add_algorithms(Object& out, const KmsKey& key) {
  const auto offer = offer_of(key.spec, key.usage);
  Array names;
  for (const auto name : offer.algorithms)
    names.emplace_back(name);
  out[offer.member] = std::move(names);
}

}  // namespace

Object metadata_of(const KmsKey& key) {
  Object out{{"AWSAccountId", key.scope.account.str()},
             {"KeyId", key.id},
             {"Arn", arn_of(key)},
             {"CreationDate", to_seconds(key.created)},
             {"Enabled", key.state == KeyState::Enabled},
             {"Description", key.description},
             {"KeyUsage", key.usage},
             {"KeyState", name_of(key.state)},
             {"Origin", key.origin},
             {"KeyManager", key.managed_for.empty() ? "CUSTOMER" : "AWS"},
             {"CustomerMasterKeySpec", key.spec},
             {"KeySpec", key.spec},
             {"MultiRegion", false}};
  add_algorithms(out, key);
  if (key.deletion) out["DeletionDate"] = to_seconds(*key.deletion);
  if (key.origin == "EXTERNAL" && !key.material.empty()) {
    out["ExpirationModel"] = key.import.expiration_model;
    if (to_ms(key.import.valid_to)) out["ValidTo"] = to_seconds(key.import.valid_to);
  }
  return out;
}

Outcome create_key(Call& call) {
  auto key = TRY(key_from(call));
  if (key.origin == "EXTERNAL") return created(call, key);
  const auto* spec = spec_of(key.spec);
  if (spec->family == Family::Rsa) {
    const auto token = call.park();
    start_rsa(call, spec->bits,
              {"kms.key_made", Object{{"token", token.id}, {"key", encode(key)}}});
    return token;
  }
  draw_material(call, key);
  return created(call, key);
}

Outcome describe_key(Call& call) {
  const auto key = TRY(key_of(call));
  return Object{{"KeyMetadata", metadata_of(key)}};
}

Outcome list_keys(Call& call) {
  return page_of(call, kKeys, core::Key::of(call.scope()), {"Keys", 100, 1000},
                 [](const KmsKey& key) {
                   return Object{{"KeyId", key.id}, {"KeyArn", arn_of(key)}};
                 });
}

Outcome enable_key(Call& call) {
  return switch_key(call, KeyState::Enabled);
}

Outcome disable_key(Call& call) {
  return switch_key(call, KeyState::Disabled);
}

Outcome update_key_description(Call& call) {
  auto key = TRY(key_of(call));
  TRY(check_not_pending_deletion(key));
  if (!find(call.params(), "Description")) return missing("description");
  key.description = string_of(call.params(), "Description");
  TRY(check_description(key.description));
  kKeys.put(call, row_of(key), key);
  return Object{};
}

Outcome get_public_key(Call& call) {
  const auto key = TRY(key_of(call));
  TRY(check_usable(key));
  if (!is_asymmetric(key))
    return unsupported(arn_of(key) + " is not an asymmetric KMS key: it has no public key.");
  Object out{{"KeyId", arn_of(key)},
             {"PublicKey", key.public_key},
             {"CustomerMasterKeySpec", key.spec},
             {"KeySpec", key.spec},
             {"KeyUsage", key.usage}};
  add_algorithms(out, key);
  return out;
}

void emit_key_event(Context& context, const KmsKey& key, std::string_view detail_type) {
  context.emit({.source = "aws.kms",
                .detail_type = std::string(detail_type),
                .scope = key.scope,
                .resources = {arn_of(key)},
                .detail = {{"key-id", key.id}}});
}

void on_key_resumes(core::Registry& registry) {
  registry.on_resume("kms.key_made", key_made);
}

}  // namespace tocsin::kms
