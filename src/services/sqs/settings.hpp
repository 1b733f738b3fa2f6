// SPDX-License-Identifier: Apache-2.0
// A queue's attributes, and the permissions in its policy.
#pragma once

#include "core/registry.hpp"

namespace tocsin::sqs {

core::Outcome get_queue_attributes(core::Call& call);
core::Outcome set_queue_attributes(core::Call& call);
core::Outcome add_permission(core::Call& call);
core::Outcome remove_permission(core::Call& call);

}  // namespace tocsin::sqs
