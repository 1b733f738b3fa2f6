// SPDX-License-Identifier: Apache-2.0
// TestState through the API: what the models say of mocks (recorded on AWS), and tasks that run.
#include <fstream>

#include "services/states/definitions_testing.hpp"

namespace tocsin::states::testing {
namespace {

constexpr std::string_view kSchema = "Mock result schema validation error: ";

class TestStateApi : public Definitions {
 protected:
  TestStateApi() {
    neighbours->answers["sqs:SendMessage"] = [](core::Call& call) -> core::Outcome {
      if (text(call.params(), "MessageBody") == "bad")
        return fail("QueueDoesNotExist", "The specified queue does not exist.");
      return Object{{"MessageId", "id-1"}, {"MD5OfMessageBody", "md5"}};
    };
  }
  Result<Document> run(Object params) { return call("TestState", std::move(params)); }
  Object task() {
    return {{"definition", R"({"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
                "Parameters":{"QueueUrl":"q","MessageBody.$":"$.body"},
                "ResultSelector":{"id.$":"$.MessageId"},
                "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Lost","ResultPath":"$.e"}],
                "Next":"After"})"},
            {"roleArn", kRole},
            {"input", R"({"body":"hello"})"}};
  }
};

TEST_F(TestStateApi, ATaskRunsForReal) {
  const auto reply = run(task());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(to_json(*reply), R"({"output":"{\"id\":\"id-1\"}","nextState":"After",)"
                             R"("status":"SUCCEEDED"})");
}

TEST_F(TestStateApi, ItsFailureIsCaught) {
  auto params = task();
  params["input"] = R"({"body":"bad"})";
  const auto reply = run(params);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(text(*reply, "status"), "CAUGHT_ERROR");
  EXPECT_EQ(text(*reply, "nextState"), "Lost");
  EXPECT_THAT(std::string(text(*reply, "error")), ::testing::StartsWith("SQS."));
}

TEST_F(TestStateApi, WhatIsRefused) {
  auto params = task();
  params.erase("roleArn");
  auto reply = run(params);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message, "RoleArn must be specified when testing a Task state");
  params["roleArn"] = "nonsense";
  reply = run(params);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "InvalidArn");
  reply = run({{"definition", R"({"Type":"Wurst"})"}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "InvalidDefinition");
  EXPECT_EQ(reply.error().status, 400);
}

/// Recorded cases about the models of services.
TEST_F(TestStateApi, MocksAreHeldAgainstTheModels) {
  std::ifstream in(TOCSIN_SHARED_DIR "/data/states/test_state.jsonl");
  int faults = 0, fine = 0;
  for (std::string line; std::getline(in, line);) {
    const auto recorded = *parse_json(line);
    auto params = find(recorded, "test_state")->as_object();
    if (!params.contains("mock")) continue;
    const auto level = string_of(params, "inspectionLevel");
    params["inspectionLevel"] = level.substr(level.rfind('.') + 1);
    params.erase("roleArn");
    const auto reply = run(params);
    const auto wanted = text(*find(recorded, "expected"), "message");
    const auto id = text(recorded, "id");
    if (wanted.starts_with(kSchema)) {
      ++faults;
      ASSERT_FALSE(reply) << id << to_json(*reply);
      EXPECT_EQ(reply.error().message, wanted) << id;
    } else if (text(*find(recorded, "expected"), "status") == "SUCCEEDED") {
      ++fine;
      EXPECT_TRUE(reply) << id << ": " << reply.error().message;
    }
  }
  EXPECT_GE(faults, 10);
  EXPECT_GE(fine, 15);
}

TEST_F(TestStateApi, TheTaskIsCalledAsTheRole) {
  ASSERT_TRUE(run(task()));
  ASSERT_EQ(neighbours->calls.size(), 1u);
  EXPECT_EQ(neighbours->calls[0].role, kRole);
  auto absent = task();
  absent["roleArn"] = "arn:aws:iam::123456789012:role/absent";
  const auto reply = run(absent);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "AccessDeniedException");
}

/// A function that does not answer.
TEST_F(TestStateApi, LastsFiveMinutesAtMost) {
  std::optional<core::Token> never;
  neighbours->answers["sqs:SendMessage"] = [&](core::Call& call) -> core::Outcome {
    never = call.park();
    return *never;
  };
  const auto reply = run(task());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "StillPending");
  cloud.advance(std::chrono::minutes(6));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  const auto& late = cloud.late_replies.begin()->second;
  ASSERT_TRUE(late);
  EXPECT_EQ(text(*late, "error"), "States.Timeout");
}

TEST_F(TestStateApi, TheLogGivesTheSameState) {
  ASSERT_TRUE(run(task()));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::states::testing
