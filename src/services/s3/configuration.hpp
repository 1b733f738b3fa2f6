// SPDX-License-Identifier: Apache-2.0
// Settings of a bucket: versioning, default encryption, public access block, ownership.
#pragma once

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

/// SSE-S3, which every bucket has since 2023.
Object default_encryption();
/// Errors: InvalidArgument.
Result<void> check_ownership(std::string_view ownership);

PublicAccessBlock block_from(const Object& given);
Object block_document(const PublicAccessBlock& block);

core::Outcome put_bucket_versioning(core::Call& call);
core::Outcome get_bucket_versioning(core::Call& call);
core::Outcome put_bucket_encryption(core::Call& call);
core::Outcome get_bucket_encryption(core::Call& call);
core::Outcome delete_bucket_encryption(core::Call& call);
core::Outcome put_bucket_request_payment(core::Call& call);
core::Outcome get_bucket_request_payment(core::Call& call);
core::Outcome put_public_access_block(core::Call& call);
core::Outcome get_public_access_block(core::Call& call);
core::Outcome delete_public_access_block(core::Call& call);
core::Outcome put_bucket_ownership_controls(core::Call& call);
core::Outcome get_bucket_ownership_controls(core::Call& call);
core::Outcome delete_bucket_ownership_controls(core::Call& call);

}  // namespace tocsin::s3
