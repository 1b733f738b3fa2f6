// SPDX-License-Identifier: Apache-2.0
// Cloud Control API: create, read, update, delete and list, over every resource type that a service
// declares (core::ResourceType). It has no code of any type: a request becomes a task that calls
// the type's own service as the requester (or as RoleArn), so that each such call is authorised and
// audited as if it had been made by hand.
// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/what-is-cloudcontrolapi.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::cloudcontrol {

void register_cloudcontrol(core::Registry& registry);

}  // namespace tocsin::cloudcontrol
