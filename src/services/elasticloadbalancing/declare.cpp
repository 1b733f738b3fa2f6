// SPDX-License-Identifier: Apache-2.0
#include "services/elasticloadbalancing/declare.hpp"

#include <charconv>

#include "core/declare.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

using Members = std::initializer_list<std::string_view>;

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "elasticloadbalancing", std::move(operation), std::move(params));
}

void copy(const Object& from, Object& to, Members members) {
  for (const auto member : members) {
    if (const auto* value = find(from, member)) to[member] = *value;
  }
}

void copy_checks(const Object& from, Object& to) {
  copy(from, to,
       {"HealthCheckProtocol", "HealthCheckPort", "HealthCheckEnabled",
        "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "HealthyThresholdCount",
        "UnhealthyThresholdCount", "HealthCheckPath", "Matcher"});
}

/// CloudFormation may write a number as a text.
void make_number(Object& params, std::string_view member) {
  const auto* value = find(params, member);
  const auto* digits = value ? value->if_string() : nullptr;
  if (!digits) return;
  std::int64_t number = 0;
  std::from_chars(digits->data(), digits->data() + digits->size(), number);
  params[member] = number;
}

Result<void> set_attributes(Call& call, std::string operation, std::string_view member,
                            const std::string& arn, const Array& attributes) {
  if (attributes.empty()) return {};
  Object params{{"Attributes", attributes}};
  params[member] = arn;
  TRY(ask(call, std::move(operation), std::move(params)));
  return {};
}

Result<void> change_tags(Call& call, const std::string& arn, const Tags& before,
                         const Object& properties) {
  auto [added, removed] = core::retagging(before, properties);
  if (!removed.empty())
    TRY(ask(call, "RemoveTags", {{"ResourceArns", Array{arn}}, {"TagKeys", std::move(removed)}}));
  if (!added.empty())
    TRY(ask(call, "AddTags", {{"ResourceArns", Array{arn}}, {"Tags", core::tag_list(added)}}));
  return {};
}

/// The ARN of the one thing that a reply lists.
std::string made(const Document& reply, std::string_view list, std::string_view member) {
  return string_of(array_of(reply, list).front(), member);
}

Result<void> change_targets(Call& call, const TargetGroup& group, const Object& properties) {
  const auto& wanted = array_of(properties, "Targets");
  Array gone;
  for (const auto& target : group.targets) {
    const bool kept = std::ranges::any_of(wanted, [&](const Document& each) {
      return text(each, "Id") == target.id &&
             integer(each, "Port").value_or(target.port) == target.port;
    });
    if (!kept) gone.push_back(Object{{"Id", target.id}, {"Port", target.port}});
  }
  if (!gone.empty() && properties.contains("Targets"))
    TRY(ask(call, "DeregisterTargets",
            {{"TargetGroupArn", group.arn}, {"Targets", std::move(gone)}}));
  if (!wanted.empty())
    TRY(ask(call, "RegisterTargets", {{"TargetGroupArn", group.arn}, {"Targets", wanted}}));
  return {};
}

}  // namespace

Outcome declare_balancer(Call& call, const Object& properties) {
  Object params{{"Name", core::name_of(call, properties, "Name", "LoadBalancer")}};
  copy(properties, params,
       {"Scheme", "Type", "IpAddressType", "Subnets", "SubnetMappings", "SecurityGroups", "Tags"});
  const auto reply = TRY(ask(call, "CreateLoadBalancer", std::move(params)));
  const auto arn = made(reply, "LoadBalancers", "LoadBalancerArn");
  TRY(set_attributes(call, "ModifyLoadBalancerAttributes", "LoadBalancerArn", arn,
                     array_of(properties, "LoadBalancerAttributes")));
  return Object{{"Id", arn}};
}

