// SPDX-License-Identifier: Apache-2.0
#include "services/states/testing.hpp"

namespace tocsin::states {
namespace {

using ::testing::HasSubstr;
using testing::machine_arn;
using ::testing::StartsWith;
using testing::States;

class MapRuns : public States {
 protected:
  std::string run(Object more, Object processor = {{"Type", "Pass"}, {"End", true}},
                  std::string_view input = "[1,2,3]") {
    more["Type"] = "Map";
    more["End"] = true;
    if (!more.contains("Label")) more["Label"] = "L";
    Object flow{{"ProcessorConfig", Object{{"Mode", "DISTRIBUTED"}, {"ExecutionType", type}}},
                {"StartAt", "P"}};
    flow["States"] = Object{{"P", std::move(processor)}};
    more["ItemProcessor"] = std::move(flow);
    create("m" + std::to_string(++made), Object{{"Each", std::move(more)}});
    return start("m" + std::to_string(made), "e", input);
  }
  Object reader(std::string_view type, Object more = {}) {
    more["InputType"] = type;
    return Object{{"ItemReader", Object{{"Resource", "arn:aws:states:::s3:getObject"},
                                        {"ReaderConfig", std::move(more)},
                                        {"Parameters", Object{{"Bucket", "b"}, {"Key", "k"}}}}}};
  }
  void file(std::string_view content) {
    neighbours->answers["s3:GetObject"] = [text = std::string(content)](core::Call&) {
      return core::Outcome(Object{{"Body", base64(text)}});
    };
  }
  Document map_run(std::string_view execution) {
    const auto runs = done("ListMapRuns", {{"executionArn", execution}});
    return done("DescribeMapRun", {{"mapRunArn", text(array_of(runs, "mapRuns")[0], "mapRunArn")}});
  }
  std::string type = "STANDARD";
  int made = 0;
};

const Object kFail{{"Type", "Fail"}, {"Error", "E"}};

TEST_F(MapRuns, EachItemHasAnExecution) {
  const auto execution = run({});
  EXPECT_EQ(output(execution), "[1,2,3]");
  const auto shown = map_run(execution);
  EXPECT_EQ(text(shown, "status"), "SUCCEEDED");
  EXPECT_EQ(integer(object_of(shown, "itemCounts"), "succeeded"), 3);
  EXPECT_EQ(integer(object_of(shown, "executionCounts"), "total"), 3);
  const auto children = done("ListExecutions", {{"mapRunArn", text(shown, "mapRunArn")}});
  ASSERT_EQ(array_of(children, "executions").size(), 3u);
  const auto& child = array_of(children, "executions")[0];
  EXPECT_EQ(text(child, "stateMachineArn"), machine_arn("m1/L"));
  EXPECT_EQ(integer(child, "itemCount"), 1);
  const auto described = describe(text(child, "executionArn"));
  EXPECT_EQ(text(described, "mapRunArn"), text(shown, "mapRunArn"));
  EXPECT_EQ(text(done("DescribeStateMachineForExecution",
                      {{"executionArn", text(child, "executionArn")}}),
                 "label"),
            "L");
  replays();
}

TEST_F(MapRuns, ManyItemsTakeManyInputs) {
  Array items;
  for (int i = 0; i < 250; ++i)
    items.emplace_back(i);
  type = "EXPRESS";
  const auto before = cloud.machine().applied();
  EXPECT_EQ(output(run({}, {{"Type", "Pass"}, {"End", true}}, to_json(items))), to_json(items));
  EXPECT_GT(cloud.machine().applied() - before, 10u);
  replays();
}

TEST_F(MapRuns, ItemsAreReadFromFiles) {
  file(R"([{"a":1},{"a":2}])");
  EXPECT_EQ(output(run(reader("JSON"))), R"([{"a":1},{"a":2}])");
  file("{\"a\":1}\n{\"a\":2}\n");
  EXPECT_EQ(output(run(reader("JSONL"))), R"([{"a":1},{"a":2}])");
  file("x,y\r\n1,\"a, b\"\r\n2,\r\n");
  EXPECT_EQ(output(run(reader("CSV", {{"CSVHeaderLocation", "FIRST_ROW"}}))),
            R"([{"x":"1","y":"a, b"},{"x":"2","y":""}])");
  EXPECT_EQ(output(run(reader("CSV", {{"CSVHeaderLocation", "FIRST_ROW"}, {"MaxItems", 1}}))),
            R"([{"x":"1","y":"a, b"}])");
  EXPECT_EQ(
      output(run(reader("CSV", {{"CSVHeaderLocation", "GIVEN"}, {"CSVHeaders", Array{"h", "h"}}}))),
      "FAILED States.ItemReaderFailed: CSV headers cannot contain duplicates.");
  file("7");
  EXPECT_EQ(output(run(reader("JSON"))),
            "FAILED States.ItemReaderFailed: Attempting to map over non-iterable node.");
}

TEST_F(MapRuns, ListingsAreReadPageByPage) {
  neighbours->answers["s3:ListObjectsV2"] = [](core::Call& call) -> core::Outcome {
    const bool first = text(call.params(), "ContinuationToken").empty();
    Object page{{"Contents", Array{Object{{"Key", first ? "a" : "b"}, {"Size", 1}}}}};
    page["IsTruncated"] = first;
    if (first) page["NextContinuationToken"] = "t";
    return page;
  };
  const Object listing{{"ItemReader", Object{{"Resource", "arn:aws:states:::s3:listObjectsV2"},
                                             {"Parameters", Object{{"Bucket", "b"}}}}},
                       {"ItemSelector", Object{{"key.$", "$$.Map.Item.Value.Key"}}}};
  EXPECT_EQ(output(run(listing)), R"([{"key":"a"},{"key":"b"}])");
  replays();
}

TEST_F(MapRuns, ItemsComeInBatches) {
  EXPECT_EQ(output(run({{"ItemBatcher",
                         Object{{"MaxItemsPerBatch", 2}, {"BatchInput", Object{{"k", "v"}}}}}})),
            R"([{"BatchInput":{"k":"v"},"Items":[1,2]},{"BatchInput":{"k":"v"},"Items":[3]}])");
}

TEST_F(MapRuns, FailuresAreToleratedUpToAPoint) {
  const auto execution = run({}, kFail);
  EXPECT_EQ(output(execution),
            "FAILED States.ExceedToleratedFailureThreshold: The specified tolerated failure "
            "threshold was exceeded");
  EXPECT_EQ(text(map_run(execution), "status"), "FAILED");
  EXPECT_EQ(output(run({{"ToleratedFailureCount", 3}}, kFail)), "[]");
  EXPECT_EQ(output(run({{"ToleratedFailurePercentage", 100}}, kFail)), "[]");
}

TEST_F(MapRuns, ConcurrencyIsBoundAndMayBeChanged) {
  const auto execution =
      run({{"MaxConcurrency", 1}}, {{"Type", "Wait"}, {"Seconds", 10}, {"End", true}});
  auto shown = map_run(execution);
  EXPECT_EQ(integer(object_of(shown, "executionCounts"), "running"), 1);
  EXPECT_EQ(integer(object_of(shown, "itemCounts"), "pending"), 2);
  done("UpdateMapRun", {{"mapRunArn", text(shown, "mapRunArn")}, {"maxConcurrency", 2}});
  EXPECT_EQ(integer(object_of(map_run(execution), "executionCounts"), "running"), 2);
  cloud.advance(std::chrono::seconds(21));
  EXPECT_EQ(output(execution), "[1,2,3]");
  replays();
}

TEST_F(MapRuns, AStoppedExecutionStopsItsChildren) {
  const auto execution = run({}, {{"Type", "Wait"}, {"Seconds", 10}, {"End", true}});
  done("StopExecution", {{"executionArn", execution}});
  const auto shown = map_run(execution);
  EXPECT_EQ(text(shown, "status"), "ABORTED");
  EXPECT_EQ(integer(object_of(shown, "executionCounts"), "aborted"), 3);
}

TEST_F(MapRuns, ResultsAreWritten) {
  const auto execution =
      run({{"ResultWriter", Object{{"Resource", "arn:aws:states:::s3:putObject"},
                                   {"Parameters", Object{{"Bucket", "out"}, {"Prefix", "p"}}}}}});
  const auto shown = *parse_json(output(execution));
  const auto key = string_of(object_of(shown, "ResultWriterDetails"), "Key");
  EXPECT_THAT(key, StartsWith("p/"));
  const auto put = neighbours->of("s3:PutObject");
  ASSERT_EQ(put.size(), 2u);
  const auto results = *parse_json(*unbase64(text(put[0], "Body")));
  ASSERT_EQ(results.as_array().size(), 3u);
  EXPECT_EQ(text(results.as_array()[0], "Output"), "1");
  EXPECT_EQ(text(put[1], "Key"), key);
  EXPECT_THAT(*unbase64(text(put[1], "Body")), HasSubstr("SUCCEEDED_0.json"));
}

}  // namespace
}  // namespace tocsin::states
