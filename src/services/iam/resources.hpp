// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::iam {

/// AWS::IAM::User, Group, Role, Policy (customer managed) and InstanceProfile.
void register_resource_types(core::Registry& registry);

}  // namespace tocsin::iam
