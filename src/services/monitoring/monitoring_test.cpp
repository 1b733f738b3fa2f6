// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "services/monitoring/testing.hpp"

namespace tocsin::monitoring {
namespace {

using namespace std::chrono_literals;

TEST_F(MonitoringTest, valuesInEveryShape) {
  put({{"MetricName", "m"}, {"Value", 3}, {"Unit", "Count"}});
  put({{"MetricName", "m"}, {"Values", {1, 2}}, {"Counts", {2, 1}}, {"Unit", "Count"}});
  put({{"MetricName", "m"},
       {"Unit", "Count"},
       {"StatisticValues", {{"SampleCount", 4}, {"Sum", 20}, {"Minimum", 0}, {"Maximum", 9}}}});
  const auto point = only_point({"SampleCount", "Sum", "Average", "Minimum", "Maximum"});
  EXPECT_EQ(to_json(Object{{"n", *find(point, "SampleCount")},
                           {"sum", *find(point, "Sum")},
                           {"avg", *find(point, "Average")},
                           {"min", *find(point, "Minimum")},
                           {"max", *find(point, "Maximum")},
                           {"unit", *find(point, "Unit")}}),
            R"({"n":8,"sum":27,"avg":3.375,"min":0,"max":9,"unit":"Count"})");
}

TEST_F(MonitoringTest, percentiles) {
  Array values;
  for (int i = 1; i <= 100; ++i)
    values.push_back(i);
  put({{"MetricName", "m"}, {"Values", values}});
  auto params = range(-600s, 600s);
  params["ExtendedStatistics"] = {"p90", "tm90", "PR(:30)"};
  const auto reply = statistics(params);
  EXPECT_EQ(to_json(*find(array_of(reply, "Datapoints")[0], "ExtendedStatistics")),
            R"x({"p90":90,"tm90":45.5,"PR(:30)":30})x");
}

TEST_F(MonitoringTest, whatIsRefused) {
  const auto error = [&](Object datum) {
    datum["MetricName"] = "m";
    const auto done = try_put(std::move(datum));
    return done ? "taken" : done.error().code + ": " + done.error().message;
  };
  const std::string at = "The parameter MetricData.member.1.";
  const auto now = to_seconds(cloud.now());
  EXPECT_EQ(
      error({{"Value", 1}, {"Timestamp", now - 15 * 86400}}),
      "InvalidParameterValue: " + at + "Timestamp must specify a time within the past two weeks.");
  EXPECT_EQ(error({{"Value", 1}, {"Timestamp", now + 3 * 3600}}),
            "InvalidParameterValue: " + at +
                "Timestamp must specify a time no more than two hours in the future.");
  EXPECT_EQ(
      error(
          {{"Value", 1},
           {"StatisticValues", {{"SampleCount", 4}, {"Sum", 20}, {"Minimum", 0}, {"Maximum", 9}}}}),
      "InvalidParameterCombination: The parameters MetricData.member.1.Value and "
      "MetricData.member.1.StatisticValues are mutually exclusive and you have specified both.");
  EXPECT_EQ(error({{"StatisticValues", {{"SampleCount", 4}}}}),
            "MissingParameter: " + at + "StatisticValues.Sum is required.");
  EXPECT_EQ(error({{"Value", "NaN"}}),
            "InvalidParameterValue: The value NaN for parameter MetricData.member.1.Value is "
            "invalid.");
  EXPECT_TRUE(error({{"Value", std::ldexp(1.0, 361)}}).starts_with("InvalidParameterValue"));
  EXPECT_TRUE(error({{"Value", 1}, {"Unit", "Parsecs"}}).starts_with("InvalidParameterValue"));
  EXPECT_TRUE(error({{"Value", 1}, {"StorageResolution", 5}}).starts_with("InvalidParameterValue"));
  EXPECT_TRUE(error({}).starts_with("InvalidParameterCombination"));
  EXPECT_TRUE(error({{"Values", {1, 2}}, {"Counts", {1}}}).starts_with("InvalidParameterValue"));
  Array dimensions;
  for (int i = 0; i < 31; ++i)
    dimensions.push_back(Object{{"Name", "d" + std::to_string(i)}, {"Value", "v"}});
  EXPECT_TRUE(error({{"Value", 1}, {"Dimensions", dimensions}})
                  .starts_with("InvalidParameterValue: The collection"));
  EXPECT_EQ(cloud
                .call("monitoring", "PutMetricData",
                      Object{{"Namespace", "AWS/EC2"},
                             {"MetricData", {{{"MetricName", "m"}, {"Value", 1}}}}})
                .error()
                .message,
            "The value AWS/ for parameter Namespace is invalid.");
}

TEST_F(MonitoringTest, rollsUpAsItAges) {
  put({{"MetricName", "m"}, {"Value", 1}, {"StorageResolution", 1}});
  cloud.advance(1s);
  put({{"MetricName", "m"}, {"Value", 3}, {"StorageResolution", 1}});
  auto fine = range(-10s, 10s);
  fine["Period"] = 1;
  fine["Statistics"] = Array{"Sum"};
  const auto first = fine;
  EXPECT_EQ(array_of(statistics(first), "Datapoints").size(), 2u);
  cloud.advance(7h);
  EXPECT_EQ(array_of(statistics(first), "Datapoints").size(), 0u);
  const auto sum = [&](std::int64_t period) {
    auto params = range(-500 * 24h, 1h);
    params["Period"] = period;
    params["Statistics"] = Array{"Sum"};
    std::string out;
    const auto reply = statistics(params);
    for (const auto& point : array_of(reply, "Datapoints"))
      out += to_json(*find(point, "Sum")) + " ";
    return out;
  };
  EXPECT_EQ(sum(3600), "\"error\" ");  // more than 1,440 points
  EXPECT_EQ(sum(86'400), "4 ");
  cloud.advance(100 * 24h);
  EXPECT_EQ(sum(86'400), "4 ");
  cloud.advance(360 * 24h);
  EXPECT_EQ(sum(86'400), "");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(MonitoringTest, lists) {
  put({{"MetricName", "a"}, {"Value", 1}, {"Dimensions", {{{"Name", "Host"}, {"Value", "x"}}}}});
  put({{"MetricName", "a"}, {"Value", 1}, {"Dimensions", {{{"Name", "Host"}, {"Value", "y"}}}}});
  put({{"MetricName", "b"}, {"Value", 1}});
  const auto count = [&](Object params) {
    const auto reply = call("ListMetrics", std::move(params));
    return array_of(reply, "Metrics").size();
  };
  EXPECT_EQ(count({}), 3u);
  EXPECT_EQ(count({{"Namespace", "App"}, {"MetricName", "a"}}), 2u);
  EXPECT_EQ(count({{"MetricName", "a"}, {"Dimensions", {{{"Name", "Host"}, {"Value", "y"}}}}}), 1u);
  EXPECT_EQ(count({{"Dimensions", {{{"Name", "Host"}}}}}), 2u);
  EXPECT_EQ(count({{"Namespace", "Else"}}), 0u);
  cloud.advance(4h);
  EXPECT_EQ(count({{"RecentlyActive", "PT3H"}}), 0u);
  EXPECT_EQ(count({}), 3u);
  cloud.advance(15 * 24h);
  EXPECT_EQ(count({}), 0u);
}

TEST_F(MonitoringTest, listsInPages) {
  for (int page = 0; page < 6; ++page) {
    Array data;
    for (int i = 0; i < 100; ++i)
      data.push_back(Object{{"MetricName", "m" + std::to_string(page * 100 + i)}, {"Value", i}});
    call("PutMetricData", {{"Namespace", "App"}, {"MetricData", data}});
  }
  const auto first = call("ListMetrics", {});
  EXPECT_EQ(array_of(first, "Metrics").size(), 500u);
  const auto rest = call("ListMetrics", {{"NextToken", text(first, "NextToken")}});
  EXPECT_EQ(array_of(rest, "Metrics").size(), 100u);
  EXPECT_EQ(error_of("ListMetrics", {{"NextToken", "x"}}), "InvalidNextToken");
}

Object stat_query(std::string_view id, std::string_view metric, bool returned = true) {
  Object stat;
  stat["Metric"] = Object{{"Namespace", "App"}, {"MetricName", metric}};
  stat["Period"] = 60;
  stat["Stat"] = "Sum";
  Object query{{"Id", id}, {"ReturnData", returned}};
  query["MetricStat"] = std::move(stat);
  return query;
}

TEST_F(MonitoringTest, metricMath) {
  put({{"MetricName", "errors"}, {"Value", 5}});
  put({{"MetricName", "calls"}, {"Value", 50}});
  cloud.advance(60s);
  put({{"MetricName", "calls"}, {"Value", 10}});
  auto params = Object{{"StartTime", to_seconds(cloud.now()) - 300},
                       {"EndTime", to_seconds(cloud.now()) + 60},
                       {"ScanBy", "TimestampAscending"}};
  params["MetricDataQueries"] = {
      stat_query("e", "errors", false),
      stat_query("c", "calls"),
      {{"Id", "rate"}, {"Expression", "100 * FILL(e, 0) / c"}, {"Label", "Error rate"}}};
  const auto reply = call("GetMetricData", params);
  const auto& results = array_of(reply, "MetricDataResults");
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(to_json(array_of(results[0], "Values")), "[50,10]");
  EXPECT_EQ(to_json(array_of(results[1], "Values")), "[10,0]");
  EXPECT_EQ(text(results[1], "Label"), "Error rate");
  EXPECT_EQ(text(results[1], "StatusCode"), "Complete");
  params["MaxDatapoints"] = 3;
  const auto page = call("GetMetricData", params);
  EXPECT_EQ(text(array_of(page, "MetricDataResults")[1], "StatusCode"), "PartialData");
  params["NextToken"] = text(page, "NextToken");
  const auto last = call("GetMetricData", params);
  EXPECT_EQ(to_json(array_of(array_of(last, "MetricDataResults")[0], "Values")), "[0]");
  EXPECT_FALSE(find(last, "NextToken"));
}

TEST_F(MonitoringTest, badQueries) {
  const auto error = [&](Array queries) {
    Object params{{"StartTime", 1}, {"EndTime", 600}};
    params["MetricDataQueries"] = std::move(queries);
    const auto done = cloud.call("monitoring", "GetMetricData", params);
    return done ? "taken" : done.error().code + ": " + done.error().message;
  };
  EXPECT_EQ(error({{{"Id", "a"}, {"Expression", "SEARCH('x', 'Sum', 60)"}}}),
            "ValidationError: Error in expression 'a': The function SEARCH is not served by "
            "Tocsin.");
  EXPECT_EQ(error({{{"Id", "a"}, {"Expression", "b + 1"}}, {{"Id", "b"}, {"Expression", "a"}}}),
            "ValidationError: Error in expression 'a': it refers to itself.");
  EXPECT_EQ(error({{{"Id", "a"}, {"Expression", "nope"}}}),
            "ValidationError: Error in expression 'a': Undefined id nope.");
  EXPECT_EQ(error({{{"Id", "a"}, {"Expression", "1 + 1"}}}),
            "ValidationError: Error in expression 'a': The expression must return a time series.");
  EXPECT_TRUE(error({{{"Id", "A"}, {"Expression", "1"}}}).starts_with("ValidationError"));
  EXPECT_TRUE(error({{{"Id", "a"}}}).starts_with("ValidationError: Exactly one"));
}

TEST_F(MonitoringTest, statisticsThatAreRefused) {
  const auto error = [&](Object params) { return error_of("GetMetricStatistics", params); };
  auto params = range(-600s, 0s);
  EXPECT_EQ(error(params), "InvalidParameterCombination");
  params["Statistics"] = Array{"Median"};
  EXPECT_EQ(error(params), "InvalidParameterValue");
  params["Statistics"] = Array{"Sum"};
  params["Period"] = 7;
  EXPECT_EQ(error(params), "InvalidParameterValue");
  params["Period"] = 1;
  params["StartTime"] = 0;
  EXPECT_EQ(error(params), "InvalidParameterCombination");
  params["StartTime"] = params["EndTime"];
  EXPECT_EQ(error(params), "InvalidParameterCombination");
}

}  // namespace
}  // namespace tocsin::monitoring
