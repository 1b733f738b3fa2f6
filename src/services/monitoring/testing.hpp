// SPDX-License-Identifier: Apache-2.0
// What this room's tests share.
#pragma once

#include <gtest/gtest.h>

#include "core/testing.hpp"
#include "services/monitoring/monitoring.hpp"

namespace tocsin::monitoring {

class MonitoringTest : public testing::Test {
 protected:
  MonitoringTest()
      : cloud([this](core::Registry& registry) {
          register_monitoring(registry);
          registry.add(
              core::Service{"sns", "sns", {{"Publish", core::Effect::Write, taken(published)}}});
          registry.add(
              core::Service{"lambda", "lambda", {{"Invoke", core::Effect::Write, taken(invoked)}}});
        }) {
    cloud.advance(Duration(60'000 - to_ms(cloud.now()) % 60'000 + 1000));  // a second into a minute
  }

  static core::Handler taken(std::vector<core::Request>& into) {
    return [&into](core::Call& call) -> core::Outcome {
      into.push_back(call.request());
      return Object{};
    };
  }

  Document call(std::string_view operation, Object params) {
    const auto reply = cloud.call("monitoring", operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << reply.error().code << ": " << reply.error().message;
    return reply.value_or(Document());
  }
  std::string error_of(std::string_view operation, Object params) {
    const auto reply = cloud.call("monitoring", operation, std::move(params));
    return reply ? "no error" : reply.error().code;
  }

  Result<Document> try_put(Object datum) {
    Array data;
    data.push_back(std::move(datum));
    return cloud.call("monitoring", "PutMetricData",
                      Object{{"Namespace", "App"}, {"MetricData", std::move(data)}});
  }
  void put(Object datum) {
    const auto done = try_put(std::move(datum));
    ASSERT_TRUE(done) << done.error().message;
  }

  /// Parameters of GetMetricStatistics for App's metric m, from now.
  Object range(Duration from, Duration to) {
    return {{"Namespace", "App"},
            {"MetricName", "m"},
            {"StartTime", to_seconds(cloud.now() + from)},
            {"EndTime", to_seconds(cloud.now() + to)},
            {"Period", 60}};
  }
  Document statistics(const Object& params) {
    const auto reply = cloud.call("monitoring", "GetMetricStatistics", params);
    if (reply) return *reply;
    Array points;
    points.push_back(Object{{"Sum", "error"}});
    return Object{{"Datapoints", std::move(points)}};
  }
  Document only_point(Array names) {
    auto params = range(-std::chrono::seconds(600), std::chrono::seconds(600));
    params["Statistics"] = std::move(names);
    const auto reply = statistics(params);
    const auto& points = array_of(reply, "Datapoints");
    EXPECT_EQ(points.size(), 1u);
    return points.empty() ? Document() : points[0];
  }

  /// An alarm on the sum of App's m over a minute, above 10.
  Object alarm(std::string_view name) {
    return {{"AlarmName", name},
            {"Namespace", "App"},
            {"MetricName", "m"},
            {"Statistic", "Sum"},
            {"Period", 60},
            {"EvaluationPeriods", 1},
            {"Threshold", 10},
            {"ComparisonOperator", "GreaterThanThreshold"},
            {"AlarmActions", {kTopic}},
            {"OKActions", {kFunction}}};
  }
  Document described(std::string_view name, std::string_view list = "MetricAlarms") {
    const auto reply = call("DescribeAlarms", {{"AlarmNames", {name}},
                                               {"AlarmTypes", {"MetricAlarm", "CompositeAlarm"}}});
    const auto& found = array_of(reply, list);
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Document() : found[0];
  }
  std::string state(std::string_view name, std::string_view list = "MetricAlarms") {
    return string_of(described(name, list), "StateValue");
  }
  std::vector<const core::Event*> state_events() const {
    std::vector<const core::Event*> out;
    for (const auto& event : cloud.events()) {
      if (event.detail_type == "CloudWatch Alarm State Change") out.push_back(&event);
    }
    return out;
  }

  static constexpr std::string_view kTopic = "arn:aws:sns:us-east-1:123456789012:pager";
  static constexpr std::string_view kFunction =
      "arn:aws:lambda:us-east-1:123456789012:function:calm";
  std::vector<core::Request> published, invoked;
  core::TestCloud cloud;
};

}  // namespace tocsin::monitoring
