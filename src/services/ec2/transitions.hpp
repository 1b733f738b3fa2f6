// SPDX-License-Identifier: Apache-2.0
// What becomes something else by itself after a while: a volume available, a snapshot completed.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// After `delay` the resource's State is `to`, if it still is what it is now.
void become(core::Context& context, const Resource& resource, std::string_view to, Duration delay);

void on_transitions(core::Registry& registry);

}  // namespace tocsin::ec2
