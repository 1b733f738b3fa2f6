// SPDX-License-Identifier: Apache-2.0
// How instances come into a group.
#include <cstdlib>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/launch_configurations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMostFailures = 30;  // about a day of trying
constexpr auto kLongestPause = 60min;

/// What all instances of one launch have in common.
struct Source {
  Object params;  // of RunInstances, without the place
  std::string configuration;
  Object launch_template;
  bool own_interfaces = false;  // params has network interfaces
  std::int64_t weight = 1;
};

Array tags_for(const Group& group) {
  core::Tags tags{{"aws:autoscaling:groupName", group.name}};
  for (const auto& [key, tag] : group.tags) {
    if (tag.propagated) tags[key] = tag.value;
  }
  return core::tag_list(tags);
}

Object first_override(const Group& group) {
  const auto& overrides = array_of(object_of(group.mixed, "LaunchTemplate"), "Overrides");
  return overrides.empty() ? Object() : overrides.front().as_object();
}

Result<Source> source_of_template(Context& context, const Group& group) {
  const auto best = first_override(group);
  const auto* specification =
      group.mixed.empty()
          ? &group.launch_template
          : &object_of(object_of(group.mixed, "LaunchTemplate"), "LaunchTemplateSpecification");
  if (best.contains("LaunchTemplateSpecification"))
    specification = &object_of(best, "LaunchTemplateSpecification");
  const auto found = TRY(template_of(context, group, *specification));
  Source out{.params = {}, .launch_template = found.specification};
  out.params["LaunchTemplate"] =
      Object{{"LaunchTemplateId", text(found.specification, "LaunchTemplateId")},
             {"Version", text(found.specification, "Version")}};
  if (const auto type = text(best, "InstanceType"); !type.empty())
    out.params["InstanceType"] = type;
  if (const auto weight = text(best, "WeightedCapacity"); !weight.empty())
    out.weight = std::max(1, std::atoi(std::string(weight).c_str()));
  const auto& interfaces = array_of(found.data, "NetworkInterfaces");
  out.own_interfaces = !interfaces.empty();
  if (out.own_interfaces) out.params["NetworkInterfaces"] = interfaces;
  return out;
}

Result<Source> source_of(Context& context, const Group& group) {
  if (group.configuration.empty()) return source_of_template(context, group);
  const auto configuration =
      kConfigurations.get(context, Key::of(group.scope, group.configuration));
  if (!configuration) {
    return invalid(
        fmt::format("Launch configuration name not found - A launch configuration with "
                    "the name: {} does not exist",
                    group.configuration));
  }
  Source out{.params = launch_params(*configuration), .configuration = configuration->name};
  out.own_interfaces = out.params.contains("NetworkInterfaces");
  return out;
}

Object params_for(const Group& group, const Source& source, const Place& place,
                  std::int64_t count) {
  auto params = source.params;
  params["MinCount"] = count;
  params["MaxCount"] = count;
  params["TagSpecifications"] =
      Array{Object{{"ResourceType", "instance"}, {"Tags", tags_for(group)}}};
  if (place.subnet.empty()) {
    auto placement = object_of(params, "Placement");
    placement["AvailabilityZone"] = place.zone;
    params["Placement"] = std::move(placement);
  } else if (source.own_interfaces) {
    params["NetworkInterfaces"].as_array().front().as_object()["SubnetId"] = place.subnet;
  } else {
    params["SubnetId"] = place.subnet;
  }
  if (!group.placement_group.empty()) {
    auto placement = object_of(params, "Placement");
    placement["GroupName"] = group.placement_group;
    params["Placement"] = std::move(placement);
  }
  return params;
}

/// How many instances each place gets.
std::vector<std::int64_t> shares(const Group& group, std::int64_t units, std::int64_t weight) {
  std::vector<std::int64_t> have(group.places.size(), 0), out(group.places.size(), 0);
  const auto zones = units_by_zone(group);
  const auto in_zone = [&](std::size_t at) {
    std::int64_t sum = 0;
    for (std::size_t each = 0; each < group.places.size(); ++each)
      sum += group.places[each].zone == group.places[at].zone ? have[each] : 0;
    for (const auto& [zone, count] : zones)
      sum += zone == group.places[at].zone ? count : 0;
    return sum;
  };
  for (; units > 0 && !out.empty(); units -= weight) {
    std::size_t best = 0;
    for (std::size_t each = 1; each < out.size(); ++each) {
      const auto here = std::pair(in_zone(each), have[each]);
      if (here < std::pair(in_zone(best), have[best])) best = each;
    }
    have[best] += weight;
    ++out[best];
  }
  return out;
}

