// SPDX-License-Identifier: Apache-2.0
// Object Lock: versions that nobody can delete before their time.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
#pragma once

#include "core/registry.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

/// What the request, or else the bucket's default, says about the lock of a new version. Errors:
/// InvalidRequest, InvalidArgument.
Result<void> set_lock(const core::Call& call, const Bucket& bucket, ObjectVersion& object);
/// Whether the version may be deleted. Error AccessDenied.
Result<void> check_deletable(core::Call& call, const Bucket& bucket, const ObjectVersion& object);
/// Whether nobody may delete it now.
bool is_locked(const core::Context& context, const ObjectVersion& object);
/// ObjectLockMode and its like, as GetObject tells them.
void add_lock(Object& reply, const ObjectVersion& object);

/// A bucket with locks keeps all versions.
void enable_lock(Bucket& bucket);

core::Outcome put_object_lock_configuration(core::Call& call);
core::Outcome get_object_lock_configuration(core::Call& call);
core::Outcome put_object_retention(core::Call& call);
core::Outcome get_object_retention(core::Call& call);
core::Outcome put_object_legal_hold(core::Call& call);
core::Outcome get_object_legal_hold(core::Call& call);

}  // namespace tocsin::s3