Outcome redeclare_balancer(Call& call, const std::string& id, const Object& properties) {
  const auto balancer = TRY(balancer_named(call, id));
  if (properties.contains("Subnets") || properties.contains("SubnetMappings")) {
    Object params{{"LoadBalancerArn", id}};
    copy(properties, params, {"Subnets", "SubnetMappings", "IpAddressType"});
    TRY(ask(call, "SetSubnets", std::move(params)));
  }
  if (properties.contains("SecurityGroups"))
    TRY(ask(call, "SetSecurityGroups",
            {{"LoadBalancerArn", id}, {"SecurityGroups", array_of(properties, "SecurityGroups")}}));
  TRY(set_attributes(call, "ModifyLoadBalancerAttributes", "LoadBalancerArn", id,
                     array_of(properties, "LoadBalancerAttributes")));
  TRY(change_tags(call, id, balancer.tags, properties));
  return Object{};
}

Outcome declare_group(Call& call, const Object& properties) {
  Object params{{"Name", core::name_of(call, properties, "Name", "TargetGroup")}};
  copy(properties, params,
       {"Protocol", "ProtocolVersion", "Port", "VpcId", "TargetType", "IpAddressType", "Tags"});
  copy_checks(properties, params);
  make_number(params, "Port");
  const auto reply = TRY(ask(call, "CreateTargetGroup", std::move(params)));
  const auto arn = made(reply, "TargetGroups", "TargetGroupArn");
  TRY(set_attributes(call, "ModifyTargetGroupAttributes", "TargetGroupArn", arn,
                     array_of(properties, "TargetGroupAttributes")));
  TRY(change_targets(call, TRY(group_named(call, arn)), properties));
  return Object{{"Id", arn}};
}

Outcome redeclare_group(Call& call, const std::string& id, const Object& properties) {
  const auto group = TRY(group_named(call, id));
  Object params{{"TargetGroupArn", id}};
  copy_checks(properties, params);
  TRY(ask(call, "ModifyTargetGroup", std::move(params)));
  TRY(set_attributes(call, "ModifyTargetGroupAttributes", "TargetGroupArn", id,
                     array_of(properties, "TargetGroupAttributes")));
  TRY(change_targets(call, group, properties));
  TRY(change_tags(call, id, group.tags, properties));
  return Object{};
}

Outcome declare_listener(Call& call, const Object& properties) {
  Object params;
  copy(properties, params,
       {"LoadBalancerArn", "Port", "Protocol", "SslPolicy", "Certificates", "DefaultActions",
        "AlpnPolicy"});
  make_number(params, "Port");
  const auto reply = TRY(ask(call, "CreateListener", std::move(params)));
  const auto arn = made(reply, "Listeners", "ListenerArn");
  TRY(set_attributes(call, "ModifyListenerAttributes", "ListenerArn", arn,
                     array_of(properties, "ListenerAttributes")));
  return Object{{"Id", arn}};
}

Outcome redeclare_listener(Call& call, const std::string& id, const Object& properties) {
  Object params{{"ListenerArn", id}};
  copy(properties, params,
       {"Port", "Protocol", "SslPolicy", "Certificates", "DefaultActions", "AlpnPolicy"});
  make_number(params, "Port");
  TRY(ask(call, "ModifyListener", std::move(params)));
  TRY(set_attributes(call, "ModifyListenerAttributes", "ListenerArn", id,
                     array_of(properties, "ListenerAttributes")));
  return Object{};
}

Outcome declare_rule(Call& call, const Object& properties) {
  Object params;
  copy(properties, params, {"ListenerArn", "Priority", "Conditions", "Actions"});
  make_number(params, "Priority");
  const auto reply = TRY(ask(call, "CreateRule", std::move(params)));
  return Object{{"Id", made(reply, "Rules", "RuleArn")}};
}

Outcome redeclare_rule(Call& call, const std::string& id, const Object& properties) {
  Object params{{"RuleArn", id}};
  copy(properties, params, {"Conditions", "Actions"});
  TRY(ask(call, "ModifyRule", std::move(params)));
  Object priority{{"RuleArn", id}};
  copy(properties, priority, {"Priority"});
  make_number(priority, "Priority");
  if (priority.contains("Priority"))
    TRY(ask(call, "SetRulePriorities", {{"RulePriorities", Array{std::move(priority)}}}));
  return Object{};
}

core::ResourceType::Remove removal(std::string operation, std::string member) {
  return [operation, member](Call& call, const std::string& id) -> Outcome {
    Object params;
    params[member] = id;
    return ask(call, operation, std::move(params));
  };
}

}  // namespace tocsin::elasticloadbalancing
