// SPDX-License-Identifier: Apache-2.0
// Where recording hands over to the rules.
#pragma once

#include "core/context.hpp"
#include "services/config/items.hpp"

namespace tocsin::config {

/// Called for every new item, in the input that made it. `difference` is the notification's
/// configurationItemDiff: {"changedProperties": {…}, "changeType": "CREATE" | "UPDATE" | "DELETE"}.
void evaluate_on_change(core::Context& context, const Item& item, const Document& difference);

}  // namespace tocsin::config
