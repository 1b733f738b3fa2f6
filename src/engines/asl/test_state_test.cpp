// SPDX-License-Identifier: Apache-2.0
// TestState: the replies recorded on AWS (../shared/data/states), and what they lack.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engines/asl/recorded.hpp"

namespace tocsin::asl {
namespace {

constexpr std::string_view kSchema = "Mock result schema validation error: ";

TestSurroundings surroundings() {
  TestSurroundings out;
  out.account = "111111111111";
  out.region = "us-east-1";
  return out;
}

/// {code, message} where AWS refused the request.
std::pair<std::string, std::string> refusal_of(const Document& expected) {
  if (const auto* error = find(expected, "Error"))
    return {string_of(*error, "Code"), string_of(*error, "Message")};
  auto message = string_of(expected, "exception_value");
  if (const auto at = message.find("operation: "); at != std::string::npos)
    message = message.substr(at + 11);
  return {string_of(expected, "exception_typename"), message};
}

/// The request, without what the recording's harness left in it.
Document request_of(const Document& recorded) {
  auto request = *find(recorded, "test_state");
  auto& level = request.as_object()["inspectionLevel"];
  if (const auto* text = level.if_string())
    level = std::string_view(*text).substr(text->rfind('.') + 1);
  return request;
}

void expect_reply(const Document& recorded) {
  const auto name = recorded::name_of(recorded);
  auto expected = find(recorded, "expected")->as_object();
  expected.erase("ResponseMetadata");
  const auto [code, message] = refusal_of(expected);
  auto around = surroundings();
  // The models are not this room's: what they find wrong is taken as recorded.
  around.mock_fault = [&, text = message](const Resource&, const Document&,
                                          MockCheck) -> std::optional<std::string> {
    if (!text.starts_with(kSchema)) return std::nullopt;
    return text.substr(kSchema.size());
  };
  const auto tested = test_state(request_of(recorded), around);
  if (!code.empty()) {
    ASSERT_FALSE(tested) << name;
    EXPECT_EQ(tested.error().code, code) << name;
    EXPECT_EQ(tested.error().message, message) << name;
    return;
  }
  ASSERT_TRUE(tested) << name << ": " << tested.error().message;
  ASSERT_TRUE(tested->reply) << name;
  EXPECT_TRUE(recorded::same(expected, *tested->reply))
      << name << "\n  " << to_json(expected) << "\n  " << to_json(*tested->reply);
}

TEST(TestState, AsRecorded) {
  const auto cases = recorded::cases("test_state.jsonl");
  EXPECT_EQ(cases.size(), 55u);
  for (const auto& recorded : cases)
    expect_reply(recorded);
}

constexpr std::string_view kTask = R"({"Type":"Task","QueryLanguage":"JSONata",
  "Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"foo","Payload":"bar"},
  "Assign":{"seen":"{% $known + 1 %}"},"Output":{"got":"{% $states.result.Payload %}"},
  "Retry":[{"ErrorEquals":["MockException"],"IntervalSeconds":1,"BackoffRate":2,"MaxAttempts":5}],
  "Catch":[{"ErrorEquals":["States.TaskFailed"],"Output":{"e":"{% $states.errorOutput.Error %}"},
            "Next":"Handle"}],"Next":"After"})";

Document reply(Object request, const std::optional<TestAnswer>& answer = {}) {
  if (!request.contains("definition")) request["definition"] = kTask;
  if (!request.contains("inspectionLevel")) request["inspectionLevel"] = "DEBUG";
  const auto tested = test_state(request, surroundings(), answer);
  if (!tested) return Object{{"refused", tested.error().code + ": " + tested.error().message}};
  if (!tested->reply) return Object{{"task", *tested->task->parameters}};
  return *tested->reply;
}

Object failing(std::string_view error, std::int64_t retries) {
  Object mock{{"errorOutput", Object{{"error", error}, {"cause", "why"}}}};
  return {{"mock", std::move(mock)},
          {"variables", R"({"known":1})"},
          {"stateConfiguration", Object{{"retrierRetryCount", retries}}}};
}

