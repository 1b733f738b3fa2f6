// SPDX-License-Identifier: Apache-2.0
// Scheduled actions: sizes that a group gets at a time, once or again and again.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
#include <boost/algorithm/string.hpp>
#include <fmt/format.h>

#include "engines/cron/cron.hpp"
#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::size_t kMost = 125;

/// "0-6" as days of the week in Unix, "1-7" in AWS.
std::string weekdays(std::string field) {
  const auto step = field.find('/');
  for (std::size_t at = 0; at < std::min(step, field.size()); ++at) {
    if (field[at] >= '0' && field[at] <= '7')
      field[at] = static_cast<char>('1' + (field[at] - '0') % 7);
  }
  return field;
}

/// The five fields of Unix as AWS's six: where both kinds of days are given, either will do.
std::vector<cron::Schedule> parse(std::string_view recurrence) {
  std::vector<std::string> fields;
  const auto trimmed = boost::trim_copy(std::string(recurrence));
  boost::split(fields, trimmed, boost::is_space(), boost::token_compress_on);
  if (fields.size() != 5) return {};
  std::vector<std::pair<std::string, std::string>> days;
  if (fields[4] == "*" || fields[4] == "?")
    days.emplace_back(fields[2], "?");
  else if (fields[2] == "*" || fields[2] == "?")
    days.emplace_back("?", weekdays(fields[4]));
  else
    days = {{fields[2], "?"}, {"?", weekdays(fields[4])}};
  std::vector<cron::Schedule> out;
  for (const auto& [month_day, week_day] : days) {
    auto schedule = cron::Schedule::parse(
        fmt::format("{} {} {} {} {} *", fields[0], fields[1], month_day, fields[3], week_day));
    if (!schedule) return {};
    out.push_back(*schedule);
  }
  return out;
}

std::optional<Time> next(const Schedule& schedule, Time now) {
  const auto start = schedule.start.value_or(now);
  if (schedule.recurrence.empty()) return start > now ? std::optional(start) : std::nullopt;
  std::optional<Time> first;
  if (start > now) first = start;  // a recurring action begins with its start time
  for (const auto& each : parse(schedule.recurrence)) {
    const auto due = each.next(std::max(start, now));
    if (due && (!first || *due < *first)) first = due;
  }
  if (first && schedule.end && *first > *schedule.end) return std::nullopt;
  return first;
}

std::optional<Time> time_in(const Object& given, std::string_view member) {
  const auto* value = find(given, member);
  if (!value || !value->is_number()) return std::nullopt;
  return from_seconds(value->to_number<double>());
}

Result<void> check(const Call& call, const Schedule& schedule) {
  if (!schedule.min && !schedule.max && !schedule.desired)
    return invalid("At least one of MinSize, MaxSize, or DesiredCapacity must be specified");
  if (schedule.recurrence.empty() && !schedule.start)
    return invalid("You must specify either StartTime or Recurrence");
  if (!schedule.recurrence.empty() && parse(schedule.recurrence).empty())
    return invalid(fmt::format("Given recurrence string:{} is invalid", schedule.recurrence));
  if (schedule.start && *schedule.start <= call.now())
    return invalid("Given start time is in the past");
  if (schedule.end && *schedule.end <= schedule.start.value_or(call.now()))
    return invalid("Given end time is before the start time");
  if (schedule.min && schedule.max && *schedule.max < *schedule.min)
    return invalid("Max bound must be greater than or equal to min bound");
  if (!schedule.zone.empty() && schedule.zone != "UTC" && schedule.zone != "Etc/UTC")
    return invalid(fmt::format("Tocsin's scheduled actions are in UTC; time zone {} is not served.",
                               schedule.zone));
  return {};
}

Schedule drafted(const Group& group, const Object& given) {
  Schedule out{.scope = group.scope,
               .group = group.name,
               .name = string_of(given, "ScheduledActionName"),
               .uuid = {},
               .start = time_in(given, "StartTime"),
               .end = time_in(given, "EndTime"),
               .recurrence = string_of(given, "Recurrence"),
               .zone = string_of(given, "TimeZone"),
               .min = integer(given, "MinSize"),
               .max = integer(given, "MaxSize"),
               .desired = integer(given, "DesiredCapacity"),
               .timer = {}};
  if (!out.start) out.start = time_in(given, "Time");
  return out;
}

void set_timer(Context& context, Schedule& schedule) {
  schedule.timer.clear();
  if (const auto due = next(schedule, context.now())) {
    schedule.timer = context.at(*due, {"autoscaling.scheduled",
                                       Object{{"group", schedule.group}, {"name", schedule.name}}});
  }
}

Result<void> put(Call& call, const Group& group, const Object& given) {
  auto schedule = drafted(group, given);
  TRY(check(call, schedule));
  const Key key = Key::of(group.scope, group.name, schedule.name);
  const auto old = kSchedules.get(call, key);
  const auto all = kSchedules.all(call, Key::of(group.scope, group.name));
  if (!old && all.size() >= kMost)
    return fail("LimitExceeded", "A group has at most 125 scheduled actions.");
  for (const auto& each : all) {
    if (each.name != schedule.name && schedule.start && each.start == schedule.start)
      return fail("AlreadyExists", "Scheduled action with the same start time already exists.");
  }
  schedule.uuid = old ? old->uuid : call.new_uuid();
  if (old) call.cancel(old->timer);
  set_timer(call, schedule);
  kSchedules.put(call, key, schedule);
  return {};
}

