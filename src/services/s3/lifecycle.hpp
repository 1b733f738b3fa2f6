// SPDX-License-Identifier: Apache-2.0
// Lifecycle configurations, and what they do to objects and uploads at midnight (UTC).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
#pragma once

#include "core/registry.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

core::Outcome put_bucket_lifecycle_configuration(core::Call& call);
core::Outcome get_bucket_lifecycle_configuration(core::Call& call);
core::Outcome delete_bucket_lifecycle(core::Call& call);

/// Something has changed in the bucket: its rules are looked at next midnight. No effect where it
/// has none.
void wake_lifecycle(core::Context& context, const Bucket& bucket);
void on_lifecycle_resumes(core::Registry& registry);

/// x-amz-expiration, where a rule is going to expire this current version.
void add_expiration(Object& reply, const Bucket& bucket, const ObjectVersion& object);
/// x-amz-abort-date and x-amz-abort-rule-id.
void add_abort_date(Object& reply, const Bucket& bucket, const Upload& upload);

}  // namespace tocsin::s3
