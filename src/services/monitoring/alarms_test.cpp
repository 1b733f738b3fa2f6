// SPDX-License-Identifier: Apache-2.0
#include "services/monitoring/testing.hpp"

namespace tocsin::monitoring {
namespace {

using namespace std::chrono_literals;

TEST_F(MonitoringTest, anAlarmGoesOffAndCalmsDown) {
  call("PutMetricAlarm", alarm("a"));
  EXPECT_EQ(state("a"), "INSUFFICIENT_DATA");
  EXPECT_EQ(text(described("a"), "StateReason"), "Unchecked: Initial alarm creation");
  put({{"MetricName", "m"}, {"Value", 11}});
  EXPECT_EQ(state("a"), "INSUFFICIENT_DATA");
  cloud.advance(60s);
  EXPECT_EQ(state("a"), "ALARM");
  const auto reason = string_of(described("a"), "StateReason");
  EXPECT_TRUE(reason.starts_with("Threshold Crossed: 1 out of the last 1 datapoint [11.0 ("))
      << reason;
  EXPECT_TRUE(reason.ends_with(
      "was greater than the threshold (10.0) (minimum 1 datapoint for OK -> ALARM transition)."))
      << reason;
  ASSERT_EQ(published.size(), 1u);
  EXPECT_EQ(text(published[0].params, "Subject"), R"(ALARM: "a" in US East (N. Virginia))");
  EXPECT_EQ(published[0].credential.service, "cloudwatch.amazonaws.com");
  EXPECT_EQ(published[0].credential.source_arn,
            "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a");
  const auto message = parse_json(text(published[0].params, "Message"));
  ASSERT_TRUE(message);
  EXPECT_EQ(text(*message, "NewStateValue"), "ALARM");
  EXPECT_EQ(text(*message, "OldStateValue"), "INSUFFICIENT_DATA");
  EXPECT_EQ(text(object_of(*message, "Trigger"), "Statistic"), "SUM");
  put({{"MetricName", "m"}, {"Value", 1}});
  cloud.advance(60s);
  EXPECT_EQ(state("a"), "OK");
  EXPECT_EQ(invoked.size(), 1u);
  cloud.advance(10min);
  EXPECT_EQ(state("a"), "INSUFFICIENT_DATA");
  ASSERT_EQ(state_events().size(), 3u);
  EXPECT_EQ(text(object_of(state_events()[0]->detail, "state"), "value"), "ALARM");
  EXPECT_EQ(text(object_of(state_events()[0]->detail, "previousState"), "value"),
            "INSUFFICIENT_DATA");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(MonitoringTest, anAlarmThatHasSettledSleeps) {
  call("PutMetricAlarm", alarm("a"));
  cloud.advance(5min);
  const auto inputs = cloud.digest();
  cloud.advance(24h);
  EXPECT_EQ(cloud.digest(), inputs);
}

TEST_F(MonitoringTest, mOfN) {
  auto params = alarm("a");
  params["EvaluationPeriods"] = 3;
  params["DatapointsToAlarm"] = 2;
  call("PutMetricAlarm", params);
  for (const int value : {11, 1, 11}) {
    put({{"MetricName", "m"}, {"Value", value}});
    if (value == 1) {
      EXPECT_NE(state("a"), "ALARM");
    }
    cloud.advance(60s);
  }
  EXPECT_EQ(state("a"), "ALARM");
}

TEST_F(MonitoringTest, missingDataAsItIsTreated) {
  auto params = alarm("heartbeat");
  params["TreatMissingData"] = "breaching";
  call("PutMetricAlarm", params);
  params["AlarmName"] = "calm";
  params["TreatMissingData"] = "notBreaching";
  call("PutMetricAlarm", params);
  cloud.advance(60s);
  EXPECT_EQ(state("heartbeat"), "ALARM");
  EXPECT_EQ(text(described("heartbeat"), "StateReason"),
            "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint "
            "was treated as [Breaching].");
  EXPECT_EQ(state("calm"), "OK");
}

TEST_F(MonitoringTest, anAlarmOnMath) {
  Object errors, calls;
  errors["Metric"] = Object{{"Namespace", "App"}, {"MetricName", "m"}};
  errors["Period"] = 60;
  errors["Stat"] = "Sum";
  calls = errors;
  calls["Metric"].as_object()["MetricName"] = "n";
  Object params{{"AlarmName", "rate"},
                {"EvaluationPeriods", 1},
                {"Threshold", 50},
                {"ComparisonOperator", "GreaterThanOrEqualToThreshold"}};
  params["Metrics"] = {{{"Id", "e"}, {"MetricStat", errors}, {"ReturnData", false}},
                       {{"Id", "c"}, {"MetricStat", calls}, {"ReturnData", false}},
                       {{"Id", "rate"}, {"Expression", "100 * e / c"}}};
  call("PutMetricAlarm", params);
  put({{"MetricName", "n"}, {"Value", 4}});
  put({{"MetricName", "m"}, {"Value", 3}});
  cloud.advance(60s);
  EXPECT_EQ(state("rate"), "ALARM");
  EXPECT_EQ(array_of(described("rate"), "Metrics").size(), 3u);
}

TEST_F(MonitoringTest, setByHandUntilItIsEvaluated) {
  call("PutMetricAlarm", alarm("a"));
  call("SetAlarmState", {{"AlarmName", "a"}, {"StateValue", "ALARM"}, {"StateReason", "a drill"}});
  EXPECT_EQ(state("a"), "ALARM");
  EXPECT_EQ(published.size(), 1u);
  cloud.advance(60s);
  EXPECT_EQ(state("a"), "INSUFFICIENT_DATA");
  EXPECT_EQ(
      error_of("SetAlarmState", {{"AlarmName", "b"}, {"StateValue", "OK"}, {"StateReason", "x"}}),
      "ResourceNotFound");
  EXPECT_EQ(
      error_of("SetAlarmState", {{"AlarmName", "a"}, {"StateValue", "BAD"}, {"StateReason", "x"}}),
      "ValidationError");
}

TEST_F(MonitoringTest, disabledActionsDoNotRun) {
  call("PutMetricAlarm", alarm("a"));
  call("DisableAlarmActions", {{"AlarmNames", {"a"}}});
  const Object drill{{"AlarmName", "a"}, {"StateValue", "ALARM"}, {"StateReason", "x"}};
  call("SetAlarmState", drill);
  EXPECT_EQ(published.size(), 0u);
  EXPECT_EQ(state_events().size(), 1u);
  call("EnableAlarmActions", {{"AlarmNames", {"a"}}});
  cloud.advance(60s);
  call("SetAlarmState", drill);
  EXPECT_EQ(published.size(), 1u);
}

TEST_F(MonitoringTest, history) {
  call("PutMetricAlarm", alarm("a"));
  call("SetAlarmState", {{"AlarmName", "a"}, {"StateValue", "ALARM"}, {"StateReason", "x"}});
  const auto types = [&](Object params) {
    std::string out;
    const auto reply = call("DescribeAlarmHistory", std::move(params));
    for (const auto& item : array_of(reply, "AlarmHistoryItems"))
      out.append(text(item, "HistoryItemType")).append(": ").append(text(item, "HistorySummary")) +=
          "\n";
    return out;
  };
  EXPECT_EQ(types({{"AlarmName", "a"}, {"ScanBy", "TimestampAscending"}}),
            "ConfigurationUpdate: Alarm \"a\" created\n"
            "StateUpdate: Alarm updated from INSUFFICIENT_DATA to ALARM\n"
            "Action: Successfully executed action arn:aws:sns:us-east-1:123456789012:pager\n");
  EXPECT_EQ(types({{"HistoryItemType", "StateUpdate"}}),
            "StateUpdate: Alarm updated from INSUFFICIENT_DATA to ALARM\n");
  const auto page = call("DescribeAlarmHistory", {{"MaxRecords", 2}});
  EXPECT_EQ(array_of(call("DescribeAlarmHistory", {{"NextToken", text(page, "NextToken")}}),
                     "AlarmHistoryItems")
                .size(),
            1u);
}

TEST_F(MonitoringTest, describedByWhatIsAsked) {
  call("PutMetricAlarm", alarm("web-1"));
  auto other = alarm("web-2");
  other["Dimensions"] = {{{"Name", "Host"}, {"Value", "x"}}};
  call("PutMetricAlarm", other);
  const auto names = [&](Object params) {
    std::string out;
    const auto reply = call("DescribeAlarms", std::move(params));
    for (const auto& each : array_of(reply, "MetricAlarms"))
      out.append(text(each, "AlarmName")) += " ";
    return out;
  };
  EXPECT_EQ(names({}), "web-1 web-2 ");
  EXPECT_EQ(names({{"AlarmNamePrefix", "web-2"}}), "web-2 ");
  EXPECT_EQ(names({{"StateValue", "OK"}}), "");
  EXPECT_EQ(names({{"ActionPrefix", "arn:aws:sns"}}), "web-1 web-2 ");
  const auto page = call("DescribeAlarms", {{"MaxRecords", 1}});
  EXPECT_EQ(names({{"NextToken", text(page, "NextToken")}}), "web-2 ");
  const auto of_metric =
      call("DescribeAlarmsForMetric", {{"Namespace", "App"}, {"MetricName", "m"}});
  EXPECT_EQ(array_of(of_metric, "MetricAlarms").size(), 1u);
  call("DeleteAlarms", {{"AlarmNames", {"web-1"}}});
  EXPECT_EQ(names({}), "web-2 ");
  EXPECT_EQ(error_of("DeleteAlarms", {{"AlarmNames", {"web-1"}}}), "ResourceNotFound");
}

TEST_F(MonitoringTest, alarmsThatAreRefused) {
  const auto error = [&](std::string_view member, Document value) {
    auto params = alarm("a");
    params[member] = std::move(value);
    return error_of("PutMetricAlarm", params);
  };
  EXPECT_EQ(error("Period", 45), "ValidationError");
  EXPECT_EQ(error("EvaluationPeriods", 0), "ValidationError");
  EXPECT_EQ(error("EvaluationPeriods", 1500), "ValidationError");
  EXPECT_EQ(error("DatapointsToAlarm", 2), "ValidationError");
  EXPECT_EQ(error("Statistic", "Median"), "ValidationError");
  EXPECT_EQ(error("ExtendedStatistic", "p90"), "ValidationError");
  EXPECT_EQ(error("ComparisonOperator", "Equal"), "ValidationError");
  EXPECT_EQ(error("TreatMissingData", "maybe"), "ValidationError");
  EXPECT_EQ(error("AlarmActions", Array{"topic"}), "ValidationError");
  EXPECT_EQ(error("AlarmActions", Array{"arn:aws:automate:us-east-1:ec2:stop"}), "ValidationError");
  EXPECT_EQ(error("ThresholdMetricId", "ad1"), "ValidationError");
  EXPECT_EQ(error("Metrics", Array{}), "ValidationError");
  EXPECT_EQ(error("Unit", "Parsecs"), "ValidationError");
}

TEST_F(MonitoringTest, tags) {
  auto params = alarm("a");
  params["Tags"] = {{{"Key", "team"}, {"Value", "blue"}}};
  call("PutMetricAlarm", params);
  const auto arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a";
  call("TagResource", {{"ResourceARN", arn}, {"Tags", {{{"Key", "tier"}, {"Value", "1"}}}}});
  call("UntagResource", {{"ResourceARN", arn}, {"TagKeys", {"team"}}});
  EXPECT_EQ(to_json(call("ListTagsForResource", {{"ResourceARN", arn}})),
            R"({"Tags":[{"Key":"tier","Value":"1"}]})");
  EXPECT_EQ(error_of("ListTagsForResource",
                     {{"ResourceARN", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:none"}}),
            "ResourceNotFoundException");
}

TEST_F(MonitoringTest, compositeAlarms) {
  call("PutMetricAlarm", alarm("a"));
  call("PutMetricAlarm", alarm("b"));
  Object both{{"AlarmName", "both"}, {"AlarmRule", "ALARM(a) AND ALARM(\"b\")"}};
  both["AlarmActions"] = {kTopic};
  call("PutCompositeAlarm", both);
  EXPECT_EQ(state("both", "CompositeAlarms"), "OK");
  call("DisableAlarmActions", {{"AlarmNames", {"a", "b"}}});
  for (const auto* name : {"a", "b"})
    call("SetAlarmState", {{"AlarmName", name}, {"StateValue", "ALARM"}, {"StateReason", "x"}});
  EXPECT_EQ(state("both", "CompositeAlarms"), "ALARM");
  EXPECT_TRUE(text(described("both", "CompositeAlarms"), "StateReason")
                  .starts_with("arn:aws:cloudwatch:us-east-1:123456789012:alarm:b transitioned to "
                               "ALARM at "));
  ASSERT_EQ(published.size(), 1u);
  const auto message = parse_json(text(published[0].params, "Message"));
  EXPECT_EQ(array_of(*message, "TriggeringChildren").size(), 2u);
  EXPECT_EQ(error_of("DeleteAlarms", {{"AlarmNames", {"a"}}}), "ValidationError");
  EXPECT_EQ(error_of("PutCompositeAlarm", {{"AlarmName", "x"}, {"AlarmRule", "ALARM(none)"}}),
            "ValidationError");
  EXPECT_EQ(error_of("PutCompositeAlarm", {{"AlarmName", "both"}, {"AlarmRule", "ALARM(both)"}}),
            "ValidationError");
  call("DeleteAlarms", {{"AlarmNames", {"a", "b", "both"}}});
}

}  // namespace
}  // namespace tocsin::monitoring
