// SPDX-License-Identifier: Apache-2.0
// The handlers, by the files that have them.
#pragma once

#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {

// --- load_balancers.cpp
Outcome create_load_balancer(Call& call);
Outcome delete_load_balancer(Call& call);
Outcome describe_load_balancers(Call& call);
Outcome set_security_groups(Call& call);
Outcome set_subnets(Call& call);
Outcome set_address_type(Call& call);
void provisioned(Context& context, const Resumption& due);
Object shown(const LoadBalancer& balancer);

// --- target_groups.cpp
Outcome create_target_group(Call& call);
Outcome modify_target_group(Call& call);
Outcome delete_target_group(Call& call);
Outcome describe_target_groups(Call& call);
Object shown(const TargetGroup& group);

// --- targets.cpp
Outcome register_targets(Call& call);
Outcome deregister_targets(Call& call);
Outcome describe_target_health(Call& call);

// --- listeners.cpp
Outcome create_listener(Call& call);
Outcome modify_listener(Call& call);
Outcome delete_listener(Call& call);
Outcome describe_listeners(Call& call);
Outcome add_certificates(Call& call);
Outcome remove_certificates(Call& call);
Outcome describe_certificates(Call& call);
Object shown(const Listener& listener);
/// Its rules go with it.
void erase_listener(Context& context, const Listener& listener);

// --- rules.cpp
Outcome create_rule(Call& call);
Outcome modify_rule(Call& call);
Outcome delete_rule(Call& call);
Outcome describe_rules(Call& call);
Outcome set_rule_priorities(Call& call);
Object shown(const Rule& rule);

// --- attributes.cpp
Outcome describe_balancer_attributes(Call& call);
Outcome modify_balancer_attributes(Call& call);
Outcome describe_group_attributes(Call& call);
Outcome modify_group_attributes(Call& call);
Outcome describe_listener_attributes(Call& call);
Outcome modify_listener_attributes(Call& call);

// --- tags.cpp
Outcome add_tags(Call& call);
Outcome remove_tags(Call& call);
Outcome describe_tags(Call& call);
/// The tags that a call makes a resource with.
Result<Tags> new_tags(const Call& call);

// --- facts.cpp
Outcome describe_ssl_policies(Call& call);
Outcome describe_account_limits(Call& call);
bool is_ssl_policy(std::string_view name);

// --- resource_types.cpp
std::vector<core::ResourceType> resource_types();

}  // namespace tocsin::elasticloadbalancing
