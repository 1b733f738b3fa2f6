// SPDX-License-Identifier: Apache-2.0
// What parameters name, and how ELB says that they are wrong.
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::int64_t kPage = 400;

template <class Row>
Result<Row> found(const Call& call, const core::Table<Row>& table, std::string_view arn,
                  Failure missing) {
  auto row = table.get(call, Key::of(call.scope(), arn));
  if (row) return *std::move(row);
  return missing;
}

}  // namespace

Failure invalid(std::string message) {
  return fail("ValidationError", std::move(message));
}

std::vector<std::string> texts(const Document& params, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& each : array_of(params, member)) {
    if (each.is_string()) out.emplace_back(each.get_string());
  }
  return out;
}

Result<void> check_among(std::string_view value, std::string_view what,
                         const std::vector<std::string_view>& allowed) {
  if (std::ranges::find(allowed, value) != allowed.end()) return {};
  return invalid(
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                  "constraint: Member must satisfy enum value set: [{}]",
                  value, what, fmt::join(allowed, ", ")));
}

Result<void> check_name(std::string_view name, std::string_view what) {
  if (name.empty()) return invalid(fmt::format("The {} name cannot be empty", what));
  if (name.size() > kLongestName) {
    return invalid(
        fmt::format("The {} name '{}' cannot be longer than '32' characters", what, name));
  }
  const bool plain = std::ranges::all_of(name, [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) || letter == '-';
  });
  if (!plain) {
    return invalid(
        fmt::format("The {} name '{}' can only contain characters that are "
                    "alphanumeric characters and hyphens(-)",
                    what, name));
  }
  if (name.front() == '-' || name.back() == '-') {
    return invalid(
        fmt::format("The {} name '{}' cannot begin or end with a hyphen(-)", what, name));
  }
  if (what == "load balancer" && name.starts_with("internal-"))
    return invalid(fmt::format("The load balancer name '{}' cannot begin with 'internal-'", name));
  return {};
}

std::string new_suffix(Context& context) {
  return context.new_id("0123456789abcdef", 16);
}

Result<LoadBalancer> balancer_named(const Call& call, std::string_view arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed || !parsed->resource.starts_with("loadbalancer/"))
    return invalid(fmt::format("'{}' is not a valid load balancer ARN", arn));
  return found(call, kBalancers, arn,
               fail("LoadBalancerNotFound", fmt::format("Load balancer '{}' not found", arn)));
}

Result<TargetGroup> group_named(const Call& call, std::string_view arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed || !parsed->resource.starts_with("targetgroup/"))
    return invalid(fmt::format("'{}' is not a valid target group ARN", arn));
  return found(call, kGroups, arn,
               fail("TargetGroupNotFound", fmt::format("Target groups '{}' not found", arn)));
}

Result<Listener> listener_named(const Call& call, std::string_view arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed || !parsed->resource.starts_with("listener/"))
    return invalid(fmt::format("'{}' is not a valid listener ARN", arn));
  return found(call, kListeners, arn,
               fail("ListenerNotFound", fmt::format("Listener '{}' not found", arn)));
}

Result<Rule> rule_named(const Call& call, std::string_view arn) {
  const auto parsed = Arn::parse(arn);
  if (!parsed || !parsed->resource.starts_with("listener-rule/"))
    return invalid(fmt::format("'{}' is not a valid listener rule ARN", arn));
  return found(call, kRules, arn, fail("RuleNotFound", "One or more rules not found"));
}

std::vector<Listener> listeners_of(const store::View& view, const LoadBalancer& balancer) {
  auto all = kListeners.all(view, Key::of(balancer.scope));
  std::erase_if(all, [&](const Listener& each) { return each.balancer != balancer.arn; });
  return all;
}

std::vector<Rule> rules_of(const store::View& view, const Listener& listener) {
  auto all = kRules.all(view, Key::of(listener.scope));
  std::erase_if(all, [&](const Rule& each) { return each.listener != listener.arn; });
  std::ranges::sort(all, {}, &Rule::priority);
  return all;
}

Result<Object> page(const Call& call, Array items, std::string_view list) {
  const auto size = static_cast<std::size_t>(
      std::clamp<std::int64_t>(integer(call.params(), "PageSize").value_or(kPage), 1, kPage));
  std::size_t from = 0;
  const auto marker = text(call.params(), "Marker");
  const auto* end = marker.data() + marker.size();
  if (!marker.empty() && std::from_chars(marker.data(), end, from).ptr != end)
    return invalid(fmt::format("Marker '{}' is not valid", marker));
  Array out;
  const auto to = std::min(items.size(), from + size);
  for (auto at = from; at < to; ++at)
    out.push_back(std::move(items[at]));
  Object reply;
  reply[list] = std::move(out);
  if (to < items.size()) reply["NextMarker"] = fmt::to_string(to);
  return reply;
}

}  // namespace tocsin::elasticloadbalancing
