// SPDX-License-Identifier: Apache-2.0
// Which instance goes when there are too many.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
#include <charconv>
#include <map>

#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

using Candidates = std::vector<const Member*>;
using Rank = std::function<std::int64_t(const Member&)>;

void keep_least(Candidates& candidates, const Rank& rank) {
  std::int64_t least = INT64_MAX;
  for (const auto* each : candidates)
    least = std::min(least, rank(*each));
  std::erase_if(candidates, [&](const Member* each) { return rank(*each) != least; });
}

std::int64_t version_of(const Member& member) {
  const auto version = text(member.launch_template, "Version");
  std::int64_t number = 0;
  std::from_chars(version.data(), version.data() + version.size(), number);
  return number;
}

/// Those of an older way of launching than the group's come first: a launch configuration that is
/// not the group's, then templates by their version.
std::int64_t age_of_template(const Group& group, const Member& member) {
  if (!member.configuration.empty()) return member.configuration == group.configuration ? 1 : 0;
  const auto& own =
      group.launch_template.empty()
          ? object_of(object_of(group.mixed, "LaunchTemplate"), "LaunchTemplateSpecification")
          : group.launch_template;
  const bool same =
      text(own, "LaunchTemplateId") == text(member.launch_template, "LaunchTemplateId");
  return same ? 2 + version_of(member) : 1;
}

std::int64_t oldest_configuration(const Group& group, const Member& member) {
  return member.configuration.empty() ? 2 : age_of_template(group, member);
}

/// The hour that an instance is billed for ends soonest.
std::int64_t left_of_hour(const Group& group, const Member& member) {
  constexpr std::int64_t kHour = 3'600'000;
  std::int64_t last = 0;
  for (const auto& each : group.instances)
    last = std::max(last, to_ms(each.launched));
  return kHour - (last - to_ms(member.launched)) % kHour;
}

void apply(const Group& group, std::string_view policy, Candidates& candidates) {
  const auto launched = [](const Member& each) { return to_ms(each.launched); };
  if (policy == "OldestInstance") {
    keep_least(candidates, launched);
  } else if (policy == "NewestInstance") {
    keep_least(candidates, [&](const Member& each) { return -launched(each); });
  } else if (policy == "OldestLaunchConfiguration") {
    keep_least(candidates, [&](const Member& each) { return oldest_configuration(group, each); });
  } else if (policy == "OldestLaunchTemplate") {
    keep_least(candidates, [&](const Member& each) { return age_of_template(group, each); });
  } else if (policy == "ClosestToNextInstanceHour") {
    keep_least(candidates, [&](const Member& each) { return left_of_hour(group, each); });
  } else if (policy == "Default") {
    keep_least(candidates, [&](const Member& each) { return age_of_template(group, each); });
    keep_least(candidates, [&](const Member& each) { return left_of_hour(group, each); });
  }
}

}  // namespace

std::vector<std::pair<std::string, std::int64_t>> units_by_zone(const Group& group) {
  std::vector<std::pair<std::string, std::int64_t>> zones;
  const auto of = [&](const std::string& zone) -> std::int64_t& {
    const auto found = std::ranges::find(zones, zone, [](const auto& each) { return each.first; });
    return found == zones.end() ? zones.emplace_back(zone, 0).second : found->second;
  };
  for (const auto& place : group.places)
    of(place.zone);
  for (const auto& each : group.instances) {
    if (each.counted()) of(each.zone) += each.weight;
  }
  return zones;
}

const Member* chosen(const Group& group) {
  Candidates candidates;
  for (const auto& each : group.instances) {
    if (each.is("InService") && !each.held) candidates.push_back(&each);
  }
  if (candidates.empty()) return nullptr;
  std::map<std::string, std::int64_t> units;
  for (const auto& [zone, count] : units_by_zone(group))
    units[zone] = count;
  keep_least(candidates, [&](const Member& each) { return -units[each.zone]; });
  for (const auto& policy : group.termination)
    apply(group, policy, candidates);
  return *std::ranges::min_element(candidates, {}, &Member::id);
}

}  // namespace tocsin::autoscaling
