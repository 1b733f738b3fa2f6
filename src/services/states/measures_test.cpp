// SPDX-License-Identifier: Apache-2.0
#include "services/states/testing.hpp"

namespace tocsin::states {
namespace {

using testing::machine_arn;
using testing::States;

/// "ExecutionsStarted: 2 x 1" of each metric, in order.
std::vector<std::string> told(const Document& params) {
  std::vector<std::string> out;
  for (const auto& datum : array_of(params, "MetricData")) {
    std::string line = string_of(datum, "MetricName") + ":";
    const auto& values = array_of(datum, "Values");
    const auto& counts = array_of(datum, "Counts");
    for (std::size_t i = 0; i < values.size(); ++i)
      line += " " + to_json(counts[i]) + " x " + to_json(values[i]);
    out.push_back(line);
  }
  return out;
}

TEST_F(States, MetricsAreCountedByTheMinute) {
  create("m", {{"W", Object{{"Type", "Wait"}, {"Seconds", 2}, {"End", true}}}});
  start("m", "a");
  start("m", "b");
  EXPECT_TRUE(neighbours->of("monitoring:PutMetricData").empty());
  cloud.advance(std::chrono::minutes(3));
  const auto put = neighbours->of("monitoring:PutMetricData");
  ASSERT_EQ(put.size(), 1u);
  EXPECT_EQ(text(put[0], "Namespace"), "AWS/States");
  EXPECT_EQ(told(put[0]),
            (std::vector<std::string>{"ExecutionsStarted: 2 x 1", "ExecutionsSucceeded: 2 x 1",
                                      "ExecutionTime: 2 x 2000"}));
  const auto& dimension = array_of(array_of(put[0], "MetricData")[0], "Dimensions")[0];
  EXPECT_EQ(text(dimension, "Name"), "StateMachineArn");
  EXPECT_EQ(text(dimension, "Value"), machine_arn("m"));
  replays();
}

TEST_F(States, MetricsTellHowExecutionsEnd) {
  create("m", {{"W", Object{{"Type", "Wait"}, {"Seconds", 90}, {"End", true}}}});
  const auto execution = start("m", "a");
  cloud.advance(std::chrono::seconds(70));
  done("StopExecution", {{"executionArn", execution}});
  cloud.advance(std::chrono::minutes(3));
  const auto put = neighbours->of("monitoring:PutMetricData");
  ASSERT_EQ(put.size(), 2u);
  EXPECT_EQ(told(put[0]), (std::vector<std::string>{"ExecutionsStarted: 1 x 1"}));
  EXPECT_EQ(told(put[1]),
            (std::vector<std::string>{"ExecutionsAborted: 1 x 1", "ExecutionTime: 1 x 70000"}));
}

}  // namespace
}  // namespace tocsin::states
