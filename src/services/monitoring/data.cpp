// SPDX-License-Identifier: Apache-2.0
// GetMetricData: metrics and expressions over them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <set>

#include "services/monitoring/metrics.hpp"
#include "services/monitoring/names.hpp"
#include "services/monitoring/points.hpp"

namespace tocsin::monitoring {
namespace {

constexpr std::size_t kMostQueries = 500;
constexpr std::int64_t kMostPoints = 100'800;

Result<MetricStat> stat_in(const Document& given) {
  const auto& metric = object_of(given, "Metric");
  MetricStat out{.metric = {string_of(metric, "Namespace"), string_of(metric, "MetricName"),
                            TRY(dimensions_in(array_of(metric, "Dimensions"), "Dimensions"))},
                 .period = integer(given, "Period").value_or(0),
                 .stat = string_of(given, "Stat"),
                 .unit = string_of(given, "Unit")};
  if (out.metric.space.empty() || out.metric.name.empty())
    return validation("The parameters Namespace and MetricName of a metric must be specified.");
  if (!is_period(out.period))
    return validation(fmt::format(
        "The Period {} is invalid: it must be 1, 5, 10, 30 or a multiple of 60.", out.period));
  if (!metrics::statistic(out.stat))
    return validation(fmt::format("The Stat {} is not supported.", out.stat));
  return out;
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 255 && std::islower(static_cast<unsigned char>(id[0])) &&
         std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

/// Answers one query after another, those that an expression names first.
class Answering {
 public:
  Answering(const store::View& view, const Scope& scope, const std::vector<DataQuery>& queries,
            std::int64_t start, std::int64_t end)
      : view_(view), scope_(scope), queries_(queries) {
    inputs_.start = start;
    inputs_.end = end;
    inputs_.period_ms = 0;
  }

  Result<std::map<std::string, metrics::Value>> all() {
    for (const auto& query : queries_) {
      if (query.stat) read_metric(query);
    }
    if (inputs_.period_ms == 0) inputs_.period_ms = 60'000;
    for (const auto& query : queries_)
      TRY(answer(query));
    return std::move(inputs_.values);
  }

 private:
  void read_metric(const DataQuery& query) {
    const auto length = query.stat->period * 1000;
    const Range range{inputs_.start / length * length, inputs_.end, query.stat->period};
    metrics::Series series{.id = query.id,
                           .label = query.label.empty() ? query.stat->metric.name : query.label,
                           .points = values_of(view_, scope_, *query.stat, range),
                           .period_ms = length};
    inputs_.period_ms = std::max(length, inputs_.period_ms);
    inputs_.metrics.push_back(series);
    inputs_.values[query.id] = std::move(series);
  }

  Result<void> answer(const DataQuery& query) {
    if (inputs_.values.contains(query.id)) return {};
    if (!open_.insert(query.id).second)
      return validation(fmt::format("Error in expression '{}': it refers to itself.", query.id));
    const auto expression = TRY(expression_of(query, queries_));
    for (const auto& id : expression.ids())
      TRY(answer(*std::ranges::find(queries_, id, &DataQuery::id)));
    auto value = expression.evaluate(inputs_);
    if (!value)
      return validation(
          fmt::format("Error in expression '{}': {}", query.id, value.error().message));
    name(query, *value);
    inputs_.values[query.id] = *std::move(value);
    open_.erase(query.id);
    return {};
  }

  static void name(const DataQuery& query, metrics::Value& value) {
    if (auto* series = std::get_if<metrics::Series>(&value)) {
      series->label = query.label.empty() ? query.id : query.label;
    } else if (auto* many = std::get_if<std::vector<metrics::Series>>(&value)) {
      for (auto& each : *many) {
        if (!query.label.empty()) each.label = query.label;
      }
    }
  }

  const store::View& view_;
  const Scope& scope_;
  const std::vector<DataQuery>& queries_;
  metrics::Inputs inputs_;
  std::set<std::string> open_;
};

/// Where a page begins: a series of the reply, and a point of it.
struct Place {
  std::size_t series = 0, point = 0;
};

Result<Place> place_in(const Call& call) {
  Place out;
  const auto token = text(call.params(), "NextToken");
  if (token.empty()) return out;
  const auto position = TRY(position_in(token));
  const auto colon = position.find(':');
  const auto number = [](std::string_view digits, std::size_t& into) {
    return std::from_chars(digits.begin(), digits.end(), into).ec == std::errc();
  };
  if (colon == std::string::npos || !number(position.substr(0, colon), out.series) ||
      !number(std::string_view(position).substr(colon + 1), out.point))
    return fail("InvalidNextToken", "The next token specified is invalid.");
  return out;
}

struct Answer {
  std::string id;
  metrics::Series series;
};

Result<std::vector<Answer>> wanted_answers(Call& call, const std::vector<DataQuery>& queries,
                                           std::int64_t start, std::int64_t end) {
  auto values = TRY(answers(call, call.scope(), queries, start, end));
  std::vector<Answer> out;
  for (const auto& query : queries) {
    if (!query.returned) continue;
    auto& value = values.at(query.id);
    if (std::holds_alternative<double>(value)) {
      return validation(fmt::format(
          "Error in expression '{}': The expression must return a time series.", query.id));
    }
    if (auto* series = std::get_if<metrics::Series>(&value)) {
      out.push_back({query.id, std::move(*series)});
    } else {
      for (auto& each : std::get<std::vector<metrics::Series>>(value))
        out.push_back({query.id, std::move(each)});
    }
  }
  return out;
}

Object page_of(const std::vector<Answer>& found, Place place, std::int64_t most, bool ascending) {
  Array results;
  std::string next;
  auto room = static_cast<std::size_t>(most);
  for (auto i = place.series; i < found.size() && next.empty(); ++i) {
    std::vector<std::pair<std::int64_t, double>> points(found[i].series.points.begin(),
                                                        found[i].series.points.end());
    if (!ascending) std::ranges::reverse(points);
    const auto first = i == place.series ? std::min(place.point, points.size()) : 0;
    const auto last = std::min(points.size(), first + room);
    Array times, values;
    for (auto j = first; j < last; ++j) {
      times.push_back(static_cast<double>(points[j].first) / 1000);
      values.push_back(points[j].second);
    }
    room -= last - first;
    const bool partial = last < points.size();
    results.push_back(Object{{"Id", found[i].id},
                             {"Label", found[i].series.label},
                             {"Timestamps", std::move(times)},
                             {"Values", std::move(values)},
                             {"StatusCode", partial ? "PartialData" : "Complete"}});
    if (partial)
      next = fmt::format("{}:{}", i, last);
    else if (room == 0 && i + 1 < found.size())
      next = fmt::format("{}:0", i + 1);
  }
  Object reply{{"MetricDataResults", std::move(results)}, {"Messages", Array{}}};
  if (!next.empty()) reply["NextToken"] = page_token(next);
  return reply;
}

Object query_document(const DataQuery& query) {
  Object out{{"Id", query.id}};
  if (query.stat) {
    Object stat;
    stat["Metric"] = metric_document(query.stat->metric);
    stat["Period"] = query.stat->period;
    stat["Stat"] = query.stat->stat;
    if (!query.stat->unit.empty()) stat["Unit"] = query.stat->unit;
    out["MetricStat"] = std::move(stat);
  } else {
    out["Expression"] = query.expression;
  }
  if (!query.label.empty()) out["Label"] = query.label;
  out["ReturnData"] = query.returned;
  if (query.period) out["Period"] = query.period;
  return out;
}

}  // namespace

Result<std::vector<DataQuery>> queries_in(const Array& list) {
  if (list.size() > kMostQueries)
    return validation("The collection MetricDataQueries must not have a size greater than 500.");
  std::vector<DataQuery> out;
  for (const auto& each : list) {
    DataQuery query{.id = string_of(each, "Id"),
                    .expression = string_of(each, "Expression"),
                    .label = string_of(each, "Label"),
                    .returned = flag(each, "ReturnData", true),
                    .period = integer(each, "Period").value_or(0)};
    if (!is_id(query.id))
      return validation(fmt::format(
          "The value {} for parameter MetricDataQueries.member.{}.Id is not matching the expected "
          "pattern ^[a-z][a-zA-Z0-9_]*$.",
          query.id, out.size() + 1));
    if (std::ranges::find(out, query.id, &DataQuery::id) != out.end())
      return validation(fmt::format("The id {} is used more than once.", query.id));
    if (find(each, "AccountId"))
      return validation("Tocsin does not serve metrics of other accounts.");
    if (const auto* stat = find(each, "MetricStat")) query.stat = TRY(stat_in(*stat));
    if (query.stat.has_value() == !query.expression.empty())
      return validation(fmt::format(
          "Exactly one of MetricStat and Expression must be specified for the query {}.",
          query.id));
    out.push_back(std::move(query));
  }
  return out;
}

Result<metrics::Expression> expression_of(const DataQuery& query,
                                          const std::vector<DataQuery>& queries) {
  auto expression = metrics::parse(query.expression);
  if (!expression)
    return validation(
        fmt::format("Error in expression '{}': {}", query.id, expression.error().message));
  for (const auto& id : expression->ids()) {
    if (std::ranges::find(queries, id, &DataQuery::id) == queries.end())
      return validation(fmt::format("Error in expression '{}': Undefined id {}.", query.id, id));
  }
  return expression;
}

Array query_list(const std::vector<DataQuery>& queries) {
  Array out;
  for (const auto& query : queries)
    out.push_back(query_document(query));
  return out;
}

Result<std::map<std::string, metrics::Value>> answers(const store::View& view, const Scope& scope,
                                                      const std::vector<DataQuery>& queries,
                                                      std::int64_t start, std::int64_t end) {
  return Answering(view, scope, queries, start, end).all();
}

Outcome get_metric_data(Call& call) {
  const auto queries = TRY(queries_in(array_of(call.params(), "MetricDataQueries")));
  if (queries.empty()) return validation("The parameter MetricDataQueries is required.");
  const auto start = to_ms(time_in(call, "StartTime").value_or(Time{})),
             end = to_ms(time_in(call, "EndTime").value_or(Time{}));
  if (start >= end)
    return validation("The parameter StartTime must be less than the parameter EndTime.");
  const auto order = text(call.params(), "ScanBy", "TimestampDescending");
  TRY(check_enum(order, "scanBy", {"TimestampDescending", "TimestampAscending"}));
  const auto most = integer(call.params(), "MaxDatapoints").value_or(kMostPoints);
  if (most < 1 || most > kMostPoints)
    return validation("The parameter MaxDatapoints must be between 1 and 100800.");
  const auto place = TRY(place_in(call));
  const auto found = TRY(wanted_answers(call, queries, start, end));
  return page_of(found, place, most, order == "TimestampAscending");
}

}  // namespace tocsin::monitoring
