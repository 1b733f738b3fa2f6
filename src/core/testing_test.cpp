// SPDX-License-Identifier: Apache-2.0
// The door for tests refuses replies that AWS's models do not know.
#include "core/testing.hpp"

namespace tocsin::core {
namespace {

Outcome answer(Call& call) {
  return *find(call.params(), "Answer");
}

/// Operations of the real model of sns that answer as they are told, and a service without a model.
void register_answers(Registry& registry) {
  registry.add(Service{"sns",
                       "sns",
                       {{"CreateTopic", Effect::Write, answer},
                        {"ListTopics", Effect::Read, answer},
                        {"DeleteTopic", Effect::Write, answer}}});
  registry.add(Service{"echo", "echo", {{"Say", Effect::Write, answer}}});
}

std::string outcome(std::string_view service, std::string_view operation, Object said) {
  TestCloud cloud(register_answers);
  const auto reply = cloud.call(service, operation, Object{{"Answer", std::move(said)}});
  return reply ? "ok" : reply.error().code;
}

TEST(TestCloud, KnowsEveryMemberOfAReply) {
  EXPECT_EQ(outcome("sns", "CreateTopic", {{"TopicArn", "arn"}}), "ok");
  EXPECT_EQ(outcome("sns", "CreateTopic", {{"TopicARN", "arn"}}), "ReplyNotInModel");
  EXPECT_EQ(outcome("sns", "CreateTopic", {{"TopicArn", 7}}), "ReplyNotInModel");
  EXPECT_EQ(outcome("sns", "ListTopics", {{"Topics", Array{Object{{"Arn", "a"}}}}}),
            "ReplyNotInModel");
  EXPECT_EQ(outcome("sns", "DeleteTopic", {}), "ok");
  EXPECT_EQ(outcome("sns", "DeleteTopic", {{"Anything", 1}}), "ReplyNotInModel");
  EXPECT_EQ(outcome("echo", "Say", {{"Anything", 1}}), "ok");
}

}  // namespace
}  // namespace tocsin::core
