// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/spelling.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/interfaces.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/volumes.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Context;
using core::Outcome;
using namespace std::chrono_literals;

constexpr std::string_view kChanged = "ec2.instance_changed";
constexpr std::string_view kForgotten = "ec2.forgotten";

struct StateName {
  State state;
  std::string_view name;
  int code;
};
constexpr std::array<StateName, 6> kStates{{{State::Pending, "pending", 0},
                                            {State::Running, "running", 16},
                                            {State::ShuttingDown, "shutting-down", 32},
                                            {State::Terminated, "terminated", 48},
                                            {State::Stopping, "stopping", 64},
                                            {State::Stopped, "stopped", 80}}};

/// Where a passing state leads, and after how long.
struct Passing {
  State from, to;
  Duration delay;
};
constexpr std::array<Passing, 3> kPassing{{{State::Pending, State::Running, 5s},
                                           {State::Stopping, State::Stopped, 10s},
                                           {State::ShuttingDown, State::Terminated, 10s}}};

struct Change {
  std::string id;
  std::string from;
};
BOOST_DESCRIBE_STRUCT(Change, (), (id, from))

const StateName& named_state(State state) {
  return *std::find_if(kStates.begin(), kStates.end(),
                       [&](const StateName& each) { return each.state == state; });
}

void tell(Context& context, const Resource& instance, State state) {
  context.emit(
      {.source = "aws.ec2",
       .detail_type = "EC2 Instance State-change Notification",
       .scope = context.scope(),
       .resources = {arn_of(kInstance, instance)},
       .detail = {{"instance-id", instance.id}, {"state", std::string(named_state(state).name)}}});
}

/// What it had of its own goes with it.
void release(Context& context, Resource& instance) {
  for (auto& interface : interfaces_of(context, instance.id)) {
    if (flag(object_of(interface.shape, "Attachment"), "DeleteOnTermination"))
      drop_interface(context, interface);
    else
      detach(context, interface);
  }
  for (auto& volume : volumes_of(context, instance.id)) {
    if (flag(array_of(volume.shape, "Attachments").front(), "DeleteOnTermination"))
      erase(context, kVolume, volume);
    else
      detach_from_instance(context, volume);
  }
  take_profile(instance);
}

void public_address(Context& context, Resource& instance, State state) {
  auto interfaces = interfaces_of(context, instance.id);
  if (interfaces.empty()) return;
  auto& first = interfaces.front();
  const bool elastic = object_of(first.shape, "Association").contains("AllocationId");
  if (elastic) return;
  if (state == State::Stopped)
    associate_public(context, first, {});
  else if (state == State::Pending && flag(instance.more, "PublicAddress"))
    associate_public(context, first, new_public_address(context));
}

void explain(Resource& instance, State state, Time now) {
  if (state == State::Running || state == State::Pending) {
    instance.shape["StateTransitionReason"] = "";
    instance.shape.erase("StateReason");
    return;
  }
  if (state != State::Stopping && state != State::ShuttingDown) return;
  instance.shape["StateTransitionReason"] =
      fmt::format("User initiated ({} GMT)", format_time(now, "%Y-%m-%d %H:%M:%S"));
  instance.shape["StateReason"] =
      Object{{"Code", "Client.UserInitiatedShutdown"},
             {"Message", "Client.UserInitiatedShutdown: User initiated shutdown"}};
}

void changed(Context& context, const core::Resumption& end) {
  const auto change = decoded<Change>(end.context);
  auto instance = get(context, context.scope(), kInstance, change.id);
  if (!instance || text(object_of(instance->shape, "State"), "Name") != change.from) return;
  const auto from = state_of(*instance);
  const auto passing = std::find_if(kPassing.begin(), kPassing.end(),
                                    [&](const Passing& each) { return each.from == from; });
  if (passing == kPassing.end()) return;
  if (!end.outcome && from == State::Pending) {
    instance->shape["StateReason"] =
        Object{{"Code", "Server.InternalError"}, {"Message", end.outcome.error().message}};
    return enter(context, *instance, State::Terminated);
  }
  enter(context, *instance, passing->to);
}

void forgotten(Context& context, const core::Resumption& due) {
  const std::string id(due.context.as_string());
  const auto* kind = kind_of(id);
  if (!kind) return;
  if (auto gone = get(context, context.scope(), *kind, id)) erase(context, *kind, *gone);
}

/// The instances that a call names, all of them or none.
Result<std::vector<Resource>> requested(const Call& call) {
  const auto ids = texts(call.params(), "InstanceIds");
  if (ids.empty()) return missing_parameter("InstanceId");
  return existing(call, kInstance, ids);
}

Failure not_from(const Resource& instance, std::string_view what) {
  return fail("IncorrectInstanceState",
              fmt::format("The instance '{}' is not in a state from which it can be {}.",
                          instance.id, what));
}

