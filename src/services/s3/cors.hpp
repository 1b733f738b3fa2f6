// SPDX-License-Identifier: Apache-2.0
// Which pages of other origins may read a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
#pragma once

#include "core/registry.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

core::Outcome put_bucket_cors(core::Call& call);
core::Outcome get_bucket_cors(core::Call& call);
core::Outcome delete_bucket_cors(core::Call& call);
/// OPTIONS, which browsers send without any signature.
core::Outcome preflight(core::Call& call);

/// The Access-Control-* headers of a reply to a request that names its Origin.
void add_cors(const core::Call& call, const Bucket& bucket, std::string_view method, Object& reply);

}  // namespace tocsin::s3
