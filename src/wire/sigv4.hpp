// SPDX-License-Identifier: Apache-2.0
// Signature Version 4: what a request shows, whether it holds, and how a client makes it. S3's old
// Signature Version 2 goes through the same steps (sigv2.hpp).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
//
// A request is checked in steps, since the secret is looked up in between and a body may still be
// on its way:
//   parse_authorization(head) -> look up the secret of access_key_id -> verify(...) ->
//   check_payload(...)
#pragma once

#include <optional>
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
             const Headers& headers_, std::string_view bucket_ = {})
      : method(method_), path(path_), query(query_), headers(headers_), bucket(bucket_) {}
  std::string_view method, path, query;
  const Headers& headers;
  std::string_view bucket;  // of a virtual host; Signature Version 2 signs it as part of the path
};

enum class Scheme : std::uint8_t {
  Header,          // Authorization: AWS4-HMAC-SHA256 …
  Query,           // a presigned URL: X-Amz-Algorithm and its companions
  Version2Header,  // Authorization: AWS AKID:signature; S3 only, as is:
  Version2Query    // AWSAccessKeyId, Expires and Signature, botocore's default presigned URL
};

/// How the request claims to be signed; none where it does not.
std::optional<Scheme> scheme_of(const SignedHead& head);
bool shows_credentials(const SignedHead& head);
inline bool is_presigned(Scheme scheme) {
  return scheme == Scheme::Query || scheme == Scheme::Version2Query;
}
inline bool is_version_2(Scheme scheme) {
  return scheme == Scheme::Version2Header || scheme == Scheme::Version2Query;
}

/// What a request says of its signature; nothing of it is verified. Version 2 has neither scope nor
/// signed headers.
struct Authorization {
  Scheme scheme = Scheme::Header;
  std::string access_key_id;
  std::string date;  // of the scope: 20150830
  std::string region;
  std::string service;  // the scope's: "s3", "sts"
  std::vector<std::string> signed_headers;
  std::string signature;  // hex; of Version 2 base64
  std::string time_text;  // of X-Amz-Date or Date, as it is signed: 20150830T123600Z
  Time time{};
  std::optional<Time> expires;  // of a presigned URL
  std::string session_token;    // X-Amz-Security-Token; may be empty
  std::string payload_hash;     // x-amz-content-sha256; may be empty
};

/// Errors: Missing, Malformed; Unsupported for Signature Version 4A, and for Version 2 outside of
/// S3.
Result<Authorization> parse_authorization(const SignedHead& head, AuthFamily family);

/// Only the credential scope ("sts" of AKID/20150830/us-east-1/sts/aws4_request), for routing; of
/// Version 2 only the service, S3; empty where there is none.
struct CredentialScope {
  std::string access_key_id, date, region, service;
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

/// Checks token and signature where a text is signed and no request: the policy of a browser's
/// form.
Result<void> verify_text(const Authorization& authorization, const SecretKey& key,
                         std::string_view text);

/// Whether the body is the declared one. UNSIGNED-PAYLOAD and the STREAMING-… forms, whose chunks
/// are checked as they come (aws_chunked.hpp), are S3's only.
Result<void> check_payload(const Authorization& authorization, std::string_view body_hash,
                           AuthFamily family);

/// Goes on where the signature of the head ends: signs a streamed body chunk by chunk, and its
/// trailer. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
class ChunkSigner {
 public:
  ChunkSigner(const Authorization& seed, const SecretKey& key);
  /// Error: SignatureDoesNotMatch. `hash` (hex) is that of the chunk's data or of the trailer.
  enum class Part { Chunk, Trailer };
  Result<void> check(Part part, std::string_view hash, std::string_view signature);
  /// The signature of the next part, for clients.
  std::string sign(Part part, std::string_view hash);

 private:
  std::string string_to_sign(Part part, std::string_view hash) const;
  std::string access_key_id_;
  std::string key_;
  std::string time_text_;
  std::string scope_;
  std::string previous_;
};

/// The clock of a client and ours may differ by so much.
inline constexpr Duration kMaxSkew = std::chrono::minutes(15);
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view kStreaming = "STREAMING-";          // and what is streamed
inline constexpr Duration kMaxLifetime = std::chrono::hours(7 * 24);  // of a presigned URL

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

/// Puts the same into the query: a presigned URL of the headers that `head` has.
void presign(RequestHead& head, const Signer& signer, Time now, Duration lifetime);

/// The text whose hash is signed. For tests, and for S3's answer to a mismatch.
/// The parameter X-Amz-Signature does not count in it.
std::string canonical_request(const SignedHead& head, std::string_view service,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash);

/// The pieces that the parts of the room share.
namespace detail {
std::string scope_text(std::string_view date, std::string_view region, std::string_view service);
/// A signature that is not ours, in the words of `family`; S3 shows what it has signed.
Failure signature_mismatch(const Authorization& shown, std::string_view canonical,
                           std::string_view to_sign, AuthFamily family);
}  // namespace detail

}  // namespace tocsin::wire
