// SPDX-License-Identifier: Apache-2.0
// Life-cycle hooks as settings of a group, and what is told when one acts.
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// What is told of an action that begins.
Object action_message(const Hook& hook, const std::string& instance, const std::string& token);
/// Tells the hook's topic or queue, if it has one.
void notify_target(Context& context, const Group& group, const Hook& hook, Object message);
/// Checks a specification of a hook and keeps it.
Result<Hook> put_hook(Call& call, const Group& group, const Object& specification);
Object shown(const Hook& hook);

}  // namespace tocsin::autoscaling
