// SPDX-License-Identifier: Apache-2.0
// The rules half of the service: rules, evaluations, compliance, remediation, conformance packs.
#pragma once

#include <vector>

#include "core/registry.hpp"

namespace tocsin::config {

/// Its rows of the table of contents.
std::vector<core::Operation> rule_operations();

/// What it reacts to and goes on with.
void register_rules(core::Registry& registry);

}  // namespace tocsin::config
