// SPDX-License-Identifier: Apache-2.0
// SecureStrings: a standard one is KMS's ciphertext, an advanced one is sealed under a data key.
// https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "core/data_keys.hpp"
#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;

constexpr std::size_t kNonce = 12;
constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
    {"AccessDenied", "AccessDeniedException"},
    {"AccessDeniedException", "AccessDeniedException"},
    {"DisabledException", "InvalidKeyId"},
    {"InvalidArnException", "InvalidKeyId"},
    {"InvalidKeyUsageException", "InvalidKeyId"},
    {"KMSInvalidStateException", "InvalidKeyId"},
    {"NotFoundException", "InvalidKeyId"}};

/// As the caller, by way of this service.
Result<Document> ask_kms(Call& call, std::string operation, const std::string& arn, Object params) {
  params["EncryptionContext"] = Object{{"PARAMETER_ARN", arn}};
  auto spec = call.as_caller("kms", std::move(operation), std::move(params));
  spec.credential.service = "ssm.amazonaws.com";
  auto reply = call.call(spec).result();
  if (!reply) return core::refused_by_kms(reply.error(), kCodes);
  return reply;
}

Result<void> keep_advanced(Call& call, const std::string& arn, ParameterVersion& version,
                           std::string_view text) {
  const auto reply =
      TRY(ask_kms(call, "GenerateDataKey", arn, {{"KeyId", version.key}, {"KeySpec", "AES_256"}}));
  const auto key = TRY(core::data_key_in(call, reply));
  version.data_key = string_of(reply, "CiphertextBlob");
  version.value =
      Document(boost::json::string(base64(seal_with_nonce(key, call.new_bytes(kNonce), text))));
  return {};
}

Result<std::string> open_advanced(Call& call, const std::string& arn,
                                  const ParameterVersion& version) {
  const auto reply = TRY(ask_kms(call, "Decrypt", arn,
                                 {{"KeyId", version.key}, {"CiphertextBlob", version.data_key}}));
  const auto key = TRY(core::data_key_in(call, reply));
  const auto bytes = unbase64(std::string_view(version.value.as_string()));
  auto text = bytes ? unseal(key, *bytes) : std::nullopt;
  if (!text) return fail(internal_error("the value of a parameter does not open"));
  return *std::move(text);
}

}  // namespace

Result<void> keep_value(Call& call, const std::string& arn, ParameterVersion& version,
                        std::string_view text) {
  version.data_key.clear();
  if (version.type != "SecureString") {
    version.value = call.seal(text);
    return {};
  }
  if (version.tier == "Advanced") return keep_advanced(call, arn, version, text);
  const auto reply =
      TRY(ask_kms(call, "Encrypt", arn, {{"KeyId", version.key}, {"Plaintext", base64(text)}}));
  version.value = Document(boost::json::string(string_of(reply, "CiphertextBlob")));
  return {};
}

Result<std::string> shown_value(Call& call, const std::string& arn, const ParameterVersion& version,
                                bool decrypt) {
  if (version.type != "SecureString") return call.open(version.value).value_or("");
  if (!decrypt) return std::string(version.value.as_string());
  if (!version.data_key.empty()) return open_advanced(call, arn, version);
  const auto reply =
      TRY(ask_kms(call, "Decrypt", arn,
                  {{"KeyId", version.key}, {"CiphertextBlob", version.value.as_string()}}));
  const auto* plain = find(reply, "Plaintext");
  const auto text = plain ? call.open(*plain) : std::nullopt;
  auto value = text ? unbase64(*text) : std::nullopt;
  if (!value) return fail(internal_error("KMS gave no plaintext"));
  return *std::move(value);
}

}  // namespace tocsin::ssm
