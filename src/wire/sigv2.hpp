// SPDX-License-Identifier: Apache-2.0
// S3's Signature Version 2, which botocore still makes for presigned URLs.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
#pragma once

#include "wire/sigv4.hpp"

namespace tocsin::wire {

/// The half of parse_authorization() for Scheme::Version2Header and Version2Query.
Result<Authorization> read_sigv2(const SignedHead& head, Scheme scheme);

/// Whether the signature is ours. Error: SignatureDoesNotMatch.
Result<void> check_sigv2(const Authorization& shown, std::string_view secret_access_key,
                         const SignedHead& head);

/// What is signed: method, Content-MD5, Content-Type, date or expiry, the x-amz-* headers and the
/// resource with its sub-resources.
std::string sigv2_string_to_sign(const SignedHead& head, Scheme scheme);

/// Base64, as it is sent.
std::string sigv2_signature(std::string_view secret_access_key, std::string_view string_to_sign);

}  // namespace tocsin::wire
