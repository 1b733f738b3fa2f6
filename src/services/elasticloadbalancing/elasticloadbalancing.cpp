// SPDX-License-Identifier: Apache-2.0
#include "services/elasticloadbalancing/elasticloadbalancing.hpp"

#include "services/elasticloadbalancing/access.hpp"
#include "services/elasticloadbalancing/health.hpp"
#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

using enum core::Effect;
using Operations = std::vector<core::Operation>;

Operations balancer_operations() {
  const auto on_balancer = on("LoadBalancerArn");
  return {{"CreateLoadBalancer", Write, create_load_balancer, makes("loadbalancer")},
          {"DeleteLoadBalancer", Write, delete_load_balancer, on_balancer},
          {"DescribeLoadBalancers", Read, describe_load_balancers},
          {"DescribeLoadBalancerAttributes", Read, describe_balancer_attributes},
          {"ModifyLoadBalancerAttributes", Write, modify_balancer_attributes, on_balancer},
          {"SetSecurityGroups", Write, set_security_groups, on_balancer},
          {"SetSubnets", Write, set_subnets, on_balancer},
          {"SetIpAddressType", Write, set_address_type, on_balancer},
          {"DescribeAccountLimits", Read, describe_account_limits},
          {"DescribeSSLPolicies", Read, describe_ssl_policies},
          {"AddTags", Write, add_tags, on("ResourceArns")},
          {"RemoveTags", Write, remove_tags, on("ResourceArns")},
          {"DescribeTags", Read, describe_tags}};
}

Operations group_operations() {
  const auto on_group = on("TargetGroupArn");
  return {{"CreateTargetGroup", Write, create_target_group, makes("targetgroup")},
          {"ModifyTargetGroup", Write, modify_target_group, on_group},
          {"DeleteTargetGroup", Write, delete_target_group, on_group},
          {"DescribeTargetGroups", Read, describe_target_groups},
          {"DescribeTargetGroupAttributes", Read, describe_group_attributes},
          {"ModifyTargetGroupAttributes", Write, modify_group_attributes, on_group},
          {"RegisterTargets", Write, register_targets, on_group},
          {"DeregisterTargets", Write, deregister_targets, on_group},
          {"DescribeTargetHealth", Read, describe_target_health}};
}

Operations listener_operations() {
  const auto on_listener = on("ListenerArn");
  return {{"CreateListener", Write, create_listener, makes("listener")},
          {"ModifyListener", Write, modify_listener, on_listener},
          {"DeleteListener", Write, delete_listener, on_listener},
          {"DescribeListeners", Read, describe_listeners},
          {"DescribeListenerAttributes", Read, describe_listener_attributes},
          {"ModifyListenerAttributes", Write, modify_listener_attributes, on_listener},
          {"AddListenerCertificates", Write, add_certificates, on_listener},
          {"RemoveListenerCertificates", Write, remove_certificates, on_listener},
          {"DescribeListenerCertificates", Read, describe_certificates},
          {"CreateRule", Write, create_rule, makes("listener-rule")},
          {"ModifyRule", Write, modify_rule, on("RuleArn")},
          {"DeleteRule", Write, delete_rule, on("RuleArn")},
          {"DescribeRules", Read, describe_rules},
          {"SetRulePriorities", Write, set_rule_priorities, on("RulePriorities")}};
}

}  // namespace

void register_elasticloadbalancing(core::Registry& registry) {
  Operations operations;
  for (auto* some : {balancer_operations, group_operations, listener_operations}) {
    auto part = some();
    operations.insert(operations.end(), part.begin(), part.end());
  }
  registry.add(
      core::Service{"elasticloadbalancing", "elasticloadbalancing", std::move(operations)});
  for (auto& type : resource_types())
    registry.add(std::move(type));
  registry.on_resume("elasticloadbalancing.provisioned", provisioned);
  registry.on_resume("elasticloadbalancing.drained", drained);
  registry.on_resume("elasticloadbalancing.checked", [](Context&, const Resumption&) {});
  registry.on_event(on_instance_event);
}

}  // namespace tocsin::elasticloadbalancing
