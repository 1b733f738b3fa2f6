// SPDX-License-Identifier: Apache-2.0
// Executions and their steps, with the data that their rows keep sealed.
#pragma once

#include "core/context.hpp"
#include "services/ssm/state.hpp"

namespace tocsin::ssm {

std::optional<Execution> load_execution(const core::Context& context, std::string_view id);
void save_execution(core::Context& context, Execution& execution);

std::optional<StepRow> load_step(const core::Context& context, std::string_view id,
                                 std::string_view order);
void save_step(core::Context& context, std::string_view id, std::string_view order, StepRow& step);

struct PlacedStep {
  std::string order;
  StepRow step;
};
std::vector<PlacedStep> load_steps(const core::Context& context, std::string_view id);

}  // namespace tocsin::ssm
