// SPDX-License-Identifier: Apache-2.0
// EC2's resources as AWS Config (recorded.hpp), CloudFormation and Cloud Control (properties.hpp,
// declare.hpp) see them.
#pragma once

#include "core/registry.hpp"

namespace tocsin::ec2 {

std::vector<core::ResourceType> resource_types();

}  // namespace tocsin::ec2
