// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
#include "services/elasticloadbalancing/health.hpp"

#include <charconv>
#include <fmt/format.h>

#include "services/elasticloadbalancing/actions.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

Object health(std::string_view state, std::string_view reason = {},
              std::string_view description = {}) {
  Object out{{"State", state}};
  if (!reason.empty()) out["Reason"] = reason;
  if (!description.empty()) out["Description"] = description;
  return out;
}

Instance instance_of(const Context& context, const TargetGroup& group, const Target& target) {
  return kInstances.get(context, Key::of(group.scope, target.id)).value_or(Instance{});
}

bool zone_is_enabled(const Context& context, const TargetGroup& group, const Target& target) {
  if (target.zone.empty() || target.zone == "all") return true;
  for (const auto& arn : group.balancers) {
    const auto balancer = kBalancers.get(context, Key::of(group.scope, arn));
    if (!balancer) continue;
    for (const auto& zone : balancer->zones) {
      if (text(zone, "ZoneName") == target.zone) return true;
    }
  }
  return false;
}

Duration interval_of(const TargetGroup& group) {
  return std::chrono::seconds(integer(group.shape, "HealthCheckIntervalSeconds").value_or(30));
}

/// The load balancers whose listeners and rules name the group.
std::set<std::string> users_of(const Context& context, const std::vector<Listener>& listeners,
                               const std::string& arn) {
  std::set<std::string> out;
  for (const auto& listener : listeners) {
    bool uses = named_groups(array_of(listener.shape, "DefaultActions")).contains(arn);
    for (const auto& rule : rules_of(context, listener))
      uses = uses || named_groups(rule.actions).contains(arn);
    if (uses) out.insert(listener.balancer);
  }
  return out;
}

std::string port_part(const Target& target) {
  return fmt::to_string(target.port);
}

/// Where no group has it as a target any more, nothing is kept of the instance.
void forget_instance(Context& context, const Scope& scope, const std::string& id) {
  if (kMemberships.all(context, Key::of(scope, id)).empty())
    kInstances.erase(context, Key::of(scope, id));
}

std::vector<std::string> groups_of(const Context& context, const Scope& scope,
                                   const std::string& id) {
  std::vector<std::string> out;
  kMemberships.scan(context, Key::of(scope, id), [&](const auto& key, const Mark&) {
    out.push_back(key.back());
    return true;
  });
  return out;
}

Duration delay_of(const TargetGroup& group) {
  const auto all = attributes_of(group);
  const auto found = all.find("deregistration_delay.timeout_seconds");
  std::int64_t seconds = 0;
  if (found != all.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), seconds);
  return std::chrono::seconds(seconds);
}

}  // namespace

Object health_of(const Context& context, const TargetGroup& group, const Target& target) {
  const auto instance = instance_of(context, group, target);
  if (group.balancers.empty()) {
    return health("unused", "Target.NotInUse",
                  "Target group is not configured to receive traffic from the load balancer");
  }
  if (!zone_is_enabled(context, group, target)) {
    return health("unused", "Target.NotInUse",
                  "Target is in an Availability Zone that is not enabled for the load balancer");
  }
  if (instance.state != "running") {
    return health("unused", "Target.InvalidState",
                  fmt::format("Target is in the {} state", instance.state));
  }
  if (!flag(group.shape, "HealthCheckEnabled", true)) {
    return health("unavailable", "Target.HealthCheckDisabled",
                  "Health checks are not enabled for this target group");
  }
  const auto since = std::max({target.since, group.used, instance.since});
  if (context.now() < since + interval_of(group)) {
    const bool just = context.now() < since + std::chrono::seconds(5);
    return just ? health("initial", "Elb.RegistrationInProgress",
                         "Target registration is in progress")
                : health("initial", "Elb.InitialHealthChecking",
                         "Initial health checks in progress");
  }
  return health("healthy");
}

void refresh_uses(Context& context) {
  const auto listeners = kListeners.all(context, Key::of(context.scope()));
  for (auto& group : kGroups.all(context, Key::of(context.scope()))) {
    auto users = users_of(context, listeners, group.arn);
    if (users == group.balancers) continue;
    if (group.balancers.empty()) group.used = context.now();
    group.balancers = std::move(users);
    kGroups.put(context, key_of(group), group);
    await_checks(context, group);
  }
}

bool is_named_by_actions(const Context& context, const TargetGroup& group) {
  return !users_of(context, kListeners.all(context, Key::of(group.scope)), group.arn).empty();
}

void await_checks(Context& context, const TargetGroup& group) {
  if (!group.targets.empty() && !group.balancers.empty())
    context.at(context.now() + interval_of(group), {"elasticloadbalancing.checked", nullptr});
}

void forget_targets(Context& context, const TargetGroup& group) {
  for (const auto& target : group.targets) {
    kMemberships.erase(context, Key::of(group.scope, target.id, group.arn));
    forget_instance(context, group.scope, target.id);
  }
  for (const auto& each : kDraining.all(context, Key::of(group.scope, group.arn)))
    kDraining.erase(context,
                    Key::of(group.scope, group.arn, each.target.id, port_part(each.target)));
}

void deregister(Context& context, TargetGroup& group, const Target& target) {
  const auto state = health_of(context, group, target);
  const auto delay = delay_of(group);
  if (text(state, "State") != "unused" && delay.count() > 0) {
    kDraining.put(context, Key::of(group.scope, group.arn, target.id, port_part(target)),
                  {target, context.now() + delay});
    context.at(context.now() + delay,
               {"elasticloadbalancing.drained",
                Object{{"group", group.arn}, {"id", target.id}, {"port", port_part(target)}}});
  }
  const auto id = target.id;
  std::erase_if(group.targets, [&, port = target.port](const Target& each) {
    return each.id == id && each.port == port;
  });
  if (std::ranges::find(group.targets, id, &Target::id) == group.targets.end())
    kMemberships.erase(context, Key::of(group.scope, id, group.arn));
  forget_instance(context, group.scope, id);
  kGroups.put(context, key_of(group), group);
}

void drained(Context& context, const Resumption& due) {
  const Key key = Key::of(context.scope(), text(due.context, "group"), text(due.context, "id"),
                          text(due.context, "port"));
  const auto row = kDraining.get(context, key);
  if (row && row->until <= context.now()) kDraining.erase(context, key);
}

void on_instance_event(Context& context, const core::Event& event) {
  if (event.source != "aws.ec2" || event.detail_type != "EC2 Instance State-change Notification")
    return;
  const auto id = string_of(event.detail, "instance-id");
  const auto arns = groups_of(context, event.scope, id);
  if (arns.empty()) return;
  const auto state = string_of(event.detail, "state");
  const auto scope = context.scope();
  context.set_scope(event.scope);
  kInstances.put(context, Key::of(event.scope, id), {state, context.now()});
  for (const auto& arn : arns) {
    auto group = kGroups.get(context, Key::of(event.scope, arn));
    if (!group) continue;
    if (state == "running") await_checks(context, *group);
    if (state != "terminated") continue;
    const auto targets = group->targets;
    for (const auto& target : targets) {
      if (target.id == id) deregister(context, *group, target);
    }
  }
  context.set_scope(scope);
}

}  // namespace tocsin::elasticloadbalancing
