// SPDX-License-Identifier: Apache-2.0
// Data keys and pairs, and random bytes: made for the caller, kept nowhere.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/kms/ciphertext.hpp"
#include "services/kms/crypto.hpp"
#include "services/kms/material.hpp"
#include "services/kms/rotation.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

enum class Plaintext { Shown, Withheld };
constexpr std::size_t kNonce = 12;
constexpr std::int64_t kMostBytes = 1024;

Result<std::int64_t> count_from(const Call& call) {
  const auto count = integer(call.params(), "NumberOfBytes").value_or(0);
  const auto value = std::to_string(count);
  if (count < 1) return constraint(value, "numberOfBytes", "have value greater than or equal to 1");
  if (count > kMostBytes)
    return constraint(value, "numberOfBytes", "have value less than or equal to 1024");
  return count;
}

Result<std::size_t> size_from(const Call& call) {
  const auto spec = text(call.params(), "KeySpec");
  const bool counted = find(call.params(), "NumberOfBytes");
  if (spec.empty() != counted)
    return validation("Please specify either number of bytes or key spec.");
  if (counted) return static_cast<std::size_t>(TRY(count_from(call)));
  if (spec == "AES_256") return 32;
  if (spec == "AES_128") return 16;
  return not_in_enum(spec, "keySpec", {"AES_256", "AES_128"});
}

/// Data keys are encrypted under symmetric keys alone.
Result<KmsKey> wrapping_key_of(Call& call) {
  auto key = TRY(usable_key_of(call, "ENCRYPT_DECRYPT"));
  if (!is_symmetric_encryption(key)) return invalid_usage(key, call.request().operation);
  return key;
}

Outcome data_key(Call& call, Plaintext shown) {
  const auto size = TRY(size_from(call));
  auto key = TRY(wrapping_key_of(call));
  TRY(check_dry_run(call));
  rotate_managed(call, key);
  const auto made = draw(call, "data key", size);
  const auto sealed = TRY(encrypt_with(call, key, object_of(call.params(), "EncryptionContext"),
                                       made, draw(call, "nonce", kNonce)));
  Object out{{"CiphertextBlob", base64(sealed)}, {"KeyId", arn_of(key)}};
  if (shown == Plaintext::Shown) out["Plaintext"] = base64(made);
  return out;
}

/// What the reply to a pair needs beside the pair.
struct PairRequest {
  Scope scope;
  std::string key;
  std::string spec;
  Object encryption_context;
  bool shown = false;
  std::string token;
};
BOOST_DESCRIBE_STRUCT(PairRequest, (), (scope, key, spec, encryption_context, shown, token))

Result<Document> reply_with(const Context& context, const PairRequest& request,
                            const cryptography::KeyPair& pair, std::string_view nonce) {
  const auto key = kKeys.get(context, core::Key::of(request.scope, request.key));
  if (!key) return no_such_key(arn("kms", request.scope, "key/" + request.key));
  const auto sealed =
      TRY(encrypt_with(context, *key, request.encryption_context, pair.private_key, nonce));
  Object out{{"PrivateKeyCiphertextBlob", base64(sealed)},
             {"PublicKey", base64(pair.public_key)},
             {"KeyId", arn_of(*key)},
             {"KeyPairSpec", request.spec}};
  if (request.shown) out["PrivateKeyPlaintext"] = base64(pair.private_key);
  return out;
}

void rsa_pair_made(Context& context, const core::Resumption& end) {
  const auto request = decoded<PairRequest>(end.context);
  const core::Token token{request.token};
  const auto pair = pair_from(context, end);
  if (!pair) return void(context.resolve(token, fail(pair.error())));
  context.resolve(token, reply_with(context, request, *pair, context.new_bytes(kNonce)));
}

Outcome data_key_pair(Call& call, Plaintext shown) {
  const auto name = text(call.params(), "KeyPairSpec");
  const auto* spec = spec_of(name);
  const bool pairs = spec && (spec->family == Family::Rsa || spec->family == Family::Ecc);
  if (name.empty()) return missing("keyPairSpec");
  if (!pairs) {
    return not_in_enum(name, "keyPairSpec",
                       {"RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384",
                        "ECC_NIST_P521", "ECC_SECG_P256K1"});
  }
  const auto key = TRY(wrapping_key_of(call));
  TRY(check_dry_run(call));
  PairRequest request{.scope = key.scope,
                      .key = key.id,
                      .spec = std::string(name),
                      .encryption_context = object_of(call.params(), "EncryptionContext"),
                      .shown = shown == Plaintext::Shown};
  if (spec->family == Family::Rsa) {
    const auto token = call.park();
    request.token = token.id;
    start_rsa(call, spec->bits, {"kms.data_pair_made", encode(request)});
    return token;
  }
  const auto pair = cryptography::make_ec(
      spec->curve, draw(call, "data key pair", cryptography::seed_size(spec->curve)));
  return reply_with(call, request, pair, draw(call, "nonce", kNonce));
}

}  // namespace

Outcome generate_data_key(Call& call) {
  return data_key(call, Plaintext::Shown);
}
Outcome generate_data_key_without_plaintext(Call& call) {
  return data_key(call, Plaintext::Withheld);
}
Outcome generate_data_key_pair(Call& call) {
  return data_key_pair(call, Plaintext::Shown);
}
Outcome generate_data_key_pair_without_plaintext(Call& call) {
  return data_key_pair(call, Plaintext::Withheld);
}

Outcome generate_random(Call& call) {
  if (find(call.params(), "CustomKeyStoreId"))
    return unsupported("Tocsin has no custom key stores.");
  const auto count = TRY(count_from(call));
  TRY(check_dry_run(call));
  return Object{{"Plaintext", base64(draw(call, "random bytes", static_cast<std::size_t>(count)))}};
}

void on_data_key_resumes(core::Registry& registry) {
  registry.on_resume("kms.data_pair_made", rsa_pair_made);
}

}  // namespace tocsin::kms
