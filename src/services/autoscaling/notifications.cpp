// SPDX-License-Identifier: Apache-2.0
// Who is told of what a group does: EventBridge, and the topics that are subscribed.
#include <array>
#include <fmt/format.h>

#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/operations.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::string_view kTest = "autoscaling:TEST_NOTIFICATION";

struct Told {
  Step step;
  std::string_view detail_type, notification, subject, origin, destination;
};
constexpr std::array<Told, 5> kTold{
    {{Step::Launch, "EC2 Instance Launch Successful", "autoscaling:EC2_INSTANCE_LAUNCH", "launch",
      "EC2", "AutoScalingGroup"},
     {Step::Terminate, "EC2 Instance Terminate Successful", "autoscaling:EC2_INSTANCE_TERMINATE",
      "termination", "AutoScalingGroup", "EC2"},
     {Step::Detach, "EC2 Instance Detach Successful", "", "", "AutoScalingGroup", "EC2"},
     {Step::LaunchFailed, "EC2 Instance Launch Unsuccessful",
      "autoscaling:EC2_INSTANCE_LAUNCH_ERROR", "failed launch", "EC2", "AutoScalingGroup"},
     {Step::TerminateFailed, "EC2 Instance Terminate Unsuccessful",
      "autoscaling:EC2_INSTANCE_TERMINATE_ERROR", "failed termination", "AutoScalingGroup",
      "EC2"}}};

Object details(const Activity& activity) {
  return {{"Subnet ID", activity.place.subnet}, {"Availability Zone", activity.place.zone}};
}

/// What the event and the notification have in common.
Object message(const Activity& activity, Time now) {
  const bool failed = activity.status == "Failed";
  Object out{{"Progress", 50},
             {"StatusCode", failed ? "Failed" : "InProgress"},
             {"Description", activity.description},
             {"AutoScalingGroupName", activity.group},
             {"ActivityId", activity.id},
             {"Details", details(activity)},
             {"RequestId", activity.id},
             {"StatusMessage", activity.message},
             {"EndTime", iso8601_ms(activity.ended.value_or(now))},
             {"EC2InstanceId", activity.instance},
             {"StartTime", iso8601_ms(activity.started)},
             {"Cause", activity.cause}};
  return out;
}

Object notification(const Group& group, std::string_view event, Time now) {
  return {{"AccountId", group.scope.account.str()},
          {"AutoScalingGroupARN", arn_of(group)},
          {"AutoScalingGroupName", group.name},
          {"Service", "AWS Auto Scaling"},
          {"Event", event},
          {"Time", iso8601_ms(now)}};
}

void publish(Context& context, const Group& group, const std::string& topic,
             std::string_view subject, const Object& body) {
  Object params{
      {"TopicArn", topic},
      {"Subject",
       fmt::format("Auto Scaling: {} for group \"{}\"", subject, group.name).substr(0, 100)},
      {"Message", to_json(body)}};
  auto spec = as_service(group, "sns", "Publish", std::move(params));
  if (const auto arn = Arn::parse(topic)) spec.scope.region = arn->region;
  context.start({.work = std::move(spec),
                 .retry = {.attempts = 5},
                 .then = {},
                 .name = fmt::format("autoscaling:Notify {}", group.name)});
}

std::vector<Subscription> subscriptions_of(const Context& context, const Group& group) {
  return kSubscriptions.all(context, Key::of(group.scope, group.name));
}

Result<std::set<std::string>> types_in(const Call& call) {
  std::set<std::string> out;
  for (auto& type : texts(call.params(), "NotificationTypes")) {
    if (std::ranges::find(notification_types(), type) == notification_types().end())
      return invalid(fmt::format("\"{}\" is not a valid Notification Type", type));
    out.insert(std::move(type));
  }
  return out;
}

}  // namespace

const std::vector<std::string_view>& notification_types() {
  static const std::vector<std::string_view> types{
      "autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
      "autoscaling:EC2_INSTANCE_TERMINATE", "autoscaling:EC2_INSTANCE_TERMINATE_ERROR", kTest};
  return types;
}

void tell(Context& context, const Group& group, const Activity& activity, Step step) {
  const auto& told = *std::ranges::find(kTold, step, &Told::step);
  auto detail = message(activity, context.now());
  detail.erase("Progress");
  detail["Origin"] = told.origin;
  detail["Destination"] = told.destination;
  std::vector<std::string> resources{arn_of(group)};
  if (!activity.instance.empty())
    resources.push_back(arn("ec2", group.scope, "instance/" + activity.instance));
  context.emit({.source = "aws.autoscaling",
                .detail_type = std::string(told.detail_type),
                .scope = group.scope,
                .resources = std::move(resources),
                .detail = std::move(detail)});
  for (const auto& each : subscriptions_of(context, group)) {
    if (!each.types.contains(std::string(told.notification))) continue;
    auto body = message(activity, context.now());
    for (auto& [name, value] : notification(group, told.notification, context.now()))
      body[name] = value;
    publish(context, group, each.topic, told.subject, body);
  }
}

void send_test(Context& context, const Group& group, const std::string& topic) {
  auto body = notification(group, kTest, context.now());
  body["RequestId"] = context.new_uuid();
  publish(context, group, topic, "test notification", body);
}

Outcome put_notification_configuration(Call& call) {
  const auto group = TRY(named_group(call));
  const auto topic = string_of(call.params(), "TopicARN");
  const auto arn = Arn::parse(topic);
  if (!arn || arn->service != "sns") {
    return invalid(fmt::format("Invalid Topic ARN: {}", topic));
  }
  const auto types = TRY(types_in(call));
  kSubscriptions.put(call, Key::of(group.scope, group.name, topic), {group.name, topic, types});
  send_test(call, group, topic);
  return Object{};
}

Outcome delete_notification_configuration(Call& call) {
  const auto group = TRY(named_group(call));
  const Key key = Key::of(group.scope, group.name, text(call.params(), "TopicARN"));
  if (!kSubscriptions.contains(call, key)) {
    return invalid(
        fmt::format("No notification configuration for topic {}", text(call.params(), "TopicARN")));
  }
  kSubscriptions.erase(call, key);
  return Object{};
}

Outcome describe_notification_configurations(Call& call) {
  const auto names = texts(call.params(), "AutoScalingGroupNames");
  Array out;
  for (const auto& each : kSubscriptions.all(call, Key::of(call.scope()))) {
    if (!names.empty() && std::ranges::find(names, each.group) == names.end()) continue;
    for (const auto& type : each.types)
      out.push_back(Object{{"AutoScalingGroupName", each.group},
                           {"TopicARN", each.topic},
                           {"NotificationType", type}});
  }
  return TRY(page(call, std::move(out), "NotificationConfigurations"));
}

}  // namespace tocsin::autoscaling
