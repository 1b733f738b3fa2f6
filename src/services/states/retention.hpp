// SPDX-License-Identifier: Apache-2.0
// Executions that are over are forgotten after 90 days; their names are free again.
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

/// To be forgotten in time. `row` has ended.
void remember_ended(core::Context& context, const Place& place, const Execution& row);
/// It was redriven.
void forget_ended(core::Context& context, const Place& place, const Execution& row);
void on_retention(core::Registry& registry);

/// The place of a row in the lists, under a status or "" (all).
core::Key list_key(const Place& place, const Execution& row, std::string_view status);

}  // namespace tocsin::states
