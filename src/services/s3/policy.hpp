// SPDX-License-Identifier: Apache-2.0
// Bucket policies: which are accepted, and which are public.
#pragma once

#include "core/context.hpp"

namespace tocsin::s3 {

/// Whether the policy opens the bucket beyond fixed principals, networks or sources.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
bool is_public_policy(std::string_view policy);

core::Outcome put_bucket_policy(core::Call& call);
core::Outcome get_bucket_policy(core::Call& call);
core::Outcome delete_bucket_policy(core::Call& call);
core::Outcome get_bucket_policy_status(core::Call& call);

}  // namespace tocsin::s3
