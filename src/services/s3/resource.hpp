// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::s3 {

/// AWS::S3::Bucket.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
core::ResourceType bucket_type();

}  // namespace tocsin::s3
