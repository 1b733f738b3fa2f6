// SPDX-License-Identifier: Apache-2.0
#include "services/states/testing.hpp"

namespace tocsin::states {
namespace {

using ::testing::HasSubstr;
using testing::machine_arn;
using ::testing::StartsWith;
using testing::States;

TEST_F(States, ExecutionsAreLogged) {
  neighbours->answers["logs:DescribeResourcePolicies"] = [](core::Call&) {
    return core::Outcome(Object{{"resourcePolicies", Array{}}});
  };
  const auto group = "arn:aws:logs:us-east-1:123456789012:log-group:/x:*";
  const auto logging = [&](std::string_view level) {
    return Object{{"loggingConfiguration",
                   Object{{"level", level},
                          {"includeExecutionData", true},
                          {"destinations", Array{Object{{"cloudWatchLogsLogGroup",
                                                         Object{{"logGroupArn", group}}}}}}}}};
  };
  create("m", {{"F", Object{{"Type", "Fail"}, {"Error", "E"}}}}, logging("ALL"));
  ASSERT_EQ(neighbours->of("logs:PutResourcePolicy").size(), 1u);
  EXPECT_THAT(string_of(neighbours->of("logs:PutResourcePolicy")[0], "policyDocument"),
              HasSubstr("log-group:/x:log-stream:*"));
  start("m", "e");
  auto put = neighbours->of("logs:PutLogEvents");
  ASSERT_EQ(put.size(), 1u);
  EXPECT_EQ(text(put[0], "logGroupName"), "/x");
  EXPECT_THAT(string_of(put[0], "logStreamName"), StartsWith("states/m/"));
  const auto& lines = array_of(put[0], "logEvents");
  ASSERT_EQ(lines.size(), 3u);
  const auto line = *parse_json(text(lines[0], "message"));
  EXPECT_EQ(text(line, "type"), "ExecutionStarted");
  EXPECT_EQ(text(line, "id"), "1");
  EXPECT_EQ(text(object_of(line, "details"), "input"), "{}");
  done("UpdateStateMachine", [&] {
    auto params = logging("FATAL");
    params["stateMachineArn"] = machine_arn("m");
    return params;
  }());
  start("m", "f");
  put = neighbours->of("logs:PutLogEvents");
  ASSERT_EQ(put.size(), 2u);
  EXPECT_EQ(array_of(put[1], "logEvents").size(), 1u);
  neighbours->answers["logs:PutResourcePolicy"] = [](core::Call&) {
    return core::Outcome(fail("AccessDeniedException", "no", 400));
  };
  auto params = logging("ALL");
  params["name"] = "n";
  params["roleArn"] = testing::kRole;
  params["definition"] = R"({"StartAt":"S","States":{"S":{"Type":"Succeed"}}})";
  EXPECT_EQ(refusal("CreateStateMachine", params),
            "AccessDeniedException: The state machine IAM Role is not authorized to access the Log "
            "Destination");
}

}  // namespace
}  // namespace tocsin::states
