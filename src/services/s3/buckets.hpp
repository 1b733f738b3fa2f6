// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::s3 {

core::Outcome create_bucket(core::Call& call);
core::Outcome delete_bucket(core::Call& call);
core::Outcome head_bucket(core::Call& call);
core::Outcome list_buckets(core::Call& call);
core::Outcome get_bucket_location(core::Call& call);

/// CreateBucket: s3:CreateBucket, and more for an ACL and for ownership.
std::vector<core::Access> needs_create(core::Call& call);

}  // namespace tocsin::s3
