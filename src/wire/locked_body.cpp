// SPDX-License-Identifier: Apache-2.0
#include "wire/locked_body.hpp"

#include "base/crypto.hpp"
#include "engines/content/content.hpp"

namespace tocsin::wire {
namespace {

Error told_by_s3(const Error& error) {
  if (error.code == "AccessDenied" || error.code == "AccessDeniedException")
    return {"AccessDenied", error.message, 403};
  if (error.status >= 500) return error;
  return {"KMS." + error.code, error.message};
}

Result<std::string> data_key_in(const Document& decrypted) {
  const auto key = unbase64(text(decrypted, "Plaintext"));
  if (!key || key->size() != content::kKeyBytes)
    return fail(internal_error("KMS gave no data key"));
  return *key;
}

Result<std::string> open_key(const Object& piece, std::string_view data_key) {
  auto key = content::unwrap(data_key, text(piece, "wrapped"));
  if (!key) return fail(internal_error("the key of a content does not open"));
  return *std::move(key);
}

Result<Document> opened(const Object& body, std::string_view data_key) {
  if (const auto* small = body.if_contains("$inline")) {
    auto bytes = small->is_string() ? unbase64(small->get_string()).value_or("") : std::string();
    const auto offset = static_cast<std::uint64_t>(integer(body, "offset").value_or(0));
    return Document(
        base64(content::crypt(TRY(open_key(body, data_key)), std::move(bytes), offset)));
  }
  Array slices;
  for (const auto& each : array_of(body, "$blobs")) {
    slices.push_back(each);
    auto& slice = slices.back().as_object();
    slice["key"] = base64(TRY(open_key(slice, data_key)));
  }
  Object out;
  out["$blobs"] = std::move(slices);
  return Document(std::move(out));
}

}  // namespace

const Object* locked_by(const Document& reply) {
  const auto* body = find(reply, "Body");
  const auto* kms = body ? find(*body, "$kms") : nullptr;
  return kms ? kms->if_object() : nullptr;
}

core::Request decrypt_call(const core::Request& caller, const Object& params, std::string id) {
  auto call = caller;
  call.id = std::move(id);
  call.service = "kms";
  call.operation = "Decrypt";
  call.params = params;
  call.credential.service = call.source_ip = call.user_agent = "s3.amazonaws.com";
  return call;
}

Result<Document> unlocked(Document reply, const Result<Document>& decrypted) {
  if (!decrypted) return fail(told_by_s3(decrypted.error()));
  const auto data_key = TRY(data_key_in(*decrypted));
  auto body = TRY(opened(object_of(reply, "Body"), data_key));
  reply.as_object()["Body"] = std::move(body);
  return reply;
}

}  // namespace tocsin::wire
