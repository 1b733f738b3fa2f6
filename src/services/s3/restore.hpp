// SPDX-License-Identifier: Apache-2.0
// Objects in archives (GLACIER, DEEP_ARCHIVE) are read only after a RestoreObject, hours later.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
#pragma once

#include "core/registry.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

core::Outcome restore_object(core::Call& call);
void on_restore_resumes(core::Registry& registry);

/// Error InvalidObjectState where the content lies in an archive.
Result<void> check_restored(const ObjectVersion& object);
/// x-amz-restore.
void add_restore(Object& reply, const ObjectVersion& object);

}  // namespace tocsin::s3
