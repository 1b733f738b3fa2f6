// SPDX-License-Identifier: Apache-2.0
#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

class MetricFiltersTest : public LogsTest {
 protected:
  MetricFiltersTest()
      : LogsTest([this](core::Registry& registry) {
          register_logs(registry);
          registry.add(
              core::Service{"monitoring",
                            "cloudwatch",
                            {{"PutMetricData", core::Effect::Write, [this](core::Call& call) {
                                seen.push_back(call.request());
                                return core::Outcome(Object{});
                              }}}});
        }) {
    make_group("g");
    make_stream("g", "s");
  }
  static Object transformation() {
    return {{"metricName", "Errors"}, {"metricNamespace", "App"}, {"metricValue", "1"}};
  }
  Result<Document> filter(std::string_view name, std::string_view pattern,
                          Object given = transformation()) {
    Array list;
    list.push_back(std::move(given));
    return call("PutMetricFilter", {{"logGroupName", "g"},
                                    {"filterName", name},
                                    {"filterPattern", pattern},
                                    {"metricTransformations", std::move(list)}});
  }
  /// "values/counts dimensions" of each datum, and forgets them.
  std::string published() {
    std::string out;
    for (const auto& request : std::exchange(seen, {})) {
      for (const auto& datum : array_of(request.params, "MetricData")) {
        out += to_json(find(datum, "Values") ? *find(datum, "Values") : *find(datum, "Value"));
        if (find(datum, "Counts")) out += "/" + to_json(*find(datum, "Counts"));
        for (const auto& dimension : array_of(datum, "Dimensions"))
          out.append(" ")
              .append(text(dimension, "Name"))
              .append("=")
              .append(text(dimension, "Value"));
        out += "; ";
      }
    }
    return out;
  }
  std::vector<core::Request> seen;
};

