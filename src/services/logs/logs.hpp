// SPDX-License-Identifier: Apache-2.0
// CloudWatch Logs: groups, streams, log events in segments, retention, subscriptions.
#pragma once

#include "core/registry.hpp"

namespace tocsin::logs {

void register_logs(core::Registry& registry);

}  // namespace tocsin::logs
