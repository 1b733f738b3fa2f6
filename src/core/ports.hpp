// SPDX-License-Identifier: Apache-2.0
// What core itself needs on every call, and which services provide: the authoriser (iam) and the
// audit (cloudtrail).
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "core/request.hpp"
#include "store/state.hpp"

namespace tocsin::core {

class Context;
class Secrets;

/// Pure functions of the state that they are shown: any thread, no side effects.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  struct Secret {
    std::string secret_access_key;
    std::string session_token;  // empty for long-term keys
  };
  /// What is needed to check a signature; none where no such key exists.
  virtual std::optional<Secret> secret_of(const store::View& view, const Secrets& secrets,
                                          std::string_view access_key_id) const = 0;

  /// Errors: InvalidClientTokenId (unknown or inactive key), ExpiredToken; AccessDenied where a
  /// service may not assume the role of a nested call.
  virtual Result<Principal> identify(const store::View& view, const Credential& credential,
                                     Time now) const = 0;

  /// Error AccessDenied (403) in AWS's words.
  virtual Result<void> authorize(const store::View& view, const Principal& principal,
                                 const Request& request, const Access& access, Time now) const = 0;

  /// What the caller is told of a denial by `authorize`: EC2 adds the sealed details that
  /// sts:DecodeAuthorizationMessage opens.
  virtual Error told(Error denial, const Secrets&) const { return denial; }
};

/// Everything about one call that ended, well or not.
struct CallRecord {
  std::string event_id;  // UUID: CloudTrail's eventID, and the call's name in `tocsin timeline`
  const Request& request;
  const Principal& principal;
  const Result<Document>&
      outcome;  // for reads the reply is null: CloudTrail has no responseElements for them
  Time time{};
  bool read = false;
};

class Audit {
 public:
  virtual ~Audit() = default;
  /// Called once for every call, nested ones included, after its effects are in the batch.
  virtual void record(Context& context, const CallRecord& record) = 0;
};

}  // namespace tocsin::core
