// SPDX-License-Identifier: Apache-2.0
#include "services/states/paging.hpp"

namespace tocsin::states {
namespace {

std::string label(const core::Call& call, std::string_view of) {
  return call.request().operation + '\0' + std::string(of);
}

std::string key_of(const core::Call& call) {
  return call.secrets().derive("states page tokens", 32);
}

}  // namespace

std::string token_of(const core::Call& call, std::string_view of, std::string_view position) {
  const auto mark = hmac_sha256(key_of(call), label(call, of) + '\0' + std::string(position));
  return base64(mark.substr(0, 16) + std::string(position));
}

Result<std::string> position_of(const core::Call& call, std::string_view of) {
  const auto token = text(call.params(), "nextToken");
  if (token.empty()) return std::string();
  const auto bytes = unbase64(token);
  if (!bytes || bytes->size() <= 16) return invalid_token("Invalid token");
  auto position = bytes->substr(16);
  if (token_of(call, of, position) != token) return invalid_token("Invalid token");
  return position;
}

}  // namespace tocsin::states
