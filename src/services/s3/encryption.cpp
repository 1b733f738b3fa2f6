// SPDX-License-Identifier: Apache-2.0
#include "services/s3/encryption.hpp"

#include "base/crypto.hpp"
#include "core/data_keys.hpp"
#include "engines/content/content.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;

constexpr std::string_view kHeader = "x-amz-server-side-encryption";
constexpr std::string_view kOwnKey = "alias/aws/s3";
constexpr std::string_view kOwnPair = "aws:s3:arn";
constexpr std::size_t kNonce = 12;

/// A sensitive member arrives sealed.
std::string secret_text(const Call& call, std::string_view member) {
  const auto* value = find(call.params(), member);
  return value ? call.open(*value).value_or("") : std::string();
}

/// The header's base64 as JSON. Error InvalidArgument.
Result<std::string> context_from(const Call& call) {
  const auto given = secret_text(call, "SSEKMSEncryptionContext");
  if (given.empty()) return std::string();
  const auto invalid = [&] {
    return invalid_argument(
        "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string "
        "holding JSON which represents a string-string map",
        "x-amz-server-side-encryption-context", given);
  };
  const auto bytes = unbase64(given);
  if (!bytes) return invalid();
  const auto parsed = parse_json(*bytes);
  if (!parsed || !parsed->is_object()) return invalid();
  for (const auto& pair : parsed->get_object()) {
    if (!pair.value().is_string()) return invalid();
  }
  return to_json(*parsed);
}

/// The pairs under which KMS encrypts the data key: the client's, and what the data key is for.
Object full_context(const ObjectVersion& object) {
  Object pairs;
  if (const auto own = parse_json(object.kms->context); own && own->is_object())
    pairs = own->get_object();
  const bool given = pairs.contains(kOwnPair);
  if (!given)
    pairs[kOwnPair] = object.kms->bucket_key ? "arn:aws:s3:::" + object.bucket : object.arn();
  return pairs;
}

/// A call to KMS as the caller, by S3: kms:ViaService.
Result<Document> ask_kms(Call& call, std::string operation, Object params) {
  auto spec = call.as_caller("kms", std::move(operation), std::move(params));
  spec.credential.service = "s3.amazonaws.com";
  spec.credential.source_arn = call.request().credential.source_arn;
  auto reply = call.call(spec).result();
  if (reply) return reply;
  auto error = std::move(reply).error();
  if (error.code == "AccessDenied" || error.code == "AccessDeniedException")
    return access_denied(error.message);
  return fail("KMS." + error.code, error.message);
}

/// What kms:Decrypt wants to know.
Object decrypt_params(const ObjectVersion& object) {
  return {{"CiphertextBlob", object.kms->data_key},
          {"EncryptionContext", full_context(object)},
          {"KeyId", object.kms->key}};
}

Result<void> check_identified(const Call& call) {
  if (call.principal().kind != core::Principal::Kind::Anonymous) return {};
  return invalid_argument(
      "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature "
      "Version 4.",
      "Authorization", "null");
}

}  // namespace

Result<Object> encryption_rule(const Call& call) {
  const auto& rules =
      array_of(object_of(call.params(), "ServerSideEncryptionConfiguration"), "Rules");
  if (rules.size() != 1) return malformed_xml();
  const auto& rule = rules[0];
  const auto& by_default = object_of(rule, "ApplyServerSideEncryptionByDefault");
  const auto algorithm = text(by_default, "SSEAlgorithm");
  if (algorithm == "aws:kms:dsse") return not_implemented("SSEAlgorithm");
  if (algorithm != "AES256" && algorithm != "aws:kms") return malformed_xml();
  if (algorithm == "AES256" && by_default.contains("KMSMasterKeyID")) {
    return invalid_argument(
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
        "aws:kms:dsse",
        "ApplyServerSideEncryptionByDefault");
  }
  Object kept{{"SSEAlgorithm", algorithm}};
  if (const auto* sealed = by_default.if_contains("KMSMasterKeyID"))
    kept["KMSMasterKeyID"] = call.open(*sealed).value_or("");
  Object out;
  out["ApplyServerSideEncryptionByDefault"] = std::move(kept);
  out["BucketKeyEnabled"] = flag(rule, "BucketKeyEnabled");
  return out;
}

