// SPDX-License-Identifier: Apache-2.0
// The target groups that a group's instances are registered with.
#include "services/autoscaling/sources.hpp"

#include <fmt/format.h>

#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::size_t kMostAtOnce = 10;

/// Each instance in service is told of the change.
void for_each_in_service(Context& context, const Group& group, const std::vector<std::string>& arns,
                         bool added) {
  auto only = group;
  only.target_groups = arns;
  for (const auto& member : group.instances) {
    if (!member.is("InService")) continue;
    if (added)
      add_targets(context, only, member);
    else
      remove_targets(context, only, member);
  }
}

Outcome attach(Call& call, Group& group, const std::vector<std::string>& arns) {
  if (arns.size() > kMostAtOnce)
    return invalid("You can attach at most 10 target groups at a time.");
  TRY(check_target_groups(call, group, arns));
  std::vector<std::string> fresh;
  for (const auto& arn : arns) {
    if (std::ranges::find(group.target_groups, arn) == group.target_groups.end())
      fresh.push_back(arn);
  }
  group.target_groups.insert(group.target_groups.end(), fresh.begin(), fresh.end());
  save(call, group);
  for_each_in_service(call, group, fresh, true);
  return Object{};
}

Outcome detach(Call& call, Group& group, const std::vector<std::string>& arns) {
  for (const auto& arn : arns) {
    if (std::erase(group.target_groups, arn) == 0) {
      return invalid(
          fmt::format("Trying to remove Target Groups that are not part of the group: {}", arn));
    }
  }
  save(call, group);
  for_each_in_service(call, group, arns, false);
  return Object{};
}

std::vector<std::string> identifiers(const Call& call) {
  std::vector<std::string> out;
  for (const auto& source : array_of(call.params(), "TrafficSources"))
    out.push_back(string_of(source, "Identifier"));
  return out;
}

Outcome listed(Call& call, std::string_view id, std::string_view list) {
  const auto group = TRY(named_group(call));
  const bool served = group.runs("AddToLoadBalancer");
  const bool any =
      std::ranges::any_of(group.instances, [](const Member& each) { return each.is("InService"); });
  Array out;
  for (const auto& arn : group.target_groups) {
    Object each;
    each[id] = arn;
    each["State"] = served && any ? "InService" : "Added";
    if (list == "TrafficSources") each["Type"] = "elbv2";
    out.push_back(std::move(each));
  }
  return TRY(page(call, std::move(out), list, 100, 100));
}

}  // namespace

Result<void> check_target_groups(Call& call, const Group& group,
                                 const std::vector<std::string>& arns) {
  if (arns.empty()) return {};
  Array list;
  for (const auto& arn : arns)
    list.push_back(Document(boost::json::string(arn)));
  const auto reply = ask(call, group, "elasticloadbalancing", "DescribeTargetGroups",
                         Object{{"TargetGroupArns", std::move(list)}});
  if (!reply)
    return invalid(
        fmt::format("Provided Target Groups may not be valid. Please ensure they exist "
                    "and try again."));
  for (const auto& found : array_of(*reply, "TargetGroups")) {
    if (text(found, "TargetType") != "instance") {
      return invalid(fmt::format("Target group {} has target type {}: only instance is supported.",
                                 text(found, "TargetGroupName"), text(found, "TargetType")));
    }
  }
  return {};
}

Outcome attach_target_groups(Call& call) {
  auto group = TRY(named_group(call));
  return attach(call, group, texts(call.params(), "TargetGroupARNs"));
}

Outcome detach_target_groups(Call& call) {
  auto group = TRY(named_group(call));
  return detach(call, group, texts(call.params(), "TargetGroupARNs"));
}

Outcome describe_target_groups(Call& call) {
  return listed(call, "LoadBalancerTargetGroupARN", "LoadBalancerTargetGroups");
}

Outcome attach_traffic_sources(Call& call) {
  auto group = TRY(named_group(call));
  return attach(call, group, identifiers(call));
}

Outcome detach_traffic_sources(Call& call) {
  auto group = TRY(named_group(call));
  return detach(call, group, identifiers(call));
}

Outcome describe_traffic_sources(Call& call) {
  return listed(call, "Identifier", "TrafficSources");
}

}  // namespace tocsin::autoscaling
