// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/elasticloadbalancing/health.hpp"
#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

constexpr std::size_t kMost = 1000;

Failure wrong(std::string message) {
  return fail("InvalidTarget", std::move(message));
}

/// An instance that runs, in the group's VPC.
Result<void> look_up(Call& call, const TargetGroup& group, Target& target) {
  const auto reply = ask(call, "DescribeInstances", Object{{"InstanceIds", Array{target.id}}});
  if (!reply || array_of(*reply, "Reservations").empty())
    return wrong(fmt::format("The following targets do not exist: '{}'", target.id));
  const auto& instance = array_of(array_of(*reply, "Reservations").front(), "Instances").front();
  const auto state = text(object_of(instance, "State"), "Name");
  if (state != "running") {
    return wrong(fmt::format(
        "The following targets are not in a running state and cannot be registered: '{}'",
        target.id));
  }
  if (text(instance, "VpcId") != text(group.shape, "VpcId")) {
    return wrong(fmt::format("The following targets are not in the target group VPC '{}': '{}'",
                             text(group.shape, "VpcId"), target.id));
  }
  target.zone = string_of(object_of(instance, "Placement"), "AvailabilityZone");
  kInstances.put(call, Key::of(group.scope, target.id), {"running", target.since});
  kMemberships.put(call, Key::of(group.scope, target.id, group.arn), {});
  return {};
}

bool is_address(const std::string& text) {
  in6_addr bytes{};
  return inet_pton(AF_INET, text.c_str(), &bytes) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &bytes) == 1;
}

Result<void> check(Call& call, const TargetGroup& group, Target& target) {
  const auto type = text(group.shape, "TargetType");
  if (type == "instance") {
    if (!target.id.starts_with("i-"))
      return invalid(fmt::format("Instance ID '{}' is not valid", target.id));
    return look_up(call, group, target);
  }
  const auto parsed = Arn::parse(target.id);
  if (type == "ip" && !is_address(target.id))
    return invalid(fmt::format("The IP address '{}' is not valid", target.id));
  if (type == "lambda" && !(parsed && parsed->service == "lambda"))
    return invalid(fmt::format("'{}' is not a valid Lambda function ARN", target.id));
  if (type == "alb" && !(parsed && parsed->resource.starts_with("loadbalancer/app/")))
    return invalid(fmt::format("'{}' is not a valid load balancer ARN", target.id));
  if (type == "lambda" && !group.targets.empty() && group.targets.front().id != target.id)
    return fail("TooManyTargets", "A target group can have at most one Lambda function");
  return {};
}

Target target_in(const Call& call, const TargetGroup& group, const Document& given) {
  return {.id = string_of(given, "Id"),
          .port = integer(given, "Port").value_or(integer(group.shape, "Port").value_or(0)),
          .zone = string_of(given, "AvailabilityZone"),
          .zone_given = find(given, "AvailabilityZone") != nullptr,
          .since = call.now()};
}

bool same(const Target& one, const Target& other) {
  return one.id == other.id && one.port == other.port;
}

Object shown(const Target& target) {
  Object out{{"Id", target.id}};
  if (target.port != 0) out["Port"] = target.port;
  if (target.zone_given) out["AvailabilityZone"] = target.zone;
  return out;
}

Object described(const TargetGroup& group, const Target& target, Object health) {
  Object out{{"Target", shown(target)}, {"TargetHealth", std::move(health)}};
  const auto port = text(group.shape, "HealthCheckPort");
  if (target.port != 0)
    out["HealthCheckPort"] =
        port == "traffic-port" ? fmt::to_string(target.port) : std::string(port);
  return out;
}

Object draining() {
  return {{"State", "draining"},
          {"Reason", "Target.DeregistrationInProgress"},
          {"Description", "Target deregistration is in progress"}};
}

Object not_registered() {
  return {{"State", "unused"},
          {"Reason", "Target.NotRegistered"},
          {"Description", "Target is not registered to the target group"}};
}

/// Of one target that the call asks for.
Object asked_one(const Call& call, const TargetGroup& group, const Target& asked) {
  for (const auto& each : group.targets) {
    if (same(each, asked)) return described(group, each, health_of(call, group, each));
  }
  for (const auto& each : kDraining.all(call, Key::of(group.scope, group.arn))) {
    if (same(each.target, asked)) return described(group, each.target, draining());
  }
  return described(group, asked, not_registered());
}

}  // namespace

Outcome register_targets(Call& call) {
  auto group = TRY(group_named(call, text(call.params(), "TargetGroupArn")));
  const auto& given = array_of(call.params(), "Targets");
  if (given.empty()) return invalid("At least one target must be specified");
  for (const auto& each : given) {
    auto target = target_in(call, group, each);
    TRY(check(call, group, target));
    kDraining.erase(call, Key::of(group.scope, group.arn, target.id, fmt::to_string(target.port)));
    const bool known =
        std::ranges::any_of(group.targets, [&](const Target& old) { return same(old, target); });
    if (!known) group.targets.push_back(std::move(target));
  }
  if (group.targets.size() > kMost)
    return fail("TooManyTargets", "A target group can have at most 1000 targets");
  kGroups.put(call, key_of(group), group);
  await_checks(call, group);
  return Object{};
}

Outcome deregister_targets(Call& call) {
  auto group = TRY(group_named(call, text(call.params(), "TargetGroupArn")));
  for (const auto& each : array_of(call.params(), "Targets")) {
    const auto asked = string_of(each, "Id");
    const auto port = integer(each, "Port");
    const auto targets = group.targets;
    for (const auto& target : targets) {
      if (target.id == asked && port.value_or(target.port) == target.port)
        deregister(call, group, target);
    }
  }
  return Object{};
}

Outcome describe_target_health(Call& call) {
  const auto group = TRY(group_named(call, text(call.params(), "TargetGroupArn")));
  const auto& asked = array_of(call.params(), "Targets");
  Array out;
  for (const auto& each : asked)
    out.push_back(asked_one(call, group, target_in(call, group, each)));
  if (asked.empty()) {
    for (const auto& each : group.targets)
      out.push_back(described(group, each, health_of(call, group, each)));
    for (const auto& each : kDraining.all(call, Key::of(group.scope, group.arn)))
      out.push_back(described(group, each.target, draining()));
  }
  return Object{{"TargetHealthDescriptions", std::move(out)}};
}

}  // namespace tocsin::elasticloadbalancing