Result<std::optional<KmsEncryption>> encryption_from(Call& call, const Bucket& bucket) {
  const auto& params = call.params();
  TRY(check_customer_key(call));
  const auto asked = text(params, "ServerSideEncryption");
  const bool names_key = find(params, "SSEKMSKeyId") != nullptr;
  if (asked == "aws:kms:dsse") return not_implemented(kHeader);
  if (!asked.empty() && asked != "AES256" && asked != "aws:kms")
    return invalid_argument("The encryption method specified is not supported", kHeader, asked);
  if (asked != "aws:kms" && (names_key || find(params, "SSEKMSEncryptionContext"))) {
    return invalid_argument(
        "Server Side Encryption with AWS KMS managed key requires HTTP header "
        "x-amz-server-side-encryption : aws:kms",
        kHeader, asked);
  }
  const auto& by_default = object_of(bucket.encryption, "ApplyServerSideEncryptionByDefault");
  const bool default_kms = text(by_default, "SSEAlgorithm") == "aws:kms";
  if (asked == "AES256" || (asked.empty() && !default_kms)) return std::nullopt;
  TRY(check_identified(call));
  KmsEncryption kms {
    .key = secret_text(call, "SSEKMSKeyId"), .context = TRY(context_from(call))
  };
  if (kms.key.empty() && default_kms) kms.key = string_of(by_default, "KMSMasterKeyID");
  if (kms.key.empty()) kms.key = kOwnKey;
  kms.bucket_key =
      flag(params, "BucketKeyEnabled", default_kms && flag(bucket.encryption, "BucketKeyEnabled"));
  return kms;
}

std::string house_key(const core::Context& context) {
  return context.secrets().derive(content::kLabel, content::kKeyBytes);
}

Result<void> check_customer_key(const Call& call) {
  for (const auto* member : {"SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5",
                             "CopySourceSSECustomerAlgorithm"}) {
    if (find(call.params(), member))
      return not_implemented("x-amz-server-side-encryption-customer-algorithm");
  }
  return {};
}

Result<void> check_reader(const Call& call, const ObjectVersion& object) {
  if (find(call.params(), "SSECustomerAlgorithm"))
    return invalid_request("The encryption parameters are not applicable to this object.");
  return object.kms ? check_identified(call) : Result<void>();
}

Result<std::string> new_wrapping_key(Call& call, ObjectVersion& object) {
  if (!object.kms) return house_key(call);
  Object params{{"KeyId", object.kms->key}, {"KeySpec", "AES_256"}};
  params["EncryptionContext"] = full_context(object);
  const auto reply = TRY(ask_kms(call, "GenerateDataKey", std::move(params)));
  object.kms->key = string_of(reply, "KeyId");
  object.kms->data_key = string_of(reply, "CiphertextBlob");
  return core::data_key_in(call, reply);
}

Result<std::string> wrapping_key(Call& call, const ObjectVersion& object) {
  if (!object.kms) return house_key(call);
  TRY(check_identified(call));
  return core::data_key_in(call, TRY(ask_kms(call, "Decrypt", decrypt_params(object))));
}

Result<std::string> open_key(const Piece& piece, std::string_view under) {
  if (auto key = content::unwrap(under, piece.key)) return *std::move(key);
  return fail(internal_error("the key of a content does not open"));
}

Result<void> rewrap(core::Context& context, std::vector<Piece>& pieces, std::string_view from,
                    std::string_view to) {
  if (from == to) return {};
  for (auto& piece : pieces) {
    if (piece.key.empty()) continue;
    piece.key = content::wrap(to, context.new_bytes(kNonce), TRY(open_key(piece, from)));
  }
  return {};
}

void add_encryption(Object& reply, const ObjectVersion& object) {
  reply["ServerSideEncryption"] = object.kms ? "aws:kms" : "AES256";
  if (!object.kms) return;
  reply["SSEKMSKeyId"] = object.kms->key;
  if (object.kms->bucket_key) reply["BucketKeyEnabled"] = true;
}

}  // namespace tocsin::s3
