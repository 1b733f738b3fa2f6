// SPDX-License-Identifier: Apache-2.0
// How each family of AWS services says that a request was not authenticated: one table.
//
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::wire {

enum class AuthFamily { Query, Json, RestJson, S3 };

enum class AuthProblem {
  Missing,       // nothing signed, where it must be
  Malformed,     // an Authorization header that cannot be read
  UnknownKey,    // or an inactive one
  InvalidToken,  // a session token that does not belong to the key
  ExpiredToken,
  Mismatch,         // the signature is another
  TimeSkew,         // signed more than 15 minutes away from now
  UnsignedHeaders,  // headers that had to be signed
  PayloadMismatch,  // the body is not what x-amz-content-sha256 says
  Unsupported       // a way of signing that this server does not verify
};

/// `detail` replaces the family's own words, where given.
Error auth_error(AuthProblem problem, AuthFamily family, std::string detail = {});

/// What core says of a key (InvalidClientTokenId, ExpiredToken) and of what a policy refuses
/// (AccessDenied), in the words of `family` and `service`; other errors stay.
Error in_family(Error error, AuthFamily family, std::string_view service = {});

}  // namespace tocsin::wire
