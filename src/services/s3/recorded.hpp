// SPDX-License-Identifier: Apache-2.0
// A bucket in the shape in which AWS Config records it.
#pragma once

#include "core/registry.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

/// {"name", "owner", "creationDate"}
Object recorded_bucket(const Bucket& bucket);
/// {"AccessControlList", "BucketPolicy", "PublicAccessBlockConfiguration", …}
Object recorded_beside(const Bucket& bucket);

}  // namespace tocsin::s3
