// SPDX-License-Identifier: Apache-2.0
#include "core/data_keys.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace tocsin::core {

Result<std::string> data_key_in(const Context& context, const Document& reply) {
  const auto* sealed = find(reply, "Plaintext");
  const auto text = sealed ? context.open(*sealed) : std::nullopt;
  auto key = text ? unbase64(*text) : std::nullopt;
  if (!key || key->size() != kDataKeyBytes) return fail(internal_error("KMS gave no data key"));
  return *std::move(key);
}

std::string data_key_holder(const Principal& who) {
  return !who.service.empty() ? who.service : who.id.empty() ? who.arn : who.id;
}

Failure refused_by_kms(const Error& error, KmsCodes codes) {
  for (const auto& [theirs, ours] : codes) {
    if (error.code != theirs) continue;
    const bool denied = error.code == "AccessDenied";  // KMS's own door says it in its own words
    return fail(
        std::string(ours),
        fmt::format("{} (Service: AWSKMS; Status Code: {}; Error Code: {})", error.message,
                    denied ? 400 : error.status, denied ? "AccessDeniedException" : error.code));
  }
  return fail(error);
}

Object data_key_reference(const Key& place) {
  Array parts;
  for (const auto& part : Key::split(place.bytes()))
    parts.emplace_back(boost::json::string(part));
  return {{"key", std::move(parts)}};
}

Key data_key_place(const Document& reference) {
  return Key::from(decoded<std::vector<std::string>>(*find(reference, "key")));
}

}  // namespace tocsin::core
