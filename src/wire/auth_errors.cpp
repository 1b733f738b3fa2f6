// SPDX-License-Identifier: Apache-2.0
#include "wire/auth_errors.hpp"

#include <array>

#include "base/assert.hpp"

namespace tocsin::wire {
namespace {

struct Row {
  AuthProblem problem;
  AuthFamily family;
  int status;
  const char* code;
  const char* message;
};

constexpr char kMismatch[] =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key "
    "and signing method. Consult the service documentation for details.";
constexpr char kInvalidToken[] = "The security token included in the request is invalid.";
constexpr char kExpiredToken[] = "The security token included in the request is expired";
constexpr char kUnsupported[] = "This way of signing a request is not supported by this server.";

using enum AuthProblem;
constexpr auto kQuery = AuthFamily::Query;
constexpr auto kJson = AuthFamily::Json;
constexpr auto kRest = AuthFamily::RestJson;
constexpr auto kS3 = AuthFamily::S3;

constexpr Row kRows[] = {
    {Missing, kQuery, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
    {Missing, kJson, 400, "MissingAuthenticationTokenException", "Missing Authentication Token"},
    {Missing, kRest, 403, "MissingAuthenticationTokenException", "Missing Authentication Token"},
    {Missing, kS3, 403, "AccessDenied", "Access Denied"},

    {Malformed, kQuery, 400, "IncompleteSignature",
     "The request signature does not conform to AWS standards."},
    {Malformed, kJson, 400, "IncompleteSignatureException",
     "The request signature does not conform to AWS standards."},
    {Malformed, kRest, 403, "IncompleteSignatureException",
     "The request signature does not conform to AWS standards."},
    {Malformed, kS3, 400, "AuthorizationHeaderMalformed",
     "The authorization header you provided is invalid."},

    {UnknownKey, kQuery, 403, "InvalidClientTokenId", kInvalidToken},
    {UnknownKey, kJson, 400, "UnrecognizedClientException", kInvalidToken},
    {UnknownKey, kRest, 403, "UnrecognizedClientException", kInvalidToken},
    {UnknownKey, kS3, 403, "InvalidAccessKeyId",
     "The AWS Access Key Id you provided does not exist in our records."},

    {InvalidToken, kQuery, 403, "InvalidClientTokenId", kInvalidToken},
    {InvalidToken, kJson, 400, "UnrecognizedClientException", kInvalidToken},
    {InvalidToken, kRest, 403, "UnrecognizedClientException", kInvalidToken},
    {InvalidToken, kS3, 400, "InvalidToken",
     "The provided token is malformed or otherwise invalid."},

    {ExpiredToken, kQuery, 403, "ExpiredToken", kExpiredToken},
    {ExpiredToken, kJson, 400, "ExpiredTokenException", kExpiredToken},
    {ExpiredToken, kRest, 403, "ExpiredTokenException", kExpiredToken},
    {ExpiredToken, kS3, 400, "ExpiredToken", "The provided token has expired."},

    {Mismatch, kQuery, 403, "SignatureDoesNotMatch", kMismatch},
    {Mismatch, kJson, 400, "InvalidSignatureException", kMismatch},
    {Mismatch, kRest, 403, "InvalidSignatureException", kMismatch},
    {Mismatch, kS3, 403, "SignatureDoesNotMatch",
     "The request signature we calculated does not match the signature you provided. Check your "
     "key and signing "
     "method."},

    {TimeSkew, kQuery, 403, "SignatureDoesNotMatch", "Signature expired."},
    {TimeSkew, kJson, 400, "InvalidSignatureException", "Signature expired."},
    {TimeSkew, kRest, 403, "InvalidSignatureException", "Signature expired."},
    {TimeSkew, kS3, 403, "RequestTimeTooSkewed",
     "The difference between the request time and the current time is too large."},

    {UnsignedHeaders, kQuery, 403, "SignatureDoesNotMatch", kMismatch},
    {UnsignedHeaders, kJson, 400, "InvalidSignatureException", kMismatch},
    {UnsignedHeaders, kRest, 403, "InvalidSignatureException", kMismatch},
    {UnsignedHeaders, kS3, 403, "AccessDenied",
     "There were headers present in the request which were not signed"},

    {PayloadMismatch, kQuery, 403, "SignatureDoesNotMatch", kMismatch},
    {PayloadMismatch, kJson, 400, "InvalidSignatureException", kMismatch},
    {PayloadMismatch, kRest, 403, "InvalidSignatureException", kMismatch},
    {PayloadMismatch, kS3, 400, "XAmzContentSHA256Mismatch",
     "The provided 'x-amz-content-sha256' header does not match what was computed."},

    {Unsupported, kQuery, 400, "IncompleteSignature", kUnsupported},
    {Unsupported, kJson, 400, "IncompleteSignatureException", kUnsupported},
    {Unsupported, kRest, 403, "IncompleteSignatureException", kUnsupported},
    {Unsupported, kS3, 501, "NotImplemented", kUnsupported},
};

}  // namespace

Error auth_error(AuthProblem problem, AuthFamily family, std::string detail) {
  for (const auto& row : kRows) {
    if (row.problem != problem || row.family != family) continue;
    Error error{row.code, detail.empty() ? row.message : std::move(detail), row.status};
    error.fault = row.status >= 500 ? Fault::Server : Fault::Client;
    return error;
  }
  TOCSIN_ASSERT(!"every problem has a row for every family");
  return {};
}

/// What the policy engine refused, under the name that the service has for it.
Error denied(Error error, AuthFamily family, std::string_view service) {
  if (service == "sqs") return error;
  if (service == "sns")
    error.code = "AuthorizationError";
  else if (service == "ec2")
    error.code = "UnauthorizedOperation";
  else if (family == AuthFamily::Json || family == AuthFamily::RestJson)
    error.code = "AccessDeniedException";
  error.status = family == AuthFamily::Json ? 400 : 403;
  return error;
}

Error in_family(Error error, AuthFamily family, std::string_view service) {
  if (error.code == "InvalidClientTokenId") return auth_error(UnknownKey, family);
  if (error.code == "ExpiredToken") return auth_error(ExpiredToken, family);
  if (error.code == "AccessDenied") return denied(std::move(error), family, service);
  return error;
}

}  // namespace tocsin::wire
