// SPDX-License-Identifier: Apache-2.0
// What the recordings of AWS lack: retries over time, callbacks, limits, redrive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engines/asl/local.hpp"
#include "engines/asl/path.hpp"

namespace tocsin::asl {
namespace {

constexpr std::string_view kTask = R"({"StartAt":"T","States":{
  "T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
       "HeartbeatSeconds":10,"TimeoutSeconds":100,"Parameters":{"QueueUrl":"q","MessageBody.$":"$$.Task.Token"},
       "Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":2,"BackoffRate":3,"MaxDelaySeconds":5,
                 "MaxAttempts":3}],
       "Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Next":"Late","ResultPath":"$.late"}],
       "End":true},
  "Late":{"Type":"Pass","End":true}}})";

TEST(Tasks, RetriesAreSpacedByTheBackoffUpToItsLimit) {
  const auto machine = *compile(kTask);
  LocalOptions options;
  options.start.input = Object{{"a", 1}};
  options.answer = [](const StartTask& task) {
    return LocalAnswer{{TaskFailed{task.task, "Busy", "later", TaskFailed::At::Run}}};
  };
  const auto result = run_locally(*machine, options);
  EXPECT_EQ(result.finished.status, Status::Failed);
  std::vector<std::int64_t> scheduled;
  for (const auto& event : result.history)
    if (event.type == EventType::TaskScheduled) scheduled.push_back(to_ms(event.timestamp));
  EXPECT_THAT(scheduled, ::testing::ElementsAre(0, 2000, 7000, 12000));
}

TEST(Tasks, AMissedHeartbeatIsCaught) {
  const auto machine = *compile(kTask);
  LocalOptions options;
  options.start.input = Object{{"a", 1}};
  const auto result = run_locally(*machine, options);
  EXPECT_EQ(to_json(*result.finished.output),
            R"({"a":1,"late":{"Error":"States.Timeout","Cause":""}})");
  EXPECT_EQ(to_ms(result.history.back().timestamp), 10'000);
}

TEST(Limits, AnEndlessLoopFailsAtTheHistoryLimit) {
  const auto machine = *compile(R"({"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[
      {"Variable":"$.a","IsPresent":true,"Next":"B"}],"Default":"E"},
      "B":{"Type":"Pass","Next":"A"},"E":{"Type":"Succeed"}}})");
  LocalOptions options;
  options.start.input = Object{{"a", 1}};
  const auto result = run_locally(*machine, options);
  EXPECT_EQ(result.history.size(), 25'000u);
  EXPECT_EQ(result.history.back().id, 25'000);
  EXPECT_EQ(result.finished.cause,
            "The execution reached the maximum number of history events (25000).");
}

TEST(Choice, WithoutAMatchFailsAtRunTime) {
  const auto machine = *compile(R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
      {"Variable":"$.a","NumericEquals":2,"Next":"E"}]},"E":{"Type":"Succeed"}}})");
  LocalOptions options;
  options.start.input = Object{{"a", 1}};
  const auto result = run_locally(*machine, options);
  EXPECT_EQ(result.finished.error, "States.Runtime");
  EXPECT_EQ(result.finished.cause,
            "An error occurred while executing the state 'C' (entered at the event id #2). Failed "
            "to transition out of the state. The state does not point to a next state.");
}

LocalResult output_of(std::string_view expression) {
  const auto machine = *compile(
      R"({"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Pass","Output":"{% )" +
      std::string(expression) + R"( %}","End":true}}})");
  LocalOptions options;
  options.start.input = *parse_json(R"({"a":{"b":[1,{"c":2}],"e":[]},"n":null})");
  return run_locally(*machine, options);
}

TEST(Jsonata, PathsIntoTheInputAreWalkedAsPathsAre) {
  const auto text = [](std::string_view expression) {
    const auto result = output_of(expression);
    return result.finished.output ? to_json(*result.finished.output)
                                  : result.finished.error.value_or("");
  };
  EXPECT_EQ(text("$states.input.a.b.c + 1"), "3");
  EXPECT_EQ(text("$count($states.input.a.b)"), "2");
  EXPECT_EQ(text("$exists($states.input.a.x.y)"), "false");
  EXPECT_EQ(text("$exists($states.input.n.x)"), "false");
  EXPECT_EQ(text("$count($states.input.a.e)"), "0");
  EXPECT_EQ(text("$states.input.a.b[1].c & ''"), "\"2\"");
  EXPECT_EQ(text("($states := {'input': 7}; $states.input)"), "7");
  EXPECT_EQ(text("$keys($states)"), "[\"input\",\"context\"]");
}

TEST(Jsonata, AFunctionIsNoResult) {
  const auto failed = output_of("$sum");
  EXPECT_EQ(failed.finished.error, "States.QueryEvaluationError");
  EXPECT_TRUE(failed.finished.cause->ends_with("returned an unsupported result type."))
      << *failed.finished.cause;
  EXPECT_EQ(to_json(*output_of("''").finished.output), "\"\"");
}

TEST(Paths, FiltersAndSlices) {
  const auto root = *parse_json(R"({"i":[{"x":1,"n":"a"},{"x":5,"n":"b"},{"x":9,"n":"c"}]})");
  const auto read = [&](std::string_view text) {
    Document storage;
    const auto path = Path::parse(text);
    return path ? to_json(**path->read(root, storage)) : path.error().message;
  };
  EXPECT_EQ(read("$.i[?(@.x > 1 && @.n != 'c')].n"), R"(["b"])");
  EXPECT_EQ(read("$..n"), R"(["a","b","c"])");
  EXPECT_EQ(read("$.i[-1].x"), "9");
  EXPECT_EQ(read("$.i[0,2].x"), "[1,9]");
  EXPECT_EQ(read("$.i[?(@.n in ['a','c'])].x"), "[1,9]");
}

}  // namespace
}  // namespace tocsin::asl
