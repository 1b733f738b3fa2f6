// SPDX-License-Identifier: Apache-2.0
// How long items are kept: seven years, or what the retention configuration says.
#pragma once

#include "core/registry.hpp"

namespace tocsin::config {

core::Outcome put_retention_configuration(core::Call& call);
core::Outcome describe_retention_configurations(core::Call& call);
core::Outcome delete_retention_configuration(core::Call& call);

/// Once a day: forgets what is too old, a part of the resources at a time.
void forget_old_items(core::Context& context, const core::Resumption& step);

}  // namespace tocsin::config
