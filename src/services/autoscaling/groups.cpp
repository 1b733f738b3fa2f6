// SPDX-License-Identifier: Apache-2.0
// The life of groups.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
#include <fmt/format.h>

#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/hooks.hpp"
#include "services/autoscaling/launch_configurations.hpp"
#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/policies.hpp"
#include "services/autoscaling/settings.hpp"
#include "services/autoscaling/settle.hpp"
#include "services/autoscaling/sources.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::size_t kMostGroups = 500;
constexpr std::string_view kService = "autoscaling.amazonaws.com";

std::string usual_role(const AccountId& account) {
  return fmt::format("arn:aws:iam::{}:role/aws-service-role/{}/AWSServiceRoleForAutoScaling",
                     account.str(), kService);
}

/// The account's first group makes the role that Auto Scaling acts in.
Result<void> ensure_role(Call& call, const Group& group) {
  const auto credential = as_service(group, "", "", Object()).credential;
  if (call.identify(credential)) return {};
  if (group.role == usual_role(call.account())) {
    const auto made = call.call(call.as_caller("iam", "CreateServiceLinkedRole",
                                               Object{{"AWSServiceName", kService}}))
                          .result();
    if (made) return {};
    return fail("ServiceLinkedRoleFailure", made.error().message, 500);
  }
  return invalid(
      fmt::format("The Service-Linked Role {} does not exist or cannot be used.", group.role));
}

Result<void> check_new(const Call& call, std::string_view name) {
  if (const auto old = kGroups.get(call, Key::of(call.scope(), name))) {
    return fail("AlreadyExists",
                fmt::format("AutoScalingGroup by this name already exists{} - A group with the "
                            "name {} already exists",
                            old->leaving ? " and is pending delete" : "", name));
  }
  if (name.find(':') != std::string_view::npos)
    return invalid("Invalid character ':' in AutoScalingGroup name");
  if (kGroups.all(call, Key::of(call.scope())).size() >= kMostGroups)
    return fail("LimitExceeded", "The maximum number of Auto Scaling groups has been reached: 500");
  return {};
}

/// The group launches instances like an existing one, by a launch configuration of its own name.
Result<void> like_instance(Call& call, Group& group) {
  const auto instance = string_of(call.params(), "InstanceId");
  if (instance.empty()) return {};
  TRY(configuration_like(call, group.name, instance, {}));
  group.configuration = group.name;
  if (!group.places.empty()) return {};
  const auto reply =
      TRY(ask(call, group, "ec2", "DescribeInstances", Object{{"InstanceIds", Array{instance}}}));
  const auto& found = array_of(array_of(reply, "Reservations").front(), "Instances").front();
  group.places = {
      {string_of(found, "SubnetId"), string_of(object_of(found, "Placement"), "AvailabilityZone")}};
  return {};
}

Result<void> add_parts(Call& call, Group& group) {
  const auto& params = call.params();
  TRY(take_tags(group.tags, array_of(params, "Tags")));
  TRY(check_target_groups(call, group, texts(params, "TargetGroupARNs")));
  group.target_groups = texts(params, "TargetGroupARNs");
  if (!texts(params, "LoadBalancerNames").empty())
    return invalid("Tocsin does not serve Classic Load Balancers; use target groups.");
  for (const auto& source : array_of(params, "TrafficSources"))
    group.target_groups.push_back(string_of(source, "Identifier"));
  for (const auto& hook : array_of(params, "LifecycleHookSpecificationList"))
    TRY(put_hook(call, group, hook.as_object()));
  return {};
}

void forget_parts(Context& context, const Group& group) {
  const Key prefix = Key::of(group.scope, group.name);
  for (const auto& each : kHooks.all(context, prefix))
    kHooks.erase(context, Key::of(group.scope, group.name, each.name));
  for (const auto& each : kSubscriptions.all(context, prefix))
    kSubscriptions.erase(context, Key::of(group.scope, group.name, each.topic));
  for (const auto& each : kPolicies.all(context, prefix))
    forget_policy(context, group, each);
  for (const auto& each : kSchedules.all(context, prefix)) {
    context.cancel(each.timer);
    kSchedules.erase(context, Key::of(group.scope, group.name, each.name));
  }
}

void empty(Context& context, Group& group) {
  const auto have = group.capacity();
  want(context, group, 0, "a user request force deleted AutoScalingGroup");
  const auto cause = fmt::format(
      "{}{} an instance was taken out of service in response to a difference between desired and "
      "actual capacity, shrinking the capacity from {} to 0.",
      std::exchange(group.why, {}), at(context.now()), have);
  std::vector<std::string> ids;
  for (const auto& each : group.instances)
    ids.push_back(each.id);
  for (const auto& id : ids) {
    if (group.member(id)->leaving())
      terminate(context, group, id);
    else
      take_out(context, group, id,
               fmt::format("{}  {} instance {} was selected for termination.", cause,
                           at(context.now()), id));
  }
}

}  // namespace

Outcome create_auto_scaling_group(Call& call) {
  const auto& params = call.params();
  const auto name = string_of(params, "AutoScalingGroupName");
  TRY(check_new(call, name));
  Group group{.scope = call.scope(),
              .name = name,
              .uuid = call.new_uuid(),
              .created = call.now(),
              .role = usual_role(call.account())};
  group.role = string_of(params, "ServiceLinkedRoleARN", group.role);
  TRY(ensure_role(call, group));
  TRY(take_settings(call, group));
  TRY(like_instance(call, group));
  if (group.configuration.empty() && group.launch_template.empty() && group.mixed.empty()) {
    return invalid(
        "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
        "MixedInstancesPolicy parameter.");
  }
  if (group.places.empty())
    return invalid("At least one Availability Zone or VPC Subnet is required.");
  TRY(add_parts(call, group));
  save(call, group);
  settle_soon(call, group);
  return Object{};
}

Outcome update_auto_scaling_group(Call& call) {
  auto group = TRY(named_group(call));
  if (group.leaving) {
    return fail("ScalingActivityInProgress",
                fmt::format("AutoScalingGroup {} is pending delete", group.name));
  }
  TRY(take_settings(call, group));
  save(call, group);
  settle_soon(call, group);
  return Object{};
}

Outcome delete_auto_scaling_group(Call& call) {
  auto group = TRY(named_group(call));
  const bool force = flag(call.params(), "ForceDelete");
  if (!force && group.capacity() > 0) {
    return fail("ResourceInUse",
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
                "instance request(s) still in the group.");
  }
  if (!force && !group.instances.empty()) {
    return fail("ScalingActivityInProgress",
                "You cannot delete an AutoScalingGroup while there are scaling activities in "
                "progress for that group.");
  }
  group.leaving = true;
  call.cancel(group.retry);
  forget_parts(call, group);
  empty(call, group);
  orphan_activities(call, group);
  if (group.instances.empty())
    kGroups.erase(call, key_of(group));
  else
    save(call, group);
  return Object{};
}

}  // namespace tocsin::autoscaling