Result<void> erase(Call& call, const Group& group, std::string_view name) {
  const Key key = Key::of(group.scope, group.name, name);
  const auto schedule = kSchedules.get(call, key);
  if (!schedule) return invalid(fmt::format("Scheduled action name not found: {}", name));
  call.cancel(schedule->timer);
  kSchedules.erase(call, key);
  return {};
}

Object failure(std::string_view name, const Error& error) {
  return {
      {"ScheduledActionName", name}, {"ErrorCode", error.code}, {"ErrorMessage", error.message}};
}

Object shown(const Schedule& schedule, Time now) {
  Object out{{"AutoScalingGroupName", schedule.group},
             {"ScheduledActionName", schedule.name},
             {"ScheduledActionARN", arn_of(schedule)}};
  const auto start = schedule.recurrence.empty() ? schedule.start : next(schedule, now);
  if (start) {
    out["StartTime"] = to_seconds(*start);
    out["Time"] = to_seconds(*start);
  }
  if (schedule.end) out["EndTime"] = to_seconds(*schedule.end);
  if (!schedule.recurrence.empty()) out["Recurrence"] = schedule.recurrence;
  if (!schedule.zone.empty()) out["TimeZone"] = schedule.zone;
  if (schedule.min) out["MinSize"] = *schedule.min;
  if (schedule.max) out["MaxSize"] = *schedule.max;
  if (schedule.desired) out["DesiredCapacity"] = *schedule.desired;
  return out;
}

void apply(Context& context, Group& group, const Schedule& schedule) {
  group.min = schedule.min.value_or(group.min);
  group.max = std::max(schedule.max.value_or(group.max), group.min);
  const auto desired = std::clamp(schedule.desired.value_or(group.desired), group.min, group.max);
  want(context, group, desired,
       fmt::format("a scheduled action update of AutoScalingGroup constraints to min: {}, max: {}, "
                   "desired: {}",
                   group.min, group.max, desired));
}

}  // namespace

void scheduled(Context& context, const Resumption& due) {
  const Key key = Key::of(context.scope(), text(due.context, "group"), text(due.context, "name"));
  auto schedule = kSchedules.get(context, key);
  auto group = kGroups.get(context, Key::of(context.scope(), text(due.context, "group")));
  if (!schedule || !group) return;
  if (group->runs("ScheduledActions")) {
    apply(context, *group, *schedule);
    save(context, *group);
    settle_soon(context, *group);
  }
  set_timer(context, *schedule);
  if (schedule->timer.empty())
    kSchedules.erase(context, key);  // its last time
  else
    kSchedules.put(context, key, *schedule);
}

Outcome put_scheduled_action(Call& call) {
  const auto group = TRY(named_group(call));
  TRY(put(call, group, call.params().as_object()));
  return Object{};
}

Outcome batch_put_scheduled_actions(Call& call) {
  const auto group = TRY(named_group(call));
  const auto& actions = array_of(call.params(), "ScheduledUpdateGroupActions");
  if (actions.size() > 50) return invalid("A batch has at most 50 scheduled actions.");
  Array failed;
  for (const auto& each : actions) {
    if (const auto done = put(call, group, each.as_object()); !done)
      failed.push_back(failure(text(each, "ScheduledActionName"), done.error()));
  }
  return Object{{"FailedScheduledUpdateGroupActions", std::move(failed)}};
}

Outcome delete_scheduled_action(Call& call) {
  const auto group = TRY(named_group(call));
  TRY(erase(call, group, text(call.params(), "ScheduledActionName")));
  return Object{};
}

Outcome batch_delete_scheduled_actions(Call& call) {
  const auto group = TRY(named_group(call));
  Array failed;
  for (const auto& name : texts(call.params(), "ScheduledActionNames")) {
    if (const auto done = erase(call, group, name); !done)
      failed.push_back(failure(name, done.error()));
  }
  return Object{{"FailedScheduledActions", std::move(failed)}};
}

Outcome describe_scheduled_actions(Call& call) {
  const auto& params = call.params();
  const auto names = texts(params, "ScheduledActionNames");
  auto prefix = Key::of(call.scope());
  if (!text(params, "AutoScalingGroupName").empty())
    prefix = Key::of(call.scope(), TRY(named_group(call)).name);
  const auto from = time_in(params.as_object(), "StartTime");
  const auto to = time_in(params.as_object(), "EndTime");
  Array out;
  for (const auto& each : kSchedules.all(call, prefix)) {
    const bool named = names.empty() || std::ranges::find(names, each.name) != names.end();
    const auto start = each.recurrence.empty() ? each.start : next(each, call.now());
    const bool inside = (!from || (start && *start >= *from)) && (!to || (start && *start <= *to));
    if (named && inside) out.push_back(shown(each, call.now()));
  }
  return TRY(page(call, std::move(out), "ScheduledUpdateGroupActions"));
}

}  // namespace tocsin::autoscaling
