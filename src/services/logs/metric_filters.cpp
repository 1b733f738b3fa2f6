// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
#include "services/logs/metric_filters.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "engines/logfilter/logfilter.hpp"

namespace tocsin::logs {
namespace {

constexpr std::size_t kMostFilters = 100, kMostDimensions = 3;
constexpr std::size_t kMostInPage = 50;
constexpr int kMostRegexes = 2, kMostRegexFilters = 5;

Result<void> check_text(std::string_view value, std::string_view member, std::size_t most,
                        std::string_view forbidden) {
  if (value.empty() || value.size() > most)
    return constraint(value, member, fmt::format("Member must have length between 1 and {}", most));
  if (value.find_first_of(forbidden) != std::string_view::npos)
    return constraint(
        value, member,
        fmt::format("Member must satisfy regular expression pattern: [^{}]*", forbidden));
  return {};
}

bool is_json(std::string_view pattern) {
  const auto begin = pattern.find_first_not_of(' ');
  return begin != std::string_view::npos && pattern[begin] == '{';
}
bool has_fields(std::string_view pattern) {
  const auto begin = pattern.find_first_not_of(' ');
  return begin != std::string_view::npos && pattern[begin] == '[';
}

/// "$.latency" of a JSON pattern, "$size" of a space-delimited one.
Result<void> check_field(std::string_view pattern, std::string_view field, bool dimension) {
  const auto refused = [&](std::string_view why) {
    return invalid(fmt::format("Invalid metric transformation: {} '{}' {}",
                               dimension ? "the dimension's value" : "the metric value", field,
                               why));
  };
  if (!field.starts_with('$')) return refused("is neither a number nor a field.");
  if (is_json(pattern)) {
    if (!logfilter::parse_selector(field)) return refused("is not a valid JSON selector.");
    return {};
  }
  if (!has_fields(pattern)) return refused("needs a JSON or a space-delimited filter pattern.");
  return {};
}

Result<Transformation> transformation_in(const Document& given, std::string_view pattern) {
  Transformation out{.name = string_of(given, "metricName"),
                     .space = string_of(given, "metricNamespace"),
                     .value = string_of(given, "metricValue"),
                     .unit = string_of(given, "unit")};
  TRY(check_text(out.name, "metricTransformations.1.member.metricName", 255, ":*$"));
  TRY(check_text(out.space, "metricTransformations.1.member.metricNamespace", 255, ":*$"));
  TRY(check_text(out.value, "metricTransformations.1.member.metricValue", 100, ""));
  if (out.space.starts_with("AWS/"))
    return invalid("Invalid metric transformation: the namespace AWS/ is reserved.");
  if (!number_in(out.value)) TRY(check_field(pattern, out.value, false));
  if (const auto* value = find(given, "defaultValue"); value && value->is_number())
    out.by_default = value->to_number<double>();
  for (const auto& dimension : object_of(given, "dimensions")) {
    const auto field = string_of(object_of(given, "dimensions"), dimension.key());
    TRY(check_field(pattern, field, true));
    out.dimensions[std::string(dimension.key())] = field;
  }
  if (out.dimensions.size() > kMostDimensions)
    return invalid("A metric transformation can have at most 3 dimensions.");
  if (!out.dimensions.empty() && out.by_default)
    return invalid(
        "Invalid metric transformation: dimensions and default value are mutually exclusive "
        "properties.");
  return out;
}

Object document(const Transformation& given) {
  Object out{
      {"metricName", given.name}, {"metricNamespace", given.space}, {"metricValue", given.value}};
  if (given.by_default) out["defaultValue"] = *given.by_default;
  if (!given.dimensions.empty()) out["dimensions"] = encode(given.dimensions);
  if (!given.unit.empty()) out["unit"] = given.unit;
  return out;
}

Object document(const Group& group, const std::string& name, const MetricFilter& filter) {
  Array transformations;
  for (const auto& each : filter.transformations)
    transformations.push_back(document(each));
  return {{"filterName", name},
          {"filterPattern", filter.pattern},
          {"metricTransformations", std::move(transformations)},
          {"creationTime", to_ms(filter.created)},
          {"logGroupName", group.name}};
}

/// How many filters of the group have regular expressions.
int with_regexes(const Group& group) {
  int count = 0;
  for (const auto& [name, filter] : group.metric_filters) {
    const auto parsed = logfilter::parse(filter.pattern);
    count += parsed && parsed->regexes() > 0;
  }
  return count;
}

bool makes(const MetricFilter& filter, std::string_view space, std::string_view name) {
  return std::ranges::any_of(filter.transformations, [&](const Transformation& each) {
    return each.space == space && each.name == name;
  });
}

}  // namespace

Outcome put_metric_filter(Call& call) {
  const auto& params = call.params();
  auto group = TRY(group_of(call));
  TRY(check_standard(group, "PutMetricFilter"));
  const auto name = string_of(params, "filterName");
  TRY(check_text(name, "filterName", 512, ":*"));
  MetricFilter filter{.pattern = string_of(params, "filterPattern"), .created = call.now()};
  if (filter.pattern.size() > 1024)
    return constraint(filter.pattern, "filterPattern",
                      "Member must have length less than or equal to 1024");
  const auto parsed = TRY(logfilter::parse(filter.pattern));
  if (parsed.regexes() > kMostRegexes)
    return invalid("Invalid filter pattern: more than 2 regular expressions");
  const auto& given = array_of(params, "metricTransformations");
  if (given.size() != 1)
    return invalid(
        "1 validation error detected: Value at 'metricTransformations' failed to satisfy "
        "constraint: Member must have length equal to 1");
  filter.transformations.push_back(TRY(transformation_in(given[0], filter.pattern)));
  const auto old = group.metric_filters.find(name);
  if (old == group.metric_filters.end() && group.metric_filters.size() >= kMostFilters)
    return fail("LimitExceededException", "Resource limit exceeded.");
  if (old != group.metric_filters.end()) filter.created = old->second.created;
  group.metric_filters[name] = std::move(filter);
  if (parsed.regexes() > 0 && with_regexes(group) > kMostRegexFilters)
    return fail("LimitExceededException", "Resource limit exceeded.");
  kGroups.put(call, key_of(group), group);
  return Object{};
}

Outcome delete_metric_filter(Call& call) {
  auto group = TRY(group_of(call));
  if (!group.metric_filters.erase(string_of(call.params(), "filterName")))
    return fail("ResourceNotFoundException", "The specified metric filter does not exist.");
  kGroups.put(call, key_of(group), group);
  return Object{};
}

Outcome describe_metric_filters(Call& call) {
  const auto& params = call.params();
  const auto prefix = text(params, "filterNamePrefix"), metric = text(params, "metricName"),
             space = text(params, "metricNamespace");
  if (metric.empty() != space.empty())
    return invalid("metricName and metricNamespace must be specified together.");
  const auto limit = TRY(limit_in(call, "limit", kMostInPage));
  std::string after;
  if (const auto token = text(params, "nextToken"); !token.empty()) after = TRY(position_in(token));
  std::vector<Group> groups;
  if (find(params, "logGroupName")) {
    groups.push_back(TRY(group_of(call)));
  } else {
    kGroups.scan(call, Key::of(call.scope()), [&](const auto&, const Group& group) {
      if (!group.metric_filters.empty()) groups.push_back(group);
      return true;
    });
  }
  Array filters;
  std::string last, next;
  for (const auto& group : groups) {
    for (const auto& [name, filter] : group.metric_filters) {
      const auto place = group.name + ':' + name;  // neither may contain a colon
      if (place <= after || !name.starts_with(prefix)) continue;
      if (!metric.empty() && !makes(filter, space, metric)) continue;
      if (filters.size() == limit) next = last;
      if (!next.empty()) break;
      filters.push_back(document(group, name, filter));
      last = place;
    }
  }
  Object reply{{"metricFilters", std::move(filters)}};
  if (!next.empty()) reply["nextToken"] = page_token(next);
  return reply;
}

core::Needs needs_metric_filters() {
  return [named = needs_group("DescribeMetricFilters"),
          all = needs_all_groups("DescribeMetricFilters")](Call& call) {
    return find(call.params(), "logGroupName") ? named(call) : all(call);
  };
}

}  // namespace tocsin::logs
