// SPDX-License-Identifier: Apache-2.0
// Key material that comes from outside, under a wrapping key made for it.
// https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/kms/crypto.hpp"
#include "services/kms/keys.hpp"
#include "services/kms/material.hpp"
#include "services/kms/resolve.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr auto kParametersLast = std::chrono::hours(24);
constexpr auto kLongestValidity = std::chrono::days(365);
constexpr std::size_t kLongestMaterial = 6144;
const std::vector<std::string_view> kAlgorithms{
    "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"};
const std::vector<std::string_view> kSpecs{"RSA_2048", "RSA_3072", "RSA_4096"};

Result<KmsKey> external_key_of(Call& call) {
  auto key = TRY(key_of(call));
  if (key.origin != "EXTERNAL") {
    return unsupported(fmt::format("{} origin is {} which is not valid for this operation.",
                                   arn_of(key), key.origin));
  }
  return key;
}

Result<std::string> choice(const Call& call, std::string_view member, std::string_view name,
                           const std::vector<std::string_view>& allowed) {
  const auto value = text(call.params(), member);
  if (value.empty()) return missing(name);
  for (const auto each : allowed) {
    if (each == value) return std::string(value);
  }
  return not_in_enum(value, name, allowed);
}

/// The pair that material is wrapped under is there.
void wrapping_key_made(Context& context, const core::Resumption& end) {
  const core::Token token{string_of(end.context, "token")};
  const auto pair = pair_from(context, end);
  if (!pair) return void(context.resolve(token, fail(pair.error())));
  auto key = kKeys.get(context, core::Key::of(context.scope(), text(end.context, "key")));
  if (!key) return void(context.resolve(token, no_such_key(text(end.context, "key"))));
  key->import.algorithm = string_of(end.context, "algorithm");
  key->import.wrapping_key = context.seal(pair->private_key);
  key->import.token = base64(context.new_bytes(192));
  key->import.token_until = context.now() + kParametersLast;
  kKeys.put(context, row_of(*key), *key);
  context.resolve(token,
                  Document(Object{{"KeyId", arn_of(*key)},
                                  {"ImportToken", key->import.token},
                                  {"PublicKey", base64(pair->public_key)},
                                  {"ParametersValidTo", to_seconds(key->import.token_until)}}));
}

Result<void> check_token(const Call& call, const KmsKey& key) {
  const auto& import = key.import;
  if (import.token.empty() || text(call.params(), "ImportToken") != import.token)
    return fail("InvalidImportTokenException", "The import token is invalid.");
  if (import.token_until < call.now())
    return fail("ExpiredImportTokenException", "The import token has expired.");
  return {};
}

struct Validity {
  std::string model;
  Time until{};
};

