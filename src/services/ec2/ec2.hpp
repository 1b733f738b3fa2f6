// SPDX-License-Identifier: Apache-2.0
// Amazon EC2: networks, security groups, instances, volumes and what belongs to them, as records
// with AWS's validation and life cycles.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::ec2 {

void register_ec2(core::Registry& registry);

}  // namespace tocsin::ec2
