// SPDX-License-Identifier: Apache-2.0
#include "wire/authenticator.hpp"

#include <algorithm>

#include "base/crypto.hpp"

namespace tocsin::wire {
namespace {

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string hash_of(const std::string* body) {
  return body ? hex(sha256(*body)) : std::string();
}

}  // namespace

Identity Authenticator::root(std::string access_key_id, std::string region) const {
  Identity identity;
  identity.credential.kind = core::Credential::Kind::Root;
  identity.credential.account = account_;
  identity.credential.access_key_id = std::move(access_key_id);
  identity.region = std::move(region);
  return identity;
}

Result<Identity> Authenticator::unsigned_request(AuthFamily family) const {
  if (mode_ == AuthMode::Relaxed) return root({}, {});
  if (family == AuthFamily::S3) return Identity{};
  return fail(auth_error(AuthProblem::Missing, family));
}

Result<Identity> Authenticator::check(const SignedHead& head, const std::string* body,
                                      AuthFamily family, Time now) const {
  if (!shows_credentials(head)) return unsigned_request(family);
  auto shown = TRY(parse_authorization(head, family));
  if (!is_region(shown.region)) {
    return fail(
        auth_error(AuthProblem::Mismatch, family,
                   "Credential should be scoped to a valid region, not '" + shown.region + "'. "));
  }
  const auto secret = find_secret_(shown.access_key_id);
  if (!secret && mode_ == AuthMode::Relaxed) return root(shown.access_key_id, shown.region);
  if (!secret) return fail(auth_error(AuthProblem::UnknownKey, family));
  const auto hash = shown.payload_hash == kUnsignedPayload ? std::string() : hash_of(body);
  TRY(verify(shown, *secret, head, hash, family, now));
  if (body) TRY(check_payload(shown, hash, family));
  Identity identity;
  identity.credential.kind = core::Credential::Kind::Key;
  identity.credential.access_key_id = shown.access_key_id;
  identity.region = shown.region;
  identity.signed_ = std::move(shown);
  return identity;
}

Result<void> Authenticator::check_body(const Identity& identity, std::string_view sha256_hex,
                                       AuthFamily family) {
  if (!identity.signed_) return {};
  return check_payload(*identity.signed_, sha256_hex, family);
}

}  // namespace tocsin::wire
