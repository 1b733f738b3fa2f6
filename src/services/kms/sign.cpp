// SPDX-License-Identifier: Apache-2.0
// Signatures, key agreement and MACs.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/kms/crypto.hpp"
#include "services/kms/material.hpp"
#include "services/kms/resolve.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Outcome;
using cryptography::Hash;

constexpr std::size_t kLongestMessage = 4096, kLongestSignature = 6144, kLongestPublicKey = 8192;

/// The key and the digest that a call signs or verifies.
struct Subject {
  KmsKey key;
  std::string_view algorithm;
  Hash hash;
  std::string digest;
};

Result<std::string> digest_from(const Call& call, std::string_view algorithm) {
  auto message = TRY(bytes_of(call, "Message", kLongestMessage));
  const auto hash = hash_of(algorithm);
  const auto type = text(call.params(), "MessageType", "RAW");
  if (type == "RAW") return cryptography::digest(hash, message);
  if (type != "DIGEST") return not_in_enum(type, "messageType", {"RAW", "DIGEST"});
  if (message.size() == cryptography::size_of(hash)) return message;
  return validation(fmt::format("Digest is invalid length for algorithm {}.", algorithm));
}

/// The algorithm that `member` names, if the key has it.
Result<std::string_view> algorithm_from(const Call& call, std::string_view member,
                                        const KmsKey& key) {
  const auto algorithm = text(call.params(), member);
  if (algorithm.empty()) return missing(member);
  if (!offers(key, algorithm)) return incompatible(algorithm, key);
  return algorithm;
}

Result<Subject> subject_of(Call& call) {
  auto key = TRY(usable_key_of(call, "SIGN_VERIFY"));
  const auto algorithm = TRY(algorithm_from(call, "SigningAlgorithm", key));
  auto digest = TRY(digest_from(call, algorithm));
  TRY(check_dry_run(call));
  return Subject{std::move(key), algorithm, hash_of(algorithm), std::move(digest)};
}

std::optional<std::string> signature_of(const Call& call, const Subject& subject,
                                        std::string_view secret) {
  const auto& [key, algorithm, hash, digest] = subject;
  if (algorithm.starts_with("ECDSA")) return cryptography::sign_ecdsa(secret, hash, digest);
  if (algorithm.starts_with("RSASSA_PKCS1")) return cryptography::sign_pkcs1(secret, hash, digest);
  return cryptography::sign_pss(secret, hash, digest,
                                draw(call, "PSS salt", cryptography::size_of(hash)));
}

bool is_signature(const Subject& subject, std::string_view signature) {
  const auto& [key, algorithm, hash, digest] = subject;
  const auto open = *unbase64(key.public_key);
  if (algorithm.starts_with("ECDSA")) return cryptography::verify_ecdsa(open, digest, signature);
  if (algorithm.starts_with("RSASSA_PKCS1"))
    return cryptography::verify_pkcs1(open, hash, digest, signature);
  return cryptography::verify_pss(open, hash, digest, signature);
}

struct Mac {
  KmsKey key;
  std::string_view algorithm;
  std::string mac;
};

Result<Mac> mac_of(Call& call) {
  auto key = TRY(usable_key_of(call, "GENERATE_VERIFY_MAC"));
  const auto algorithm = TRY(algorithm_from(call, "MacAlgorithm", key));
  const auto message = TRY(bytes_of(call, "Message", kLongestMessage));
  TRY(check_dry_run(call));
  auto mac = cryptography::hmac(hash_of(algorithm), TRY(secret_of(call, key)), message);
  return Mac{std::move(key), algorithm, std::move(mac)};
}

}  // namespace

Outcome sign(Call& call) {
  const auto subject = TRY(subject_of(call));
  const auto signature = signature_of(call, subject, TRY(secret_of(call, subject.key)));
  if (!signature) return fail(internal_error("the key does not sign"));
  return Object{{"KeyId", arn_of(subject.key)},
                {"Signature", base64(*signature)},
                {"SigningAlgorithm", subject.algorithm}};
}

Outcome verify(Call& call) {
  const auto signature = TRY(bytes_of(call, "Signature", kLongestSignature));
  const auto subject = TRY(subject_of(call));
  if (!is_signature(subject, signature)) return fail("KMSInvalidSignatureException", "");
  return Object{{"KeyId", arn_of(subject.key)},
                {"SignatureValid", true},
                {"SigningAlgorithm", subject.algorithm}};
}

Outcome derive_shared_secret(Call& call) {
  const auto key = TRY(usable_key_of(call, "KEY_AGREEMENT"));
  const auto algorithm = TRY(algorithm_from(call, "KeyAgreementAlgorithm", key));
  const auto peer = TRY(bytes_of(call, "PublicKey", kLongestPublicKey));
  const auto kind = cryptography::read_public_key(peer);
  if (!kind || kind->curve != spec_of(key.spec)->curve) {
    return validation(fmt::format(
        "The public key is not valid or is not of the same curve as the key spec {}.", key.spec));
  }
  TRY(check_dry_run(call));
  const auto secret = cryptography::shared_secret(TRY(secret_of(call, key)), peer);
  if (!secret) return validation("The public key is not valid.");
  return Object{{"KeyId", arn_of(key)},
                {"SharedSecret", base64(*secret)},
                {"KeyAgreementAlgorithm", algorithm},
                {"KeyOrigin", key.origin}};
}

Outcome generate_mac(Call& call) {
  const auto made = TRY(mac_of(call));
  return Object{
      {"Mac", base64(made.mac)}, {"MacAlgorithm", made.algorithm}, {"KeyId", arn_of(made.key)}};
}

Outcome verify_mac(Call& call) {
  const auto shown = TRY(bytes_of(call, "Mac", kLongestSignature));
  const auto made = TRY(mac_of(call));
  if (!equal_in_constant_time(made.mac, shown)) return fail("KMSInvalidMacException", "");
  return Object{{"KeyId", arn_of(made.key)}, {"MacValid", true}, {"MacAlgorithm", made.algorithm}};
}

}  // namespace tocsin::kms
