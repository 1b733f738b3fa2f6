// SPDX-License-Identifier: Apache-2.0
// Server access logging: a line for every request to a bucket, delivered as files into another.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
#pragma once

#include "core/registry.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

core::Outcome put_bucket_logging(core::Call& call);
core::Outcome get_bucket_logging(core::Call& call);

/// Notes what calls and lifecycles do, and delivers it.
void on_access(core::Registry& registry);
/// What no request did: "S3.EXPIRE.OBJECT".
void log_lifecycle(core::Context& context, const Bucket& bucket, const ObjectVersion& object,
                   std::string_view operation);

}  // namespace tocsin::s3
