// SPDX-License-Identifier: Apache-2.0
// The body of an object under SSE-KMS: S3 replies with its content as it is kept and says what KMS
// must decrypt; the caller's own kms:Decrypt gives the data key that opens it.
#pragma once

#include "core/request.hpp"

namespace tocsin::wire {

/// What kms:Decrypt wants to know; null where the body of this reply is not locked.
const Object* locked_by(const Document& reply);

/// The caller's kms:Decrypt, made by S3 (kms:ViaService).
core::Request decrypt_call(const core::Request& caller, const Object& params, std::string id);

/// The reply with its content open. Errors: S3's words for those of KMS.
Result<Document> unlocked(Document reply, const Result<Document>& decrypted);

}  // namespace tocsin::wire
