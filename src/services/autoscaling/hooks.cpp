// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/hooks.hpp"

#include <fmt/format.h>

#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::size_t kMostHooks = 50;
constexpr std::int64_t kShortest = 30, kLongest = 7200;  // s

/// A change of a hook has all that the call does not name from the hook that is there.
Hook drafted(const Call& call, const Group& group, const Object& given) {
  const auto name = string_of(given, "LifecycleHookName");
  auto hook = kHooks.get(call, Key::of(group.scope, group.name, name))
                  .value_or(Hook{.scope = group.scope, .group = group.name, .name = name});
  const auto take = [&](std::string_view member, std::string& into) {
    if (given.contains(member)) into = string_of(given, member);
  };
  take("LifecycleTransition", hook.transition);
  take("NotificationTargetARN", hook.target);
  take("RoleARN", hook.role);
  take("NotificationMetadata", hook.metadata);
  take("DefaultResult", hook.otherwise);
  hook.timeout = integer(given, "HeartbeatTimeout").value_or(hook.timeout);
  return hook;
}

Result<void> check(const Call& call, const Group& group, const Hook& hook) {
  if (hook.transition.empty())
    return invalid("LifecycleTransition is required to create a LifecycleHook");
  if (hook.transition != kLaunching && hook.transition != kTerminating)
    return invalid(fmt::format("Lifecycle hook transition {} is not valid", hook.transition));
  if (hook.timeout < kShortest || hook.timeout > kLongest)
    return invalid("The heartbeat timeout should be between 30 and 7200 seconds");
  if (hook.otherwise != "ABANDON" && hook.otherwise != "CONTINUE")
    return invalid(
        fmt::format("Default result must be ABANDON or CONTINUE, not {}", hook.otherwise));
  if (!hook.target.empty()) {
    const auto arn = Arn::parse(hook.target);
    if (!arn || (arn->service != "sns" && arn->service != "sqs"))
      return invalid(fmt::format("Invalid Notification Target ARN: {}", hook.target));
  }
  if (kHooks.all(call, Key::of(group.scope, group.name)).size() >= kMostHooks &&
      !kHooks.contains(call, Key::of(group.scope, group.name, hook.name))) {
    return fail("LimitExceeded",
                fmt::format("The group {} has 50 lifecycle hooks already", group.name));
  }
  return {};
}

Object test_message(const Group& group, const std::string& id, Time now) {
  return {{"AccountId", group.scope.account.str()},
          {"RequestId", id},
          {"AutoScalingGroupARN", arn_of(group)},
          {"AutoScalingGroupName", group.name},
          {"Service", "AWS Auto Scaling"},
          {"Event", "autoscaling:TEST_NOTIFICATION"},
          {"Time", iso8601_ms(now)}};
}

}  // namespace

Object action_message(const Hook& hook, const std::string& instance, const std::string& token) {
  const bool launching = hook.transition == kLaunching;
  Object out{{"LifecycleActionToken", token},
             {"AutoScalingGroupName", hook.group},
             {"LifecycleHookName", hook.name},
             {"EC2InstanceId", instance},
             {"LifecycleTransition", hook.transition}};
  if (!hook.metadata.empty()) out["NotificationMetadata"] = hook.metadata;
  out["Origin"] = launching ? "EC2" : "AutoScalingGroup";
  out["Destination"] = launching ? "AutoScalingGroup" : "EC2";
  return out;
}

void notify_target(Context& context, const Group& group, const Hook& hook, Object message) {
  const auto target = Arn::parse(hook.target);
  if (!target) return;
  message["AccountId"] = group.scope.account.str();
  message["Service"] = "AWS Auto Scaling";
  message["Time"] = iso8601_ms(context.now());
  if (!message.contains("RequestId")) message["RequestId"] = context.new_uuid();
  const auto body = to_json(message);
  const bool queue = target->service == "sqs";
  auto spec =
      queue
          ? as_service(
                group, "sqs", "SendMessage",
                Object{{"QueueUrl", fmt::format("https://sqs.{}.amazonaws.com/{}/{}",
                                                target->region, target->account, target->resource)},
                       {"MessageBody", body}})
          : as_service(
                group, "sns", "Publish",
                Object{{"TopicArn", hook.target},
                       {"Subject", fmt::format("Auto Scaling:  Lifecycle action '{}' for "
                                               "instance {} in progress.",
                                               message.contains("LifecycleTransition")
                                                   ? hook.transition == kLaunching ? "LAUNCHING"
                                                                                   : "TERMINATING"
                                                   : "TEST",
                                               text(message, "EC2InstanceId"))
                                       .substr(0, 100)},
                       {"Message", body}});
  spec.scope.region = target->region;
  if (!hook.role.empty()) spec.credential.role_arn = hook.role;
  context.start({.work = std::move(spec),
                 .retry = {.attempts = 5},
                 .then = {},
                 .name = fmt::format("autoscaling:Notify {}", hook.name)});
}

Result<Hook> put_hook(Call& call, const Group& group, const Object& specification) {
  auto hook = drafted(call, group, specification);
  TRY(check(call, group, hook));
  kHooks.put(call, Key::of(group.scope, group.name, hook.name), hook);
  if (!hook.target.empty())
    notify_target(call, group, hook, test_message(group, call.new_uuid(), call.now()));
  return hook;
}

Object shown(const Hook& hook) {
  Object out{{"LifecycleHookName", hook.name},
             {"AutoScalingGroupName", hook.group},
             {"LifecycleTransition", hook.transition},
             {"HeartbeatTimeout", hook.timeout},
             {"GlobalTimeout", std::min<std::int64_t>(100 * hook.timeout, 172'800)},
             {"DefaultResult", hook.otherwise}};
  if (!hook.target.empty()) out["NotificationTargetARN"] = hook.target;
  if (!hook.role.empty()) out["RoleARN"] = hook.role;
  if (!hook.metadata.empty()) out["NotificationMetadata"] = hook.metadata;
  return out;
}

Outcome put_lifecycle_hook(Call& call) {
  const auto group = TRY(named_group(call));
  TRY(put_hook(call, group, call.params().as_object()));
  return Object{};
}

Outcome delete_lifecycle_hook(Call& call) {
  const auto group = TRY(named_group(call));
  const auto name = text(call.params(), "LifecycleHookName");
  const Key key = Key::of(group.scope, group.name, name);
  if (!kHooks.contains(call, key)) {
    return invalid(
        fmt::format("No Lifecycle Hook found with name: {} for group: {}", name, group.name));
  }
  kHooks.erase(call, key);
  return Object{};
}

Outcome describe_lifecycle_hooks(Call& call) {
  const auto group = TRY(named_group(call));
  const auto names = texts(call.params(), "LifecycleHookNames");
  Array out;
  for (const auto& each : kHooks.all(call, Key::of(group.scope, group.name))) {
    if (names.empty() || std::ranges::find(names, each.name) != names.end())
      out.push_back(shown(each));
  }
  return Object{{"LifecycleHooks", std::move(out)}};
}

}  // namespace tocsin::autoscaling