/// `protection`: the attribute that keeps it from being `what`.
Result<void> check_unprotected(const Resource& instance, std::string_view protection,
                               std::string_view what) {
  if (!flag(instance.more, protection)) return {};
  return fail("OperationNotPermitted",
              fmt::format("The instance '{}' may not be {}. Modify its '{}' instance attribute and "
                          "try again.",
                          instance.id, what, lower_first(protection)));
}

Object change_of(const Resource& instance, State before) {
  return {{"CurrentState", state_shape(state_of(instance))},
          {"InstanceId", instance.id},
          {"PreviousState", state_shape(before)}};
}

Outcome set_monitoring(Call& call, std::string_view state, std::string_view told) {
  Array out;
  for (auto& instance : TRY(requested(call))) {
    instance.shape["Monitoring"] = Object{{"State", std::string(state)}};
    save(call, kInstance, instance);
    out.push_back(
        Object{{"InstanceId", instance.id}, {"Monitoring", Object{{"State", std::string(told)}}}});
  }
  return Object{{"InstanceMonitorings", std::move(out)}};
}

}  // namespace

void forget_later(Context& context, std::string_view id) {
  context.upkeep(context.now() + kDescribed,
                 {std::string(kForgotten), Document(boost::json::string(id))});
}

State state_of(const Resource& instance) {
  const auto name = text(object_of(instance.shape, "State"), "Name");
  for (const auto& each : kStates) {
    if (each.name == name) return each.state;
  }
  return State::Terminated;
}

Object state_shape(State state) {
  const auto& each = named_state(state);
  return {{"Code", each.code}, {"Name", std::string(each.name)}};
}

void enter(Context& context, Resource& instance, State state) {
  instance.shape["State"] = state_shape(state);
  explain(instance, state, context.now());
  public_address(context, instance, state);
  if (state == State::Terminated) {
    release(context, instance);
    forget_later(context, instance.id);
  }
  refresh(context, instance);
  refresh_devices(context, instance);
  save(context, kInstance, instance);
  tell(context, instance, state);
  for (const auto& passing : kPassing) {
    if (passing.from == state) {
      const Change change{instance.id, std::string(named_state(state).name)};
      context.at(context.now() + passing.delay, {std::string(kChanged), encode(change)});
    }
  }
}

void on_instance_changes(core::Registry& registry) {
  registry.on_resume(std::string(kChanged), changed);
  registry.on_resume(std::string(kForgotten), forgotten);
}

Result<Resource> living(const Call& call) {
  auto instance = TRY(named(call, kInstance, "InstanceId"));
  const auto state = state_of(instance);
  if (state == State::Terminated || state == State::ShuttingDown) {
    return fail(
        "IncorrectInstanceState",
        fmt::format("The instance '{}' is not in a valid state for this operation.", instance.id));
  }
  return instance;
}

Outcome start_instances(Call& call) {
  Array out;
  for (auto& instance : TRY(requested(call))) {
    const auto before = state_of(instance);
    if (before == State::Stopped) {
      instance.shape["LaunchTime"] = to_seconds(call.now());
      enter(call, instance, State::Pending);
    } else if (before != State::Running && before != State::Pending) {
      return not_from(instance, "started");
    }
    out.push_back(change_of(instance, before));
  }
  return Object{{"StartingInstances", std::move(out)}};
}

Outcome stop_instances(Call& call) {
  Array out;
  for (auto& instance : TRY(requested(call))) {
    const auto before = state_of(instance);
    TRY(check_unprotected(instance, "DisableApiStop", "stopped"));
    if (before == State::Running)
      enter(call, instance, State::Stopping);
    else if (before != State::Stopping && before != State::Stopped)
      return not_from(instance, "stopped");
    out.push_back(change_of(instance, before));
  }
  return Object{{"StoppingInstances", std::move(out)}};
}

Outcome reboot_instances(Call& call) {
  for (const auto& instance : TRY(requested(call))) {
    const auto state = state_of(instance);
    if (state != State::Running && state != State::Pending) return not_from(instance, "rebooted");
  }
  return Object();
}

Outcome terminate_instances(Call& call) {
  Array out;
  for (auto& instance : TRY(requested(call))) {
    const auto before = state_of(instance);
    TRY(check_unprotected(instance, "DisableApiTermination", "terminated"));
    if (before != State::Terminated && before != State::ShuttingDown)
      enter(call, instance, State::ShuttingDown);
    out.push_back(change_of(instance, before));
  }
  return Object{{"TerminatingInstances", std::move(out)}};
}

Outcome monitor_instances(Call& call) {
  return set_monitoring(call, "enabled", "pending");
}
Outcome unmonitor_instances(Call& call) {
  return set_monitoring(call, "disabled", "disabling");
}

}  // namespace tocsin::ec2
