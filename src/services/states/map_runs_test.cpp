// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/gzip.hpp"
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
  /// GetObject answers with what is asked of it.
  void file(std::string_view content) { files["k"] = content; }
  core::Outcome object(core::Call& call) {
    const auto& content = files[string_of(call.params(), "Key")];
    std::size_t first = 0, last = 0;
    const auto range = string_of(call.params(), "Range");
    if (std::sscanf(range.c_str(), "bytes=%zu-%zu", &first, &last) != 2) return Object{};
    if (first >= content.size()) return core::Outcome(fail("InvalidRange", "no such range", 416));
    const auto piece = content.substr(first, last - first + 1);
    most_read = std::max(most_read, piece.size());
    Object reply{{"Body", base64(piece)}, {"ETag", "\"e\""}};
    reply["ContentRange"] =
        fmt::format("bytes {}-{}/{}", first, first + piece.size() - 1, content.size());
    return reply;
  }
  void SetUp() override {
    neighbours->answers["s3:GetObject"] = [this](core::Call& call) { return object(call); };
  }
  Document map_run(std::string_view execution) {
    const auto runs = done("ListMapRuns", {{"executionArn", execution}});
    return done("DescribeMapRun", {{"mapRunArn", text(array_of(runs, "mapRuns")[0], "mapRunArn")}});
  }
  std::int64_t count(std::string_view execution, std::string_view of, std::string_view status) {
    return integer(object_of(map_run(execution), of), status).value_or(-1);
  }
  std::map<std::string, std::string> files;
  std::size_t most_read = 0;
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

TEST_F(MapRuns, FilesAreReadInPieces) {
  const Object writer{{"ResultWriter", Object{{"Resource", "arn:aws:states:::s3:putObject"},
                                              {"Parameters", Object{{"Bucket", "out"}}}}}};
  const auto total = [&](std::string_view format, const std::string& content) {
    file(content);
    auto more =
        reader(format, format == "CSV" ? Object{{"CSVHeaderLocation", "FIRST_ROW"}} : Object{});
    more["ResultWriter"] = *find(writer, "ResultWriter");
    more["ItemBatcher"] = Object{{"MaxItemsPerBatch", 500}};
    most_read = 0;
    const auto execution = run(std::move(more));
    EXPECT_EQ(status(execution), "SUCCEEDED") << output(execution);
    EXPECT_EQ(most_read, 256u * 1024) << format;
    return count(execution, "itemCounts", "succeeded");
  };
  const std::string padding(200, 'x');
  std::string csv = "n,\"quoted, name\"\n", lines, array = "[", object = "{";
  for (int i = 0; i < 1500; ++i) {
    csv += fmt::format("{},\"a \"\"b\"\"\n{}\"\n", i, padding);
    lines += fmt::format("{{\"n\":{},\"p\":\"{}\"}}\n", i, padding);
    array += fmt::format("{}{{\"n\":{},\"p\":[\"],\\\"{}\"]}}", i ? ", " : " ", i, padding);
    object += fmt::format("{}\"k{}\": \"{}\"", i ? "," : "", i, padding);
  }
  EXPECT_EQ(total("CSV", csv), 1500);
  EXPECT_EQ(total("JSONL", lines), 1500);
  EXPECT_EQ(total("JSON", array + "]\n"), 1500);
  EXPECT_EQ(total("JSON", object + "}"), 1500);
}

TEST_F(MapRuns, AnItemMayBeLongerThanAPiece) {
  file("[1,\"" + std::string(600 * 1024, 'x') + "\",3]");
  auto more = reader("JSON");
  more["ToleratedFailurePercentage"] = 100;
  const auto execution = run(std::move(more), kFail);
  EXPECT_EQ(count(execution, "itemCounts", "failed"), 3);
  replays();
}

TEST_F(MapRuns, BadFilesAreToldOf) {
  const auto said = [&](std::string_view content) {
    file(content);
    return output(run(reader("JSON")));
  };
  const auto not_json =
      "FAILED States.ItemReaderFailed: Attempting to map over a file that is not valid JSON.";
  for (const auto* content :
       {"", " ", "[1,2", "[1,]", "[,1]", "[1}", "[1] 2", "{\"a\":1", "{1}", "[1 2]"})
    EXPECT_EQ(said(content), not_json) << content;
  EXPECT_EQ(said("[]"), "[]");
  EXPECT_EQ(said(" { } "), "[]");
  EXPECT_EQ(said("{\"a\":{\"b\":[1]}}"), R"([{"Key":"a","Value":{"b":[1]}}])");
  file("a\n");
  EXPECT_EQ(output(run(reader("PARQUET"))),
            "FAILED States.ItemReaderFailed: Tocsin does not read files of the type PARQUET.");
  file("");
  EXPECT_EQ(output(run(reader("CSV", {{"CSVHeaderLocation", "FIRST_ROW"}}))), "[]");
}

