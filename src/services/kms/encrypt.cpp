// SPDX-License-Identifier: Apache-2.0
// Encrypt, Decrypt and ReEncrypt, with symmetric keys and with RSA.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/kms/ciphertext.hpp"
#include "services/kms/crypto.hpp"
#include "services/kms/material.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Outcome;

constexpr std::string_view kSymmetric = "SYMMETRIC_DEFAULT", kUsage = "ENCRYPT_DECRYPT";
constexpr std::size_t kLongestPlaintext = 4096, kLongestCiphertext = 6144;
constexpr std::size_t kNonce = 12;

/// One side of an operation: under which names the call says what.
struct Side {
  std::string_view key, algorithm, context;
};
constexpr Side kOnly{"KeyId", "EncryptionAlgorithm", "EncryptionContext"};
constexpr Side kSource{"SourceKeyId", "SourceEncryptionAlgorithm", "SourceEncryptionContext"};
constexpr Side kDestination{"DestinationKeyId", "DestinationEncryptionAlgorithm",
                            "DestinationEncryptionContext"};

std::string_view algorithm_of(const Call& call, const Side& side) {
  return text(call.params(), side.algorithm, kSymmetric);
}

Result<void> check_context(const Call& call, const Side& side) {
  if (algorithm_of(call, side) == kSymmetric || object_of(call.params(), side.context).empty())
    return {};
  return validation("You cannot specify an encryption context with an asymmetric KMS key.");
}

Result<std::string> encrypt_rsa(const Call& call, const KmsKey& key, std::string_view algorithm,
                                std::string_view plaintext) {
  const auto hash = hash_of(algorithm);
  const auto most = cryptography::longest_oaep(spec_of(key.spec)->bits, hash);
  if (plaintext.size() > most) {
    return validation(
        fmt::format("Algorithm {} and key spec {} cannot encrypt data larger than {} bytes.",
                    algorithm, key.spec, most));
  }
  return *cryptography::encrypt_oaep(*unbase64(key.public_key), hash, plaintext,
                                     draw(call, "OAEP seed", cryptography::size_of(hash)));
}

struct Encrypted {
  std::string arn;
  std::string_view algorithm;
  std::string ciphertext;
};

Result<Encrypted> encrypt_for(Call& call, const Side& side, std::string_view plaintext) {
  const auto key = TRY(usable_key_of(call, kUsage, side.key));
  const auto algorithm = algorithm_of(call, side);
  if (!offers(key, algorithm)) return incompatible(algorithm, key);
  TRY(check_context(call, side));
  auto ciphertext = algorithm == kSymmetric
                        ? encrypt_with(call, key, object_of(call.params(), side.context), plaintext,
                                       draw(call, "nonce", kNonce))
                        : encrypt_rsa(call, key, algorithm, plaintext);
  return Encrypted {
    arn_of(key), algorithm, TRY(std::move(ciphertext))
  };
}

struct Decrypted {
  std::string arn;
  std::string_view algorithm;
  std::string plaintext;
};

Failure no_key_of_ciphertext() {
  return fail("AccessDeniedException",
              "The ciphertext refers to a customer master key that does not exist, does not exist "
              "in this region, or you are not allowed to access.");
}

/// The key of the ciphertext, which must be the one that is named, if one is.
Result<KmsKey> source_key(Call& call, const Side& side, const Ciphertext& ciphertext) {
  auto key = key_of_ciphertext(call, ciphertext);
  if (!text(call.params(), side.key).empty()) {
    const auto named = TRY(key_of(call, side.key));
    if (!key || arn_of(named) != arn_of(*key)) {
      return fail("IncorrectKeyException",
                  "The key ID in the request does not identify a CMK that can perform this "
                  "operation.");
    }
  }
  if (!key) return no_key_of_ciphertext();
  return *std::move(key);
}

Result<Decrypted> decrypt_symmetric(Call& call, const Side& side, std::string_view bytes) {
  const auto ciphertext = read_ciphertext(bytes);
  if (!ciphertext) return invalid_ciphertext();
  const auto key = TRY(source_key(call, side, *ciphertext));
  TRY(check_ready(call, key, kUsage));
  auto plaintext =
      TRY(decrypt_with(call, key, object_of(call.params(), side.context), *ciphertext));
  return Decrypted{arn_of(key), kSymmetric, std::move(plaintext)};
}

Result<Decrypted> decrypt_rsa(Call& call, const Side& side, std::string_view bytes) {
  const auto key = TRY(usable_key_of(call, kUsage, side.key));
  const auto algorithm = algorithm_of(call, side);
  if (!offers(key, algorithm)) return incompatible(algorithm, key);
  auto plaintext = cryptography::decrypt_oaep(TRY(secret_of(call, key)), hash_of(algorithm), bytes);
  if (!plaintext) return invalid_ciphertext();
  return Decrypted{arn_of(key), algorithm, *std::move(plaintext)};
}

Result<Decrypted> decrypt_from(Call& call, const Side& side) {
  const auto bytes = TRY(bytes_of(call, "CiphertextBlob", kLongestCiphertext));
  TRY(check_context(call, side));
  return algorithm_of(call, side) == kSymmetric ? decrypt_symmetric(call, side, bytes)
                                                : decrypt_rsa(call, side, bytes);
}

}  // namespace

Outcome encrypt(Call& call) {
  const auto plaintext = TRY(bytes_of(call, "Plaintext", kLongestPlaintext));
  const auto made = TRY(encrypt_for(call, kOnly, plaintext));
  TRY(check_dry_run(call));
  return Object{{"CiphertextBlob", base64(made.ciphertext)},
                {"KeyId", made.arn},
                {"EncryptionAlgorithm", made.algorithm}};
}

Outcome decrypt(Call& call) {
  const auto opened = TRY(decrypt_from(call, kOnly));
  TRY(check_dry_run(call));
  return Object{{"KeyId", opened.arn},
                {"Plaintext", base64(opened.plaintext)},
                {"EncryptionAlgorithm", opened.algorithm}};
}

Outcome re_encrypt(Call& call) {
  const auto opened = TRY(decrypt_from(call, kSource));
  const auto made = TRY(encrypt_for(call, kDestination, opened.plaintext));
  TRY(check_dry_run(call));
  return Object{{"CiphertextBlob", base64(made.ciphertext)},
                {"SourceKeyId", opened.arn},
                {"KeyId", made.arn},
                {"SourceEncryptionAlgorithm", opened.algorithm},
                {"DestinationEncryptionAlgorithm", made.algorithm}};
}

}  // namespace tocsin::kms
