// SPDX-License-Identifier: Apache-2.0
// One request on its way through the gateway, and how its end is told: as a reply, a log line and a
// metric.
#pragma once

#include "wire/authenticator.hpp"
#include "wire/body_claims.hpp"
#include "wire/metrics.hpp"
#include "wire/post_upload.hpp"
#include "wire/protocols/protocol.hpp"

namespace tocsin::wire {

struct Exchange final : Attachment {
  /// `head` without its body.
  explicit Exchange(RequestHead head);

  HttpMessage message;    // its path with the bucket of a virtual host
  std::string sent_path;  // without: what is signed
  std::string bucket;     // of a virtual host
  std::string peer;
  bool secure = false;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  std::string id;                               // the request id
  std::optional<Route> route;                   // once identified
  std::optional<Identity> identity;             // once authenticated
  const model::Operation* operation = nullptr;  // once decoded
  std::optional<BodyFacts> body;                // of S3, once it was found to be as claimed
  std::string wrapped_key;                      // of a body that was encrypted on its way
  std::optional<std::string> small;             // such a body, where it went to no blob
  bool is_form = false;                         // a browser's upload
  std::optional<Posted> posted;                 // of it, once it is known to be allowed
  std::optional<Error> refused;                 // what was wrong with the head

  AuthFamily family() const;
  SignedHead signed_head() const {
    return {message.method, sent_path, message.query, message.headers, bucket};
  }
  /// Sets the route and the bucket of a virtual host, and gives the request an id as its service
  /// has them. Errors: those of identify().
  Result<void> identify();
  bool is_s3() const { return route && route->protocol == Protocol::RestXml; }
  bool expects_continue() const;
  /// What the body must be. Errors: those of body_claims().
  Result<BodyClaims> claims() const;
  /// Once authenticated: the parameters x-amz-* of a presigned URL become headers, which is what
  /// they stand for.
  void unfold_query();
};

/// Ends exchanges. Any thread.
class Ending {
 public:
  Ending(const store::Blobs& blobs, CallMetrics& metrics, bool access_log)
      : blobs_(blobs), metrics_(metrics), access_log_(access_log) {}

  Reply reply(const Exchange& exchange, const Result<Document>& outcome) const;
  Reply error(const Exchange& exchange, const Error& error) const;

 private:
  Reply to_reply(const Exchange& exchange, HttpReply encoded) const;
  void tell(const Exchange& exchange, int status, const Error* error) const;

  const store::Blobs& blobs_;
  CallMetrics& metrics_;
  const bool access_log_;
};

}  // namespace tocsin::wire
