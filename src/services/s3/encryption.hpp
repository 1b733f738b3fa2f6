// SPDX-License-Identifier: Apache-2.0
// Encryption at rest. Every content has a key of its own; that key is wrapped under a key of the
// house (SSE-S3), or under the object's data key, which only KMS can open (SSE-KMS).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
#pragma once

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

/// The rule of a bucket's default encryption. Errors: MalformedXML, InvalidArgument.
Result<Object> encryption_rule(const core::Call& call);

/// What the request, or else the bucket's default, says; none: SSE-S3. The data key is yet to be
/// made. Errors: InvalidArgument; NotImplemented for keys that the customer provides.
Result<std::optional<KmsEncryption>> encryption_from(core::Call& call, const Bucket& bucket);

/// Under which the keys of the object's contents are to be wrapped: for SSE-KMS a data key that
/// kms:GenerateDataKey makes now, as the caller.
/// Errors: AccessDenied, KMS.DisabledException and the like.
Result<std::string> new_wrapping_key(core::Call& call, ObjectVersion& object);
/// Under which they are wrapped: for SSE-KMS by kms:Decrypt, as the caller.
Result<std::string> wrapping_key(core::Call& call, const ObjectVersion& object);
/// Whether the caller may ask for the content at all. Errors: InvalidArgument of who is nobody and
/// would need a key of KMS; InvalidRequest where it shows a key of its own.
Result<void> check_reader(const core::Call& call, const ObjectVersion& object);
/// Keys that the customer provides are not served. Error NotImplemented.
Result<void> check_customer_key(const core::Call& call);
/// SSE-S3's.
std::string house_key(const core::Context& context);

/// The key of one content, open. Error InternalFailure.
Result<std::string> open_key(const Piece& piece, std::string_view under);
/// Makes the pieces readable under another key.
Result<void> rewrap(core::Context& context, std::vector<Piece>& pieces, std::string_view from,
                    std::string_view to);

/// x-amz-server-side-encryption and its like.
void add_encryption(Object& reply, const ObjectVersion& object);

}  // namespace tocsin::s3
