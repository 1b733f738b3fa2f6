// SPDX-License-Identifier: Apache-2.0
// Signature Version 4: what a request shows, whether it holds, and how a client makes it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
//
// A request is checked in steps, since the secret is looked up in between and a body may still be
// on its way:
//   parse_authorization(head) -> look up the secret of access_key_id -> verify(...) ->
//   check_payload(...)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "wire/auth_errors.hpp"
#include "wire/http_parser.hpp"

namespace tocsin::wire {

/// What of a message is signed, apart from its body. A view of something that lives longer.
struct SignedHead {
  SignedHead(const RequestHead& head)
      : method(head.method), path(head.path), query(head.query), headers(head.headers) {}
  SignedHead(std::string_view method_, std::string_view path_, std::string_view query_,
             const Headers& headers_)
      : method(method_), path(path_), query(query_), headers(headers_) {}
  std::string_view method, path, query;
  const Headers& headers;
};

/// Whether the request claims to be signed at all: by header, or in its query.
bool shows_credentials(const SignedHead& head);

/// What an Authorization header says; nothing of it is verified.
struct Authorization {
  std::string access_key_id;
  std::string date;  // of the scope: 20150830
  std::string region;
  std::string service;  // the scope's: "s3", "sts"
  std::vector<std::string> signed_headers;
  std::string signature;  // hex
  std::string time_text;  // of X-Amz-Date or Date, as it is signed: 20150830T123600Z
  Time time{};
  std::string session_token;  // X-Amz-Security-Token; may be empty
  std::string payload_hash;   // x-amz-content-sha256; may be empty
};

/// Errors: Missing, Malformed; Unsupported for presigned URLs, Signature Version 2 and 4A, and
/// streamed (chunk-signed) payloads.
Result<Authorization> parse_authorization(const SignedHead& head, AuthFamily family);

/// Only the credential scope of an Authorization header ("sts" of
/// AKID/20150830/us-east-1/sts/aws4_request), for routing; empty where there is none.
struct CredentialScope {
  std::string_view access_key_id, date, region, service;
};
CredentialScope credential_scope(const SignedHead& head);

struct SecretKey {
  std::string secret_access_key;
  std::string session_token;  // empty for long-term keys
};

struct Verified {
  std::string access_key_id;
  std::string session_token;
  std::string region;
  std::string service;
  std::string date;
};

/// Checks time, token and signature. `body_hash` (hex) is used where the request does not declare
/// one itself.
Result<Verified> verify(const Authorization& authorization, const SecretKey& key,
                        const SignedHead& head, std::string_view body_hash, AuthFamily family,
                        Time now);

/// Whether the body is the declared one. UNSIGNED-PAYLOAD is S3's only.
Result<void> check_payload(const Authorization& authorization, std::string_view body_hash,
                           AuthFamily family);

/// The clock of a client and ours may differ by so much.
inline constexpr Duration kMaxSkew = std::chrono::minutes(15);
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

struct Signer {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // may be empty
  std::string region;
  std::string service;
};

/// Adds x-amz-date, x-amz-security-token, for S3 x-amz-content-sha256 (unless it is there), and
/// authorization. `head` has its host, and names in lower case.
void sign(RequestHead& head, std::string_view body, const Signer& signer, Time now);

/// The text whose hash is signed. For tests, and for S3's answer to a mismatch.
std::string canonical_request(const SignedHead& head, std::string_view service,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash);

}  // namespace tocsin::wire