TEST_F(MapRuns, InventoriesNameTheirFiles) {
  file(R"({"fileFormat":"CSV","fileSchema":"Bucket, Key","destinationBucket":"arn:aws:s3:::inv",
           "files":[{"key":"one"},{"key":"two"}]})");
  files["one"] = gzip("\"b\",\"x\"\n\"b\",\"y\"\n");
  files["two"] = gzip("\"b\",\"z\"\n");
  EXPECT_EQ(output(run(reader("MANIFEST"))),
            R"([{"Bucket":"b","Key":"x"},{"Bucket":"b","Key":"y"},{"Bucket":"b","Key":"z"}])");
  EXPECT_EQ(output(run(reader("MANIFEST", {{"MaxItems", 2}}))),
            R"([{"Bucket":"b","Key":"x"},{"Bucket":"b","Key":"y"}])");
  files["two"] = gzip("something").substr(0, 15);
  EXPECT_EQ(output(run(reader("MANIFEST"))),
            "FAILED States.ItemReaderFailed: A file of the inventory is cut off.");
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

TEST_F(MapRuns, ManyResultsFillSeveralFiles) {
  Array items;
  for (int i = 0; i < 60; ++i)
    items.emplace_back(std::string(90'000, 'x'));
  file(to_json(items));
  auto more = reader("JSON");
  more["ResultWriter"] = Object{{"Resource", "arn:aws:states:::s3:putObject"},
                                {"Parameters", Object{{"Bucket", "out"}}}};
  EXPECT_EQ(status(run(std::move(more))), "SUCCEEDED");
  const auto put = neighbours->of("s3:PutObject");
  ASSERT_GT(put.size(), 3u);
  const auto manifest = *parse_json(*unbase64(text(put.back(), "Body")));
  EXPECT_EQ(array_of(object_of(manifest, "ResultFiles"), "SUCCEEDED").size(), put.size() - 1);
  EXPECT_THAT(string_of(put[1], "Key"), ::testing::EndsWith("SUCCEEDED_1.json"));
  std::size_t results = 0;
  for (std::size_t i = 0; i + 1 < put.size(); ++i)
    results += parse_json(*unbase64(text(put[i], "Body")))->as_array().size();
  EXPECT_EQ(results, 60u);
  replays();
}

TEST_F(MapRuns, NothingIsLeftOfARunThatSucceeded) {
  type = "EXPRESS";
  EXPECT_EQ(output(run({{"ToleratedFailurePercentage", 100}}, kFail)), "[]");
  cloud.advance(std::chrono::days(92));
  std::string left;
  cloud.stores().state->scan("states.", "states/", store::Direction::Forward,
                             [&](std::string_view key, std::string_view) {
                               left += std::string(key.substr(0, key.find('\0'))) + " ";
                               return true;
                             });
  EXPECT_EQ(left, "states.definitions states.machines states.open ");
}

class Redriving : public MapRuns {
 protected:
  /// Fails for the numbers in `broken`, each for so long.
  Object processor() {
    neighbours->answers["sqs:SendMessage"] = [this](core::Call& call) {
      const auto body = string_of(call.params(), "MessageBody");
      const auto found = broken.find(body);
      if (found != broken.end() && call.now() < begun + found->second)
        return core::Outcome(fail("Broken", "is broken", 500));
      return core::Outcome(Object{{"MessageId", body}});
    };
    return {{"Type", "Task"},
            {"Resource", "arn:aws:states:::aws-sdk:sqs:sendMessage"},
            {"Parameters", Object{{"QueueUrl", "u"}, {"MessageBody.$", "States.Format('{}', $)"}}},
            {"OutputPath", "$.MessageId"},
            {"End", true}};
  }
  void redrive(std::string_view execution) {
    done("RedriveExecution", {{"executionArn", execution}});
  }
  std::size_t runs_of(std::string_view execution) {
    return array_of(done("ListMapRuns", {{"executionArn", execution}}), "mapRuns").size();
  }
  std::size_t sent() { return neighbours->of("sqs:SendMessage").size(); }
  void only_what_failed(std::string_view kind) {
    type = kind;
    const auto execution = run({{"ToleratedFailureCount", 1}}, processor(), "[1,2,3,4]");
    EXPECT_EQ(status(execution), "FAILED");
    EXPECT_EQ(text(map_run(execution), "status"), "FAILED");
    const auto before = sent();
    cloud.advance(std::chrono::seconds(11));
    redrive(execution);
    EXPECT_EQ(output(execution), R"(["1","2","3","4"])");
    EXPECT_EQ(sent() - before, 2u);
    EXPECT_EQ(runs_of(execution), 1u);
    const auto shown = map_run(execution);
    EXPECT_EQ(text(shown, "status"), "SUCCEEDED");
    EXPECT_EQ(integer(shown, "redriveCount"), 1);
    EXPECT_TRUE(find(shown, "redriveDate"));
    EXPECT_EQ(count(execution, "executionCounts", "succeeded"), 4);
    EXPECT_EQ(count(execution, "executionCounts", "total"), 4);
    EXPECT_EQ(count(execution, "itemCounts", "pendingRedrive"), 0);
    replays();
  }
  Time begun = cloud.now();
  std::map<std::string, std::chrono::seconds> broken{{"2", std::chrono::seconds(10)},
                                                     {"3", std::chrono::seconds(10)}};
};

TEST_F(Redriving, OnlyWhatDidNotSucceedIsDoneAgain) {
  only_what_failed("STANDARD");
}

TEST_F(Redriving, ExpressChildrenAreStartedAgain) {
  only_what_failed("EXPRESS");
}

TEST_F(Redriving, TheHistoryTellsOfIt) {
  const auto execution = run({}, processor(), "[1,2]");
  cloud.advance(std::chrono::seconds(11));
  redrive(execution);
  EXPECT_EQ(
      types(execution),
      (std::vector<std::string>{
          "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunFailed",
          "MapStateFailed", "ExecutionFailed", "ExecutionRedriven", "MapRunRedriven",
          "MapRunSucceeded", "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"}));
  const auto event = history(execution)[8];
  EXPECT_EQ(integer(object_of(event, "mapRunRedrivenEventDetails"), "redriveCount"), 1);
  EXPECT_EQ(text(object_of(event, "mapRunRedrivenEventDetails"), "mapRunArn"),
            text(map_run(execution), "mapRunArn"));
}

TEST_F(Redriving, ItMayFailAgain) {
  broken["2"] = std::chrono::seconds(20);
  const auto execution = run({}, processor(), "[1,2,3]");
  cloud.advance(std::chrono::seconds(11));
  redrive(execution);
  EXPECT_EQ(status(execution), "FAILED");
  EXPECT_EQ(count(execution, "executionCounts", "failed"), 1);
  EXPECT_EQ(count(execution, "executionCounts", "succeeded"), 2);
  cloud.advance(std::chrono::seconds(10));
  redrive(execution);
  EXPECT_EQ(output(execution), R"(["1","2","3"])");
  EXPECT_EQ(integer(map_run(execution), "redriveCount"), 2);
  replays();
}

TEST_F(Redriving, WhatWasStoppedOrNotStartedGoesOn) {
  const auto execution =
      run({{"MaxConcurrency", 2}}, {{"Type", "Wait"}, {"Seconds", 10}, {"End", true}}, "[1,2,3]");
  done("StopExecution", {{"executionArn", execution}});
  EXPECT_EQ(count(execution, "itemCounts", "aborted"), 2);
  EXPECT_EQ(count(execution, "itemCounts", "pending"), 1);
  redrive(execution);
  EXPECT_EQ(count(execution, "executionCounts", "running"), 2);
  cloud.advance(std::chrono::seconds(21));
  EXPECT_EQ(output(execution), "[1,2,3]");
  replays();
}

TEST_F(Redriving, ExpressChildrenAreStoppedToo) {
  type = "EXPRESS";
  const auto execution = run({}, {{"Type", "Wait"}, {"Seconds", 10}, {"End", true}});
  done("StopExecution", {{"executionArn", execution}});
  EXPECT_EQ(count(execution, "executionCounts", "aborted"), 3);
  EXPECT_THAT(refusal("ListExecutions", {{"mapRunArn", text(map_run(execution), "mapRunArn")}}),
              StartsWith("StateMachineTypeNotSupported"));
  redrive(execution);
  cloud.advance(std::chrono::seconds(11));
  EXPECT_EQ(output(execution), "[1,2,3]");
}

TEST_F(Redriving, AReaderThatFailedBeginsAnew) {
  file("no json");
  const auto execution = run(reader("JSON"));
  EXPECT_EQ(status(execution), "FAILED");
  file("[1]");
  redrive(execution);
  EXPECT_EQ(output(execution), "[1]");
  EXPECT_EQ(runs_of(execution), 2u);
}

TEST_F(Redriving, AWriterThatFailedWritesAgain) {
  bool barred = true;
  neighbours->answers["s3:PutObject"] = [&](core::Call&) {
    return barred ? core::Outcome(fail("AccessDenied", "denied", 403)) : core::Outcome(Object{});
  };
  const auto execution = run({{"ResultWriter", Object{{"Resource", "arn:aws:states:::s3:putObject"},
                                                      {"Parameters", Object{{"Bucket", "out"}}}}}});
  EXPECT_THAT(output(execution), StartsWith("FAILED States.ResultWriterFailed"));
  barred = false;
  redrive(execution);
  EXPECT_EQ(status(execution), "SUCCEEDED");
  EXPECT_EQ(count(execution, "executionCounts", "total"), 3);
}

TEST_F(Redriving, ChildrenAreNotRedrivenAlone) {
  const auto execution = run({}, kFail, "[1]");
  const auto children =
      done("ListExecutions", {{"mapRunArn", text(map_run(execution), "mapRunArn")}});
  const auto child = string_of(array_of(children, "executions")[0], "executionArn");
  EXPECT_EQ(text(describe(child), "redriveStatus"), "REDRIVABLE_BY_MAP_RUN");
  EXPECT_THAT(refusal("RedriveExecution", {{"executionArn", child}}),
              StartsWith("ExecutionNotRedrivable"));
}

}  // namespace
}  // namespace tocsin::states
