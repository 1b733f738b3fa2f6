// SPDX-License-Identifier: Apache-2.0
// How a message reaches a topic's subscribers: in bounded steps, each in an input of its own. A
// step matches the filters of its subscriptions at once, hands what goes to queues over in one call
// (queues.hpp), and starts a delivery for each of the others (delivery.hpp).
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

void distribute(core::Context& context, const Publication& publication);
void on_fan_out(core::Registry& registry);

}  // namespace tocsin::sns
