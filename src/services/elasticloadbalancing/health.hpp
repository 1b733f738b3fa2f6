// SPDX-License-Identifier: Apache-2.0
// The health of targets, as far as records tell.
//
//   unused    no listener uses the group, the target's zone is not enabled, or its instance does
//             not run
//   initial   all that is so for less than one interval of the health check
//   healthy   … and for longer
//   draining  deregistered, for as long as the group's attribute says
#pragma once

#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {

/// {State, Reason, Description} of a registered target.
Object health_of(const Context& context, const TargetGroup& group, const Target& target);

/// Listeners or rules have changed: which load balancers use which group.
void refresh_uses(Context& context);
bool is_named_by_actions(const Context& context, const TargetGroup& group);
/// All its targets and what is kept of them.
void forget_targets(Context& context, const TargetGroup& group);
/// The target is no longer registered; its connections drain where it was in use.
void deregister(Context& context, TargetGroup& group, const Target& target);
/// So that the moment comes when the target is healthy, where time jumps to what is due.
void await_checks(Context& context, const TargetGroup& group);

void on_instance_event(Context& context, const core::Event& event);
void drained(Context& context, const Resumption& due);

}  // namespace tocsin::elasticloadbalancing
