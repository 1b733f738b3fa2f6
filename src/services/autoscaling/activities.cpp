// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/activities.hpp"

#include <fmt/format.h>

namespace tocsin::autoscaling {
namespace {

constexpr auto kKept = std::chrono::hours(24 * 42);

Key key_of(const Activity& activity) {
  return Key::of(activity.scope, activity.order, activity.id);
}

/// Where its row is.
std::string place_of(const Activity& activity) {
  return fmt::format("{} {}", activity.order, activity.id);
}

Object details(const Activity& activity) {
  Object out;
  if (!activity.place.subnet.empty()) out["Subnet ID"] = activity.place.subnet;
  if (!activity.place.zone.empty()) out["Availability Zone"] = activity.place.zone;
  return out;
}

}  // namespace

std::string at(Time time) {
  return "At " + iso8601(time);
}

Activity begin(Context& context, const Group& group, const Member* member, std::string description,
               std::string cause) {
  Activity activity{
      .scope = group.scope,
      .id = context.new_uuid(),
      .order = fmt::format("{:012x}-{:012x}", to_ms(context.now()), context.sequence()),
      .group = group.name,
      .group_arn = arn_of(group),
      .description = std::move(description),
      .cause = cause.substr(0, 1023),
      .started = context.now(),
      .place = {}};
  if (member) {
    activity.instance = member->id;
    activity.place = {member->subnet, member->zone};
  }
  put(context, activity);
  context.upkeep(context.now() + kKept, {"autoscaling.forget_activity",
                                         Document(boost::json::string(place_of(activity)))});
  return activity;
}

void put(Context& context, const Activity& activity) {
  kActivities.put(context, key_of(activity), activity);
}

std::optional<Activity> activity_of(const Context& context, const Group& group,
                                    const Member& member) {
  std::optional<Activity> found;
  kActivities.scan(
      context, Key::of(group.scope),
      [&](const auto&, const Activity& each) {
        if (each.id == member.activity) found = each;
        return !found;
      },
      store::Direction::Backward);
  return found;
}

void note_progress(Context& context, const Group& group, const Member& member,
                   std::string_view status, std::int64_t progress) {
  auto activity = activity_of(context, group, member);
  if (!activity) return;
  activity->status = status;
  activity->progress = progress;
  put(context, *activity);
}

void end(Context& context, Activity& activity, std::string_view status, std::string message) {
  activity.status = status;
  activity.message = message.substr(0, 255);
  activity.progress = 100;
  activity.ended = context.now();
  put(context, activity);
}

Object shown(const Activity& activity) {
  Object out{{"ActivityId", activity.id},
             {"AutoScalingGroupName", activity.group},
             {"Description", activity.description},
             {"Cause", activity.cause},
             {"StartTime", to_seconds(activity.started)},
             {"StatusCode", activity.status},
             {"Progress", activity.progress},
             {"Details", to_json(details(activity))},
             {"AutoScalingGroupARN", activity.group_arn}};
  if (activity.ended) out["EndTime"] = to_seconds(*activity.ended);
  if (!activity.message.empty()) out["StatusMessage"] = activity.message;
  if (activity.group_deleted) out["AutoScalingGroupState"] = "Deleted";
  return out;
}

void orphan_activities(Context& context, const Group& group) {
  std::vector<Activity> own;
  kActivities.scan(context, Key::of(group.scope), [&](const auto&, const Activity& each) {
    if (each.group_arn == arn_of(group)) own.push_back(each);
    return true;
  });
  for (auto& each : own) {
    each.group_deleted = true;
    put(context, each);
  }
}

void forget_activity(Context& context, const Resumption& due) {
  const std::string_view place(due.context.as_string());
  const auto gap = place.find(' ');
  kActivities.erase(context, Key::of(context.scope(), place.substr(0, gap), place.substr(gap + 1)));
}

Outcome describe_scaling_activities(Call& call) {
  const auto& params = call.params();
  const auto ids = texts(params, "ActivityIds");
  const auto name = name_in(text(params, "AutoScalingGroupName"), "autoScalingGroupName/");
  const bool deleted = flag(params, "IncludeDeletedGroups");
  if (!name.empty() && !deleted) TRY(named_group(call));
  Array out;
  kActivities.scan(
      call, Key::of(call.scope()),
      [&](const auto&, const Activity& each) {
        const bool named = ids.empty() || std::ranges::find(ids, each.id) != ids.end();
        const bool live = deleted || !each.group_deleted;
        if (named && live && (name.empty() || each.group == name)) out.push_back(shown(each));
        return true;
      },
      store::Direction::Backward);
  return TRY(page(call, std::move(out), "Activities", 100, 100));
}

}  // namespace tocsin::autoscaling
