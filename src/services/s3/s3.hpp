// SPDX-License-Identifier: Apache-2.0
// Amazon S3, general purpose buckets. https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::s3 {

void register_s3(core::Registry& registry);

}  // namespace tocsin::s3
