// SPDX-License-Identifier: Apache-2.0
// ListMetrics and GetMetricStatistics.
#include "services/monitoring/metrics.hpp"

#include <fmt/format.h>

#include "services/monitoring/names.hpp"
#include "services/monitoring/points.hpp"

namespace tocsin::monitoring {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostListed = 500;
constexpr std::int64_t kMostPoints = 1440;

bool fits(const Metric& metric, const Array& filters) {
  for (const auto& filter : filters) {
    const auto found = metric.name.dimensions.find(string_of(filter, "Name"));
    if (found == metric.name.dimensions.end()) return false;
    if (const auto* value = find(filter, "Value");
        value && value->is_string() && std::string_view(value->get_string()) != found->second)
      return false;
  }
  return true;
}

struct Wanted {
  MetricName metric;
  std::string unit;
  Range range;
  std::vector<std::string> plain, extended;
};

/// The start as AWS rounds it: the coarser, the older.
std::int64_t rounded_start(std::int64_t start, Time now, std::int64_t period) {
  const auto age = now - from_ms(start);
  const std::int64_t grain = age <= Duration(3h)         ? std::min<std::int64_t>(period, 60)
                             : age <= Duration(15 * 24h) ? 60
                             : age <= Duration(63 * 24h) ? 300
                                                         : 3600;
  return start / (grain * 1000) * (grain * 1000);
}

Result<Range> range_in(const Call& call) {
  const auto period = integer(call.params(), "Period").value_or(0);
  if (!is_period(period)) {
    return invalid_value("The parameter Period must be 1, 5, 10, 30 or a multiple of 60.");
  }
  const auto start = to_ms(time_in(call, "StartTime").value_or(Time{})),
             end = to_ms(time_in(call, "EndTime").value_or(Time{}));
  if (start >= end)
    return invalid_combination("The parameter StartTime must be less than the parameter EndTime.");
  const auto count = (end - start) / (period * 1000);
  if (count > kMostPoints) {
    return invalid_combination(fmt::format(
        "You have requested up to {} datapoints, which exceeds the limit of 1,440. You may reduce "
        "the datapoints requested by increasing Period, or decreasing the time range.",
        count));
  }
  return Range{rounded_start(start, call.now(), period), end, period};
}

Result<Wanted> wanted_by(const Call& call) {
  const auto& params = call.params();
  Wanted out{.metric = {string_of(params, "Namespace"), string_of(params, "MetricName"),
                        TRY(dimensions_in(array_of(params, "Dimensions"), "Dimensions"))},
             .unit = string_of(params, "Unit"),
             .plain = strings_of(array_of(params, "Statistics")),
             .extended = strings_of(array_of(params, "ExtendedStatistics"))};
  if (out.plain.empty() && out.extended.empty())
    return invalid_combination("Must specify either Statistics or ExtendedStatistics");
  if (!out.unit.empty() && !is_unit(out.unit))
    return invalid_value(fmt::format("The value {} for parameter Unit is invalid.", out.unit));
  for (const auto& [list, extended] :
       {std::pair{&out.plain, false}, std::pair{&out.extended, true}}) {
    for (const auto& name : *list) {
      const auto known = metrics::statistic(name);
      if (!known || known->extended() != extended) {
        return invalid_value(fmt::format("The value {} for parameter {} is not supported.", name,
                                         extended ? "ExtendedStatistics" : "Statistics"));
      }
    }
  }
  out.range = TRY(range_in(call));
  return out;
}

}  // namespace

std::vector<core::Access> needs_put_metric_data(Call& call) {
  const auto& caller = call.request().credential;
  const bool service = caller.kind == core::Credential::Kind::Service;
  if (service && caller.role_arn.empty()) return {};  // the house's own services measure freely
  core::Access access{.action = "cloudwatch:PutMetricData"};
  access.context["cloudwatch:namespace"] = {string_of(call.params(), "Namespace")};
  return {access};
}

Outcome list_metrics(Call& call) {
  const auto& params = call.params();
  if (flag(params, "IncludeLinkedAccounts") || find(params, "OwningAccount"))
    return invalid_value("Tocsin does not serve metrics of linked accounts.");
  const auto space = text(params, "Namespace"), name = text(params, "MetricName");
  const auto recent = text(params, "RecentlyActive");
  if (!recent.empty() && recent != "PT3H")
    return invalid_value("The parameter RecentlyActive must be a value in the set [ PT3H ].");
  const Time since = call.now() - (recent.empty() ? Duration(14 * 24h) : Duration(3h));
  std::optional<Key> after;
  if (const auto token = text(params, "NextToken"); !token.empty())
    after = core::Key::from(Key::split(TRY(position_in(token))));
  auto prefix = Key::of(call.scope());
  if (!space.empty()) prefix.add(space);
  if (!space.empty() && !name.empty()) prefix.add(name);
  Array found;
  std::string last, next;
  kMetrics.scan(
      call, prefix,
      [&](const auto& key, const Metric& metric) {
        if ((!name.empty() && metric.name.name != name) || metric.last < since ||
            !fits(metric, array_of(params, "Dimensions")))
          return true;
        if (found.size() == kMostListed)
          next = last;
        else
          found.push_back(metric_document(metric.name)), last = core::Key::from(key).bytes();
        return next.empty();
      },
      store::Direction::Forward, after);
  Object reply{{"Metrics", std::move(found)}};
  if (!next.empty()) reply["NextToken"] = page_token(next);
  return reply;
}

Outcome get_metric_statistics(Call& call) {
  const auto wanted = TRY(wanted_by(call));
  Array points;
  for (const auto& [key, values] :
       periods_of(call, metric_id(call.scope(), wanted.metric), wanted.unit, wanted.range)) {
    Object point{{"Timestamp", static_cast<double>(key.first) / 1000}};
    for (const auto& name : wanted.plain) {
      if (const auto value = metrics::statistic(name)->of(values)) point[name] = *value;
    }
    Object extended;
    for (const auto& name : wanted.extended) {
      if (const auto value = metrics::statistic(name)->of(values)) extended[name] = *value;
    }
    if (wanted.plain.empty() && extended.empty()) continue;
    point["Unit"] = key.second;
    if (!extended.empty()) point["ExtendedStatistics"] = std::move(extended);
    points.push_back(std::move(point));
  }
  return Object{{"Label", wanted.metric.name}, {"Datapoints", std::move(points)}};
}

}  // namespace tocsin::monitoring
