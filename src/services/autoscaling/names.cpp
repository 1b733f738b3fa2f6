// SPDX-License-Identifier: Apache-2.0
// What parameters name, and how Auto Scaling says that they are wrong.
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/crypto.hpp"
#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::string_view kTokenMark = "as1:";

}  // namespace

Member* Group::member(std::string_view id) {
  const auto found = std::ranges::find(instances, id, &Member::id);
  return found == instances.end() ? nullptr : &*found;
}

const Member* Group::member(std::string_view id) const {
  return const_cast<Group*>(this)->member(id);
}

std::int64_t Group::capacity() const {
  std::int64_t sum = 0;
  for (const auto& each : instances)
    sum += each.counted() ? each.weight : 0;
  return sum;
}

Failure invalid(std::string message) {
  return fail("ValidationError", std::move(message));
}

Result<void> check_enum(std::string_view value, std::string_view member,
                        const std::vector<std::string_view>& allowed) {
  if (std::ranges::find(allowed, value) != allowed.end()) return {};
  return invalid(
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                  "Member must satisfy enum value set: [{}]",
                  value, member, fmt::join(allowed, ", ")));
}

Result<Group> group_named(const store::View& view, const Scope& scope, std::string_view name) {
  auto group = kGroups.get(view, Key::of(scope, name_in(name, "autoScalingGroupName/")));
  if (group) return *std::move(group);
  return invalid(
      fmt::format("AutoScalingGroup name not found - AutoScalingGroup {} not found", name));
}

Result<Group> named_group(const Call& call) {
  return group_named(call, call.scope(), text(call.params(), "AutoScalingGroupName"));
}

std::string arn_of(const Group& group) {
  return arn("autoscaling", group.scope,
             fmt::format("autoScalingGroup:{}:autoScalingGroupName/{}", group.uuid, group.name));
}

std::string arn_of(const Configuration& configuration) {
  return arn("autoscaling", configuration.scope,
             fmt::format("launchConfiguration:{}:launchConfigurationName/{}", configuration.uuid,
                         configuration.name));
}

std::string arn_of(const Policy& policy) {
  return arn("autoscaling", policy.scope,
             fmt::format("scalingPolicy:{}:autoScalingGroupName/{}:policyName/{}", policy.uuid,
                         policy.group, policy.name));
}

std::string arn_of(const Schedule& schedule) {
  return arn(
      "autoscaling", schedule.scope,
      fmt::format("scheduledUpdateGroupAction:{}:autoScalingGroupName/{}:scheduledActionName/{}",
                  schedule.uuid, schedule.group, schedule.name));
}

std::string name_in(std::string_view name_or_arn, std::string_view marker) {
  if (name_or_arn.starts_with("arn:")) {
    const auto at = name_or_arn.find(marker);
    if (at != std::string_view::npos) return std::string(name_or_arn.substr(at + marker.size()));
  }
  return std::string(name_or_arn);
}

std::vector<std::string> texts(const Document& params, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& each : array_of(params, member)) {
    if (each.is_string()) out.emplace_back(each.get_string());
  }
  return out;
}

Result<Object> page(const Call& call, Array items, std::string_view list, std::int64_t most,
                    std::int64_t usual) {
  const auto size = integer(call.params(), "MaxRecords").value_or(usual);
  if (size < 1 || size > most) {
    return invalid(fmt::format(
        "1 validation error detected: Value '{}' at 'maxRecords' failed to satisfy constraint: "
        "Member must have value {}",
        size,
        size < 1 ? "greater than or equal to 1" : fmt::format("less than or equal to {}", most)));
  }
  std::size_t from = 0;
  if (const auto token = text(call.params(), "NextToken"); !token.empty()) {
    const auto plain = unbase64(token).value_or("");
    const auto* digits = plain.data() + std::min(kTokenMark.size(), plain.size());
    const auto* end = plain.data() + plain.size();
    if (!plain.starts_with(kTokenMark) || digits == end ||
        std::from_chars(digits, end, from).ptr != end)
      return fail("InvalidNextToken", "The token is invalid.");
  }
  Array out;
  const auto to = std::min(items.size(), from + static_cast<std::size_t>(size));
  for (auto at = from; at < to; ++at)
    out.push_back(std::move(items[at]));
  Object reply;
  reply[list] = std::move(out);
  if (to < items.size()) reply["NextToken"] = base64(fmt::format("{}{}", kTokenMark, to));
  return reply;
}

}  // namespace tocsin::autoscaling