TEST_F(MetricFiltersTest, countsWhatMatches) {
  ASSERT_TRUE(filter("errors", "ERROR"));
  const auto now = now_ms();
  put("g", "s", {{now, "ERROR one"}, {now, "fine"}, {now, "ERROR \"two\""}});
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].credential.service, "logs.amazonaws.com");
  EXPECT_EQ(text(seen[0].params, "Namespace"), "App");
  EXPECT_EQ(published(), "[1]/[2]; ");
  put("g", "s", {{now, "fine"}});
  EXPECT_EQ(published(), "");
  put("g", "s", {{now - 120'000, "ERROR"}, {now, "ERROR"}});
  EXPECT_EQ(published(), "[1]/[1]; [1]/[1]; ");
}

TEST_F(MetricFiltersTest, valuesAndDimensionsOfJson) {
  auto given = transformation();
  given["metricValue"] = "$.latency";
  given["dimensions"] = Object{{"Path", "$.request.path"}};
  given["unit"] = "Milliseconds";
  ASSERT_TRUE(filter("latency", "{ $.latency = * }", given));
  const auto now = now_ms();
  put("g", "s",
      {{now, R"({"latency":12.5,"request":{"path":"/a"}})"},
       {now, R"({"latency":12.5,"request":{"path":"/a"}})"},
       {now, R"({"latency":"3","request":{"path":"/b"}})"},
       {now, R"({"latency":4})"},
       {now, R"({"latency":"slow","request":{"path":"/b"}})"}});
  EXPECT_EQ(text(array_of(seen.at(0).params, "MetricData")[0], "Unit"), "Milliseconds");
  EXPECT_EQ(published(), "[12.5]/[2] Path=/a; [3]/[1] Path=/b; ");
}

TEST_F(MetricFiltersTest, valuesOfSpaceDelimitedFields) {
  auto given = transformation();
  given["metricValue"] = "$size";
  ASSERT_TRUE(filter("bytes", "[ip, status = 5*, size]", given));
  const auto now = now_ms();
  put("g", "s", {{now, "10.0.0.1 500 1024"}, {now, "10.0.0.1 200 99"}});
  EXPECT_EQ(published(), "[1024]/[1]; ");
}

TEST_F(MetricFiltersTest, theDefaultValueOfAMinuteWithoutAMatch) {
  auto given = transformation();
  given["defaultValue"] = 0;
  ASSERT_TRUE(filter("errors", "ERROR", given));
  put("g", "s", {{now_ms(), "fine"}});
  put("g", "s", {{now_ms(), "fine, too"}});
  cloud.advance(std::chrono::minutes(2));
  EXPECT_EQ(published(), "0; ");
  put("g", "s", {{now_ms(), "fine"}});
  put("g", "s", {{now_ms(), "ERROR"}});
  cloud.advance(std::chrono::minutes(2));
  EXPECT_EQ(published(), "[1]/[1]; ");
  cloud.advance(std::chrono::hours(1));
  EXPECT_EQ(published(), "");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(MetricFiltersTest, areDescribed) {
  make_group("h");
  ASSERT_TRUE(filter("a", "ERROR"));
  auto other = transformation();
  other["metricName"] = "Other";
  ASSERT_TRUE(filter("b", "WARN", other));
  const auto names = [&](Object params) {
    const auto reply = call("DescribeMetricFilters", std::move(params));
    std::string out;
    for (const auto& each : array_of(*reply, "metricFilters"))
      out.append(text(each, "logGroupName")).append("/").append(text(each, "filterName")) += " ";
    return out;
  };
  EXPECT_EQ(names({}), "g/a g/b ");
  EXPECT_EQ(names({{"logGroupName", "h"}}), "");
  EXPECT_EQ(names({{"logGroupName", "g"}, {"filterNamePrefix", "b"}}), "g/b ");
  EXPECT_EQ(names({{"metricName", "Other"}, {"metricNamespace", "App"}}), "g/b ");
  const auto page = call("DescribeMetricFilters", {{"limit", 1}});
  EXPECT_EQ(names({{"nextToken", text(*page, "nextToken")}}), "g/b ");
  EXPECT_EQ(integer(array_of(*call("DescribeLogGroups", {}), "logGroups")[0], "metricFilterCount"),
            2);
  ASSERT_TRUE(call("DeleteMetricFilter", {{"logGroupName", "g"}, {"filterName", "a"}}));
  EXPECT_EQ(error(call("DeleteMetricFilter", {{"logGroupName", "g"}, {"filterName", "a"}})),
            "ResourceNotFoundException: The specified metric filter does not exist.");
  EXPECT_EQ(names({}), "g/b ");
}

TEST_F(MetricFiltersTest, whatIsRefused) {
  const auto refused = [&](std::string_view pattern, std::string_view member, Document value) {
    auto given = transformation();
    given[member] = std::move(value);
    const auto done = filter("x", pattern, given);
    return done ? "taken" : done.error().code;
  };
  const std::string invalid = "InvalidParameterException";
  EXPECT_EQ(refused("ERROR", "metricValue", "$.latency"), invalid);
  EXPECT_EQ(refused("{ $.a = 1 }", "metricValue", "latency"), invalid);
  EXPECT_EQ(refused("{ $.a = 1 }", "metricValue", "$latency"), invalid);
  EXPECT_EQ(refused("ERROR", "metricNamespace", "AWS/Own"), invalid);
  EXPECT_EQ(refused("ERROR", "metricName", "a:b"), invalid);
  EXPECT_EQ(refused("{ $.a = ", "metricValue", "1"), invalid);
  EXPECT_EQ(refused("ERROR", "dimensions", Object{{"A", "$.a"}}), invalid);
  EXPECT_EQ(refused("{ $.a = 1 }", "dimensions",
                    Object{{"A", "$.a"}, {"B", "$.b"}, {"C", "$.c"}, {"D", "$.d"}}),
            invalid);
  auto both = transformation();
  both["dimensions"] = Object{{"A", "$.a"}};
  both["defaultValue"] = 0;
  EXPECT_FALSE(filter("x", "{ $.a = 1 }", both));
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(filter("f" + std::to_string(i), "ERROR"));
  EXPECT_EQ(error(filter("more", "ERROR")), "LimitExceededException: Resource limit exceeded.");
  EXPECT_TRUE(filter("f1", "WARN"));
}

}  // namespace
}  // namespace tocsin::logs
