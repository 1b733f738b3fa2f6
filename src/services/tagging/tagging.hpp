// SPDX-License-Identifier: Apache-2.0
// Resource Groups Tagging API: the tags of every resource that a service declares
// (core::ResourceType), found and changed in one place. A change of tags is an update by the type's
// declaration, as the caller.
// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/overview.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::tagging {

void register_tagging(core::Registry& registry);

}  // namespace tocsin::tagging
