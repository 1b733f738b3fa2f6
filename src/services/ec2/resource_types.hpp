// SPDX-License-Identifier: Apache-2.0
// EC2's resources as AWS Config and Cloud Control see them: the configuration is what Describe
// shows, the relationships follow from the ids in it.
#pragma once

#include "core/registry.hpp"

namespace tocsin::ec2 {

std::vector<core::ResourceType> resource_types();

}  // namespace tocsin::ec2