void failed(Context& context, Group& group, const std::string& cause, const Error& error) {
  const auto message = fmt::format("{}{} Launching EC2 instance failed.", error.message,
                                   error.message.ends_with('.') ? "" : ".");
  auto activity = begin(context, group, nullptr,
                        "Launching a new EC2 instance.  Status Reason: " + message, cause);
  end(context, activity, "Failed", message);
  tell(context, group, activity, Step::LaunchFailed);
  context.cancel(group.retry);
  group.retry.clear();
  if (++group.failures > kMostFailures) return;
  const auto pause = std::min<Duration>(
      1min * (std::int64_t{1} << std::min<std::int64_t>(group.failures - 1, 6)), kLongestPause);
  group.retry = context.at(context.now() + pause,
                           {"autoscaling.retry", Document(boost::json::string(group.name))});
}

void add(Context& context, Group& group, const Source& source, const Document& instance,
         const Place& place, const std::string& cause) {
  Member member{.id = string_of(instance, "InstanceId"),
                .type = string_of(instance, "InstanceType"),
                .zone = string_of(object_of(instance, "Placement"), "AvailabilityZone", place.zone),
                .subnet = string_of(instance, "SubnetId", place.subnet),
                .sick = {},
                .held = group.holds_new,
                .configuration = source.configuration,
                .launch_template = source.launch_template,
                .weight = source.weight,
                .launched = context.now(),
                .activity = {},
                .waits = {}};
  auto activity =
      begin(context, group, &member, "Launching a new EC2 instance: " + member.id, cause);
  activity.status = "PreInService";
  activity.progress = 30;
  put(context, activity);
  member.activity = activity.id;
  kOwners.put(context, Key::of(group.scope, member.id), {group.name});
  group.instances.push_back(std::move(member));
}

}  // namespace

Result<Template> template_of(Context& context, const Group& group, const Object& specification) {
  const auto id = text(specification, "LaunchTemplateId");
  Object params{{"Versions", Array{text(specification, "Version", "$Default")}}};
  if (id.empty())
    params["LaunchTemplateName"] = text(specification, "LaunchTemplateName");
  else
    params["LaunchTemplateId"] = id;
  const auto reply =
      TRY(ask(context, group, "ec2", "DescribeLaunchTemplateVersions", std::move(params)));
  const auto& versions = array_of(reply, "LaunchTemplateVersions");
  if (versions.empty()) return invalid("The specified launch template version does not exist.");
  const auto& version = versions.front();
  return Template{
      .specification = {{"LaunchTemplateId", text(version, "LaunchTemplateId")},
                        {"LaunchTemplateName", text(version, "LaunchTemplateName")},
                        {"Version", fmt::to_string(integer(version, "VersionNumber").value_or(1))}},
      .data = object_of(version, "LaunchTemplateData")};
}

void launch(Context& context, Group& group, std::int64_t units, const std::string& cause) {
  const auto source = source_of(context, group);
  if (!source) return failed(context, group, cause, source.error());
  const auto counts = shares(group, units, source->weight);
  for (std::size_t at = 0; at < counts.size(); ++at) {
    if (counts[at] == 0) continue;
    const auto& place = group.places[at];
    const auto reply =
        ask(context, group, "ec2", "RunInstances", params_for(group, *source, place, counts[at]));
    if (!reply) return failed(context, group, cause, reply.error());
    for (const auto& instance : array_of(*reply, "Instances"))
      add(context, group, *source, instance, place, cause);
  }
  group.failures = 0;
}

void join(Context& context, Group& group, const std::string& id) {
  auto* member = group.member(id);
  if (!member || !member->is("Pending")) return;
  if (begin_waits(context, group, id, kLaunching)) return save(context, group);
  enter_service(context, group, id);
}

void enter_service(Context& context, Group& group, const std::string& id) {
  auto* member = group.member(id);
  if (!member) return;
  member->lifecycle = "InService";
  member->serves = context.now();
  group.cool = context.now() + std::chrono::seconds(group.cooldown);
  if (group.max_lifetime > 0) {
    context.upkeep(context.now() + std::chrono::seconds(group.max_lifetime),
                   {"autoscaling.aged", Object{{"group", group.name}, {"instance", id}}});
  }
  save(context, group);
  add_targets(context, group, *member);
  if (auto activity = activity_of(context, group, *member)) {
    const bool launched = activity->description.starts_with("Launching");
    end(context, *activity);
    if (launched) tell(context, group, *activity, Step::Launch);
  }
  settle_soon(context, group);
}

void retry(Context& context, const Resumption& due) {
  auto group = kGroups.get(context, Key::of(context.scope(), due.context.as_string()));
  if (!group) return;
  group->retry.clear();
  settle(context, *group);
}

}  // namespace tocsin::autoscaling