/// As AWS answered on 2025-11-22.
TEST(TestState, RetriesAreCountedByTheCaller) {
  EXPECT_EQ(to_json(reply(failing("MockException", 4))),
            R"({"error":"MockException","cause":"why","inspectionData":{"input":"{}",)"
            R"("afterArguments":"{\"FunctionName\":\"foo\",\"Payload\":\"bar\"}",)"
            R"("errorDetails":{"retryIndex":0,"retryBackoffIntervalSeconds":16},)"
            R"("variables":"{\"known\":1}"},"status":"RETRIABLE"})");
  const auto caught = reply(failing("MockException", 5));
  EXPECT_EQ(text(caught, "status"), "CAUGHT_ERROR");
  EXPECT_EQ(text(caught, "nextState"), "Handle");
  EXPECT_EQ(text(caught, "output"), R"({"e":"MockException"})");
  EXPECT_EQ(to_json(*find_path(caught, "inspectionData.errorDetails")),
            R"({"catchIndex":0,"retryIndex":0})");
}

TEST(TestState, AnUnmockedTaskIsGivenToTheHost) {
  EXPECT_EQ(to_json(reply({{"variables", R"({"known":1})"}})),
            R"({"refused":"ValidationException: RoleArn must be specified when testing a Task )"
            R"(state"})");
  const Object request{{"roleArn", "arn:aws:iam::111111111111:role/r"},
                       {"variables", R"({"known":1})"}};
  EXPECT_EQ(to_json(reply(request)), R"({"task":{"FunctionName":"foo","Payload":"bar"}})");
  const auto done =
      reply(request, TestAnswer{TaskSucceeded{0, Object{{"Payload", 7}}}, Document()});
  EXPECT_EQ(text(done, "output"), R"({"got":7})");
  EXPECT_EQ(text(done, "nextState"), "After");
  EXPECT_EQ(text(*find(done, "inspectionData"), "variables"), R"({"known":1,"seen":2})");
  EXPECT_EQ(text(*find(done, "inspectionData"), "result"), R"({"Payload":7})");
}

TEST(TestState, AMapThatToleratesNoMoreFails) {
  const auto map = [](std::string_view fields) {
    return reply({{"definition", fmt::format(R"({{"Type":"Map","QueryLanguage":"JSONata",
        "Items":"{{% $states.input.v %}}",{}"ItemProcessor":{{"StartAt":"P",
        "States":{{"P":{{"Type":"Pass","End":true}}}}}},"End":true}})",
                                             fields)},
                  {"input", R"({"v":[1,2,3]})"},
                  {"stateConfiguration", Object{{"mapIterationFailureCount", 2}}},
                  {"mock", Object{{"result", "[0,0,1]"}}}});
  };
  const auto failed = map(R"("ToleratedFailureCount":1,)");
  EXPECT_EQ(text(failed, "status"), "FAILED");
  EXPECT_EQ(text(failed, "cause"), "The specified tolerated failure threshold was exceeded");
  EXPECT_EQ(to_json(*find(failed, "inspectionData")),
            R"({"input":"{\"v\":[1,2,3]}","maxConcurrency":0,"toleratedFailureCount":1})");
  EXPECT_EQ(text(map(""), "status"), "SUCCEEDED");
}

TEST(TestState, WhatIsRefused) {
  const auto refused = [](Object request) {
    return string_of(reply(std::move(request)), "refused");
  };
  const auto mocked = [&](std::string_view context) {
    return refused({{"context", context}, {"mock", Object{{"result", "{}"}}}});
  };
  const std::string prefix = "ValidationException: Invalid Context object provided: ";
  EXPECT_EQ(mocked(R"({"Execution":{"Id":1}})"), prefix + "Execution.Id must be a string");
  EXPECT_EQ(mocked(R"({"Map":{}})"),
            prefix + "'Map' field is not supported when mocking a Context object");
  EXPECT_EQ(mocked(R"({"Execution":{"pokemon":"squirtle"}})"),
            prefix + "Field 'pokemon' is not allowed");
  EXPECT_EQ(mocked(R"({"Pokedex":{}})"), prefix + "Field 'Pokedex' is not allowed");
  EXPECT_EQ(refused({{"mock", Object{{"result", "{}"}, {"errorOutput", Object()}}}}),
            "ValidationException: A test mock should have only one of the following fields: "
            "[result, errorOutput].");
  EXPECT_EQ(refused({{"mock", Object{{"result", "{}"}}}, {"revealSecrets", true}}),
            "ValidationException: TestState does not support RevealSecrets when a mock is "
            "specified.");
}

}  // namespace
}  // namespace tocsin::asl
