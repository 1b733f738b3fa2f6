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

bool needs_hash(const Authorization& shown) {
  return shown.payload_hash != kUnsignedPayload && !shown.payload_hash.starts_with(kStreaming);
}

Result<void> check_scope(const Authorization& shown, AuthFamily family) {
  if (is_region(shown.region)) return {};
  return fail(
      auth_error(AuthProblem::Mismatch, family,
                 "Credential should be scoped to a valid region, not '" + shown.region + "'. "));
}

std::string_view type_of(Scheme scheme) {
  return is_presigned(scheme) ? "REST-QUERY-STRING" : "REST-HEADER";
}

/// The age counts of what is signed ahead of its use; of Version 2 it is not known.
core::Signing signing_of(const Authorization& shown, std::string_view type, Time now) {
  const bool old = is_version_2(shown.scheme), ahead = type != "REST-HEADER";
  return {.type = std::string(type),
          .version = old ? "AWS" : "AWS4-HMAC-SHA256",
          .age_ms = old || !ahead ? 0 : std::max<std::int64_t>(0, to_ms(now) - to_ms(shown.time)),
          .payload = shown.payload_hash};
}

/// response-content-type and its like.
bool chooses_reply_headers(std::string_view query) {
  return std::ranges::any_of(split(query, '&'), [](std::string_view part) {
    return part.starts_with("response-content-") || part.starts_with("response-cache-control") ||
           part.starts_with("response-expires");
  });
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

Result<Identity> Authenticator::unsigned_request(const SignedHead& head, AuthFamily family) const {
  if (mode_ == AuthMode::Relaxed) return root({}, {});
  if (family != AuthFamily::S3) return fail(auth_error(AuthProblem::Missing, family));
  if (chooses_reply_headers(head.query)) {
    return fail("InvalidRequest",
                "Request specific response headers cannot be used for anonymous GET requests.");
  }
  return Identity{};
}

Result<Identity> Authenticator::check(const SignedHead& head, const std::string* body,
                                      AuthFamily family, Time now) const {
  if (!shows_credentials(head)) return unsigned_request(head, family);
  auto shown = TRY(parse_authorization(head, family));
  if (!is_version_2(shown.scheme)) TRY(check_scope(shown, family));
  const auto secret = TRY(secret_of(shown, family));
  if (!secret) return root(shown.access_key_id, shown.region);
  return signed_request(std::move(shown), *secret, head, body, family, now);
}

/// None where anybody is the root.
Result<std::optional<SecretKey>> Authenticator::secret_of(const Authorization& shown,
                                                          AuthFamily family) const {
  auto secret = find_secret_(shown.access_key_id);
  if (secret || mode_ == AuthMode::Relaxed) return secret;
  auto error = auth_error(AuthProblem::UnknownKey, family);
  if (family == AuthFamily::S3) error.members["AWSAccessKeyId"] = shown.access_key_id;
  return fail(std::move(error));
}

Result<Identity> Authenticator::check_form(const Authorization* shown, std::string_view policy,
                                           Time now) const {
  if (!shown) return mode_ == AuthMode::Relaxed ? root({}, {}) : Identity{};
  const auto secret = TRY(secret_of(*shown, AuthFamily::S3));
  if (!secret) return root(shown->access_key_id, shown->region);
  TRY(verify_text(*shown, *secret, policy));
  Identity identity;
  identity.credential.kind = core::Credential::Kind::Key;
  identity.credential.access_key_id = shown->access_key_id;
  identity.region = shown->region;
  identity.signing = signing_of(*shown, "POST", now);
  return identity;
}

Result<Identity> Authenticator::signed_request(Authorization shown, const SecretKey& secret,
                                               const SignedHead& head, const std::string* body,
                                               AuthFamily family, Time now) const {
  const auto hash = needs_hash(shown) ? hash_of(body) : std::string();
  TRY(verify(shown, secret, head, hash, family, now));
  if (body) TRY(check_payload(shown, hash, family));
  Identity identity;
  identity.credential.kind = core::Credential::Kind::Key;
  identity.credential.access_key_id = shown.access_key_id;
  identity.region = shown.region;
  identity.signing = signing_of(shown, type_of(shown.scheme), now);
  if (shown.payload_hash.starts_with("STREAMING-AWS4-")) identity.chunks.emplace(shown, secret);
  identity.signed_ = std::move(shown);
  return identity;
}

Result<void> Authenticator::check_body(const Identity& identity, std::string_view sha256_hex,
                                       AuthFamily family) {
  if (!identity.signed_) return {};
  return check_payload(*identity.signed_, sha256_hex, family);
}

}  // namespace tocsin::wire
