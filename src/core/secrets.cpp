// SPDX-License-Identifier: Apache-2.0
#include "core/secrets.hpp"

#include "base/assert.hpp"
#include "base/crypto.hpp"

namespace tocsin::core {
namespace {

Document sealed_document(const std::string& sealed) {
  return Object{{"$sealed", base64(sealed)}};
}

}  // namespace

Secrets::Secrets(std::string master_key) : master_(std::move(master_key)) {
  TOCSIN_ASSERT(master_.size() == 32);
  sealing_key_ = derive("tocsin sealing key", 32);
}

std::string Secrets::derive(std::string_view label, std::size_t length) const {
  return hkdf_sha256(master_, label, length);
}

Document Secrets::seal(std::string_view plaintext) const {
  return sealed_document(tocsin::seal(sealing_key_, plaintext));
}

Document Secrets::seal(std::string_view plaintext, std::string_view label) const {
  const auto key = derive(std::string("tocsin seal ") + std::string(label), 12);
  return sealed_document(seal_with_nonce(sealing_key_, key, plaintext));
}

std::optional<std::string> Secrets::open(const Document& document) const {
  if (const auto* plain = document.if_string()) return std::string(*plain);
  if (!is_sealed(document)) return std::nullopt;
  const auto sealed = unbase64(text(document, "$sealed"));
  return sealed ? unseal(sealing_key_, *sealed) : std::nullopt;
}

void Secrets::open_all(Document& document) const {
  if (is_sealed(document)) {
    if (auto opened = open(document)) document = boost::json::string(*opened);
  } else if (auto* object = document.if_object()) {
    for (auto& member : *object)
      open_all(member.value());
  } else if (auto* array = document.if_array()) {
    for (auto& element : *array)
      open_all(element);
  }
}

bool is_sealed(const Document& document) {
  const auto* object = document.if_object();
  return object && object->size() == 1 && object->begin()->key() == "$sealed";
}

}  // namespace tocsin::core
