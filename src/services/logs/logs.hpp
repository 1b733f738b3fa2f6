// SPDX-License-Identifier: Apache-2.0
// CloudWatch Logs: groups, streams, log events in segments, retention, subscriptions. Events of a
// group under a key of KMS lie encrypted from before they enter the machine (encryption.hpp).
#pragma once

#include "core/registry.hpp"

namespace tocsin::logs {

void register_logs(core::Registry& registry);

}  // namespace tocsin::logs