Result<Validity> validity_from(const Call& call) {
  Validity out{string_of(call.params(), "ExpirationModel", "KEY_MATERIAL_EXPIRES")};
  const auto* until = find(call.params(), "ValidTo");
  if (out.model == "KEY_MATERIAL_DOES_NOT_EXPIRE") {
    if (until)
      return validation(
          "ValidTo must not be set if ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
    return out;
  }
  if (out.model != "KEY_MATERIAL_EXPIRES") {
    return not_in_enum(out.model, "expirationModel",
                       {"KEY_MATERIAL_DOES_NOT_EXPIRE", "KEY_MATERIAL_EXPIRES"});
  }
  if (!until || !until->is_number())
    return validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES");
  out.until = from_seconds(until->to_number<double>());
  if (out.until <= call.now()) return validation("ValidTo must be in the future");
  if (out.until > call.now() + kLongestValidity)
    return validation("ValidTo must be no more than 365 days from the request date");
  return out;
}

/// What was wrapped. Error InvalidCiphertextException.
Result<std::string> unwrapped(const Context& context, const Import& import,
                              std::string_view wrapped) {
  const auto wrapping = context.open(import.wrapping_key);
  const auto kind = wrapping ? cryptography::read_private_key(*wrapping) : std::nullopt;
  if (!kind) return invalid_ciphertext();
  const auto hash = hash_of(import.algorithm);
  if (import.algorithm.starts_with("RSAES")) {
    auto material = cryptography::decrypt_oaep(*wrapping, hash, wrapped);
    if (!material) return invalid_ciphertext();
    return *std::move(material);
  }
  const auto size =
      static_cast<std::size_t>(cryptography::read_public_key(kind->public_key)->bits) / 8;
  if (wrapped.size() <= size) return invalid_ciphertext();
  const auto aes = cryptography::decrypt_oaep(*wrapping, hash, wrapped.substr(0, size));
  auto material = aes ? cryptography::unwrap_key(*aes, wrapped.substr(size)) : std::nullopt;
  if (!material) return invalid_ciphertext();
  return *std::move(material);
}

Failure incorrect_material() {
  return fail("IncorrectKeyMaterialException",
              "The key material in the request is, expired, invalid, or is not the same key "
              "material that was previously imported into this KMS key.");
}

/// Material that the key's spec takes; an asymmetric key gets its public half of it.
Result<std::string> fitting(KmsKey& key, std::string material) {
  const auto* spec = spec_of(key.spec);
  if (!is_asymmetric(key)) {
    if (material.size() != static_cast<std::size_t>(spec->bits) / 8) return incorrect_material();
    return material;
  }
  const auto pair = cryptography::read_private_key(material);
  const auto kind = pair ? cryptography::read_public_key(pair->public_key) : std::nullopt;
  const bool rsa = spec->family == Family::Rsa;
  if (!kind || (rsa ? kind->type != "RSA" || kind->bits != spec->bits : kind->curve != spec->curve))
    return incorrect_material();
  key.public_key = base64(pair->public_key);
  return pair->private_key;
}

/// The key without its material.
void empty(Context& context, KmsKey& key) {
  drop_materials(context, key);
  context.cancel(key.import.expiry_timer);
  key.import.expiry_timer.clear();
  key.import.valid_to = {};
  key.material.clear();
  if (key.state != KeyState::PendingDeletion) key.state = KeyState::PendingImport;
  kKeys.put(context, row_of(key), key);
}

void expire(Context& context, const core::Resumption& end) {
  auto key = kKeys.get(context, core::Key::of(context.scope(), text(end.context, "key")));
  if (!key || key->material.empty()) return;
  empty(context, *key);
  emit_key_event(context, *key, "KMS Imported Key Material Expiration");
}

void set_validity(Context& context, KmsKey& key, const Validity& validity) {
  context.cancel(key.import.expiry_timer);
  key.import.expiry_timer.clear();
  key.import.expiration_model = validity.model;
  key.import.valid_to = validity.until;
  if (to_ms(validity.until)) {
    key.import.expiry_timer =
        context.upkeep(validity.until, {"kms.expire_material", Object{{"key", key.id}}});
  }
}

}  // namespace

Outcome get_parameters_for_import(Call& call) {
  const auto key = TRY(external_key_of(call));
  TRY(check_not_pending_deletion(key));
  const auto algorithm = TRY(choice(call, "WrappingAlgorithm", "wrappingAlgorithm", kAlgorithms));
  const auto spec = TRY(choice(call, "WrappingKeySpec", "wrappingKeySpec", kSpecs));
  const auto token = call.park();
  start_rsa(call, spec_of(spec)->bits,
            {"kms.wrapping_key_made",
             Object{{"token", token.id}, {"key", key.id}, {"algorithm", algorithm}}});
  return token;
}

Outcome import_key_material(Call& call) {
  auto key = TRY(external_key_of(call));
  TRY(check_not_pending_deletion(key));
  const auto validity = TRY(validity_from(call));
  TRY(check_token(call, key));
  const auto wrapped = TRY(bytes_of(call, "EncryptedKeyMaterial", kLongestMaterial));
  const auto material = TRY(fitting(key, TRY(unwrapped(call, key.import, wrapped))));
  const auto id = material_id(key, material);
  if (!key.import.first_material.empty() && key.import.first_material != id)
    return incorrect_material();
  add_material(call, key, material);
  key.import.first_material = id;
  key.import.token.clear();
  key.import.wrapping_key = nullptr;
  if (key.state == KeyState::PendingImport) key.state = KeyState::Enabled;
  set_validity(call, key, validity);
  kKeys.put(call, row_of(key), key);
  return Object{};
}

Outcome delete_imported_key_material(Call& call) {
  auto key = TRY(external_key_of(call));
  empty(call, key);
  return Object{};
}

void on_import_resumes(core::Registry& registry) {
  registry.on_resume("kms.wrapping_key_made", wrapping_key_made);
  registry.on_resume("kms.expire_material", expire);
}

}  // namespace tocsin::kms
