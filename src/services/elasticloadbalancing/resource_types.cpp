// SPDX-License-Identifier: Apache-2.0
// Load balancers and their parts as AWS Config, CloudFormation and Cloud Control see them.
#include <fmt/format.h>

#include "base/spelling.hpp"
#include "services/elasticloadbalancing/actions.hpp"
#include "services/elasticloadbalancing/declare.hpp"
#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

using Description = core::ResourceType::Description;

constexpr const char* kWith = "Is associated with ";
constexpr std::string_view kBalancerType = "AWS::ElasticLoadBalancingV2::LoadBalancer";
constexpr std::string_view kGroupType = "AWS::ElasticLoadBalancingV2::TargetGroup";
constexpr std::string_view kListenerType = "AWS::ElasticLoadBalancingV2::Listener";
constexpr std::string_view kRuleType = "AWS::ElasticLoadBalancingV2::ListenerRule";

Document recorded(const Document& value) {
  return respelled(value, lower_head);
}

/// "app/web/50dc6c495c0c9188"
std::string full_name(const std::string& arn, std::string_view marker) {
  return arn.substr(arn.find(marker) + marker.size());
}

void relate(Description& out, std::string_view type, std::string id, const char* name = kWith) {
  out.relationships.push_back({std::string(type), std::move(id), name});
}

Object recorded_balancer(const LoadBalancer& balancer) {
  auto out = recorded(Document(shown(balancer))).as_object();
  out["createdTime"] = iso8601_ms(balancer.created);
  return out;
}

Object properties_of(const LoadBalancer& balancer) {
  auto out = shown(balancer);
  Array subnets;
  for (const auto& zone : balancer.zones)
    subnets.push_back(Document(boost::json::string(text(zone, "SubnetId"))));
  for (const auto* member : {"CreatedTime", "State", "VpcId", "AvailabilityZones"})
    out.erase(member);
  if (out.erase("CanonicalHostedZoneId"))
    out["CanonicalHostedZoneID"] = *find(shown(balancer), "CanonicalHostedZoneId");
  out["Name"] = balancer.name;
  out["Subnets"] = std::move(subnets);
  out["LoadBalancerFullName"] = full_name(balancer.arn, "loadbalancer/");
  out["LoadBalancerAttributes"] = attribute_list(attributes_of(balancer));
  return out;
}

Description describe_balancer(const store::View&, const Document& row) {
  const auto balancer = decoded<LoadBalancer>(row);
  Description out{.id = balancer.arn,
                  .name = balancer.name,
                  .arn = balancer.arn,
                  .scope = balancer.scope,
                  .configuration = properties_of(balancer),
                  .tags = balancer.tags,
                  .relationships = {},
                  .recorded = recorded_balancer(balancer),
                  .supplementary = {{"LoadBalancerAttributes",
                                     recorded(Document(attribute_list(attributes_of(balancer))))}},
                  .created = balancer.created,
                  .availability_zone = "Multiple Availability Zones"};
  for (const auto& group : balancer.groups)
    relate(out, "AWS::EC2::SecurityGroup", group, "Is associated with SecurityGroup");
  for (const auto& zone : balancer.zones)
    relate(out, "AWS::EC2::Subnet", string_of(zone, "SubnetId"), "Is attached to Subnet");
  relate(out, "AWS::EC2::VPC", balancer.vpc, "Is contained in Vpc");
  return out;
}

Array target_list(const TargetGroup& group) {
  Array out;
  for (const auto& target : group.targets) {
    Object each{{"Id", target.id}};
    if (target.port != 0) each["Port"] = target.port;
    if (target.zone_given) each["AvailabilityZone"] = target.zone;
    out.push_back(std::move(each));
  }
  return out;
}

Description describe_group(const store::View&, const Document& row) {
  const auto group = decoded<TargetGroup>(row);
  auto properties = shown(group);
  properties["Name"] = group.name;
  properties["TargetGroupFullName"] = full_name(group.arn, group.scope.account.str() + ":");
  properties["TargetGroupAttributes"] = attribute_list(attributes_of(group));
  if (!group.targets.empty()) properties["Targets"] = target_list(group);
  Description out{.id = group.arn,
                  .name = group.name,
                  .arn = group.arn,
                  .scope = group.scope,
                  .configuration = std::move(properties),
                  .tags = group.tags,
                  .relationships = {},
                  .created = group.created};
  if (const auto vpc = string_of(group.shape, "VpcId"); !vpc.empty())
    relate(out, "AWS::EC2::VPC", vpc, "Is contained in Vpc");
  for (const auto& balancer : group.balancers)
    relate(out, kBalancerType, balancer);
  if (text(group.shape, "TargetType") != "instance") return out;
  for (const auto& target : group.targets)
    relate(out, "AWS::EC2::Instance", target.id);
  return out;
}

Description describe_listener(const store::View&, const Document& row) {
  const auto listener = decoded<Listener>(row);
  Description out{.id = listener.arn,
                  .name = {},
                  .arn = listener.arn,
                  .scope = listener.scope,
                  .configuration = shown(listener),
                  .tags = listener.tags,
                  .relationships = {},
                  .created = listener.created};
  relate(out, kBalancerType, listener.balancer);
  for (const auto& group : named_groups(array_of(listener.shape, "DefaultActions")))
    relate(out, kGroupType, group);
  return out;
}

Description describe_rule(const store::View&, const Document& row) {
  const auto rule = decoded<Rule>(row);
  auto properties = shown(rule);
  properties["Priority"] = rule.priority;
  properties["ListenerArn"] = rule.listener;
  Description out{.id = rule.arn,
                  .name = {},
                  .arn = rule.arn,
                  .scope = rule.scope,
                  .configuration = std::move(properties),
                  .tags = rule.tags,
                  .relationships = {}};
  relate(out, kListenerType, rule.listener);
  for (const auto& group : named_groups(rule.actions))
    relate(out, kGroupType, group);
  return out;
}

}  // namespace

std::vector<core::ResourceType> resource_types() {
  return {{.type = kBalancerType,
           .table = kBalancers.name(),
           .describe = describe_balancer,
           .create = declare_balancer,
           .update = redeclare_balancer,
           .remove = removal("DeleteLoadBalancer", "LoadBalancerArn")},
          {.type = kGroupType,
           .table = kGroups.name(),
           .describe = describe_group,
           .create = declare_group,
           .update = redeclare_group,
           .remove = removal("DeleteTargetGroup", "TargetGroupArn")},
          {.type = kListenerType,
           .table = kListeners.name(),
           .describe = describe_listener,
           .create = declare_listener,
           .update = redeclare_listener,
           .remove = removal("DeleteListener", "ListenerArn")},
          {.type = kRuleType,
           .table = kRules.name(),
           .describe = describe_rule,
           .create = declare_rule,
           .update = redeclare_rule,
           .remove = removal("DeleteRule", "RuleArn")}};
}

}  // namespace tocsin::elasticloadbalancing
