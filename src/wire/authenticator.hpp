// SPDX-License-Identifier: Apache-2.0
// Who sent this request, as far as the wire can tell: the key and whether its signature holds. Who
// the key belongs to, and what it may do, core decides from its state.
#pragma once

#include <functional>
#include <optional>

#include "core/request.hpp"
#include "wire/sigv4.hpp"

namespace tocsin::wire {

enum class AuthMode {
  Strict,  // a real key and a right signature
  Relaxed  // an unknown key, or none, is the root of the account; a key that exists is checked as
           // in Strict
};

struct Identity {
  core::Credential credential;
  std::string region;  // of the credential scope; empty where nothing is signed
  /// Present where the signature was checked: the payload is checked against it.
  std::optional<Authorization> signed_;
  std::optional<ChunkSigner> chunks;  // of a body whose chunks are signed
  std::optional<core::Signing> signing;
};

/// Any thread, as far as `find_secret` is.
class Authenticator {
 public:
  using FindSecret = std::function<std::optional<SecretKey>(std::string_view access_key_id)>;
  Authenticator(AuthMode mode, AccountId account, FindSecret find_secret)
      : mode_(mode), account_(std::move(account)), find_secret_(std::move(find_secret)) {}

  /// `body`: null while it is still on its way; S3's requests declare its hash. Unsigned requests
  /// are anonymous for S3, and the error Missing for all others. Errors: those of auth_errors.hpp;
  /// for S3 those of its presigned URLs, and InvalidRequest for an anonymous one that wants to
  /// choose the headers of its reply.
  Result<Identity> check(const SignedHead& head, const std::string* body, AuthFamily family,
                         Time now) const;

  /// Of a browser's form: `shown` signs the text of its policy; null where it has none.
  Result<Identity> check_form(const Authorization* shown, std::string_view policy, Time now) const;

  /// The second half of `check`, once the body has come as a blob of this hash.
  static Result<void> check_body(const Identity& identity, std::string_view sha256_hex,
                                 AuthFamily family);

 private:
  Result<Identity> unsigned_request(const SignedHead& head, AuthFamily family) const;
  Result<Identity> signed_request(Authorization shown, const SecretKey& secret,
                                  const SignedHead& head, const std::string* body,
                                  AuthFamily family, Time now) const;
  Result<std::optional<SecretKey>> secret_of(const Authorization& shown, AuthFamily family) const;
  Identity root(std::string access_key_id, std::string region) const;

  const AuthMode mode_;
  const AccountId account_;
  const FindSecret find_secret_;
};

}  // namespace tocsin::wire
