// SPDX-License-Identifier: Apache-2.0
#include "services/config/evaluation_token.hpp"

#include "base/crypto.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kMacBytes = 32;

std::string mac_of(const Context& context, std::string_view text) {
  return hmac_sha256(context.secrets().derive("config result token", 32), text);
}

}  // namespace

std::string token_of(const Context& context, const Invocation& invocation) {
  const auto claims = to_json(encode(invocation));
  return base64(mac_of(context, claims) + claims);
}

Result<Invocation> invocation_of(const Context& context, std::string_view token) {
  const auto refused = fail("InvalidResultTokenException", "The resultToken provided is invalid");
  const auto bytes = unbase64(token);
  if (!bytes || bytes->size() <= kMacBytes) return refused;
  const auto claims = std::string_view(*bytes).substr(kMacBytes);
  if (!equal_in_constant_time(std::string_view(*bytes).substr(0, kMacBytes),
                              mac_of(context, claims)))
    return refused;
  const auto parsed = parse_json(claims);
  if (!parsed) return refused;
  return decoded<Invocation>(*parsed);
}

}  // namespace tocsin::config
