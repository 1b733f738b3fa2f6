// SPDX-License-Identifier: Apache-2.0
#include "services/logs/logs.hpp"

#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

using Groups = LogsTest;
using Put = LogsTest;
using Get = LogsTest;

TEST_F(Groups, AGroupIsMadeDescribedAndDeleted) {
  make_group("/app/one");
  EXPECT_EQ(error(call("CreateLogGroup", {{"logGroupName", "/app/one"}})),
            "ResourceAlreadyExistsException: The specified log group already exists");
  const auto groups =
      array_of(*call("DescribeLogGroups", {{"logGroupNamePrefix", "/app"}}), "logGroups");
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(text(groups[0], "arn"), "arn:aws:logs:us-east-1:123456789012:log-group:/app/one:*");
  EXPECT_EQ(text(groups[0], "logGroupArn"),
            "arn:aws:logs:us-east-1:123456789012:log-group:/app/one");
  EXPECT_EQ(text(groups[0], "logGroupClass"), "STANDARD");
  EXPECT_EQ(find(groups[0], "retentionInDays"), nullptr);
  ASSERT_TRUE(call("DeleteLogGroup", {{"logGroupName", "/app/one"}}));
  EXPECT_EQ(error(call("DeleteLogGroup", {{"logGroupName", "/app/one"}})),
            "ResourceNotFoundException: The specified log group does not exist.");
}

TEST_F(Groups, ListsArePaged) {
  for (const auto* name : {"a", "b1", "b2", "b3", "c"})
    make_group(name);
  const auto page = call("DescribeLogGroups", {{"logGroupNamePrefix", "b"}, {"limit", 2}});
  ASSERT_EQ(array_of(*page, "logGroups").size(), 2u);
  const auto rest =
      call("DescribeLogGroups",
           {{"logGroupNamePrefix", "b"}, {"limit", 2}, {"nextToken", text(*page, "nextToken")}});
  ASSERT_EQ(array_of(*rest, "logGroups").size(), 1u);
  EXPECT_EQ(text(array_of(*rest, "logGroups")[0], "logGroupName"), "b3");
  EXPECT_EQ(find(*rest, "nextToken"), nullptr);
  EXPECT_EQ(
      array_of(*call("DescribeLogGroups", {{"logGroupNamePattern", "3"}}), "logGroups").size(), 1u);
  EXPECT_EQ(error(call("DescribeLogGroups", {{"nextToken", "x"}})),
            "InvalidParameterException: The specified nextToken is invalid.");
  EXPECT_EQ(
      error(call("DescribeLogGroups", {{"logGroupNamePattern", "3"}, {"logGroupNamePrefix", "b"}})),
      "InvalidParameterException: LogGroup name prefix and LogGroup name pattern are mutually "
      "exclusive parameters.");
}

TEST_F(Groups, BadNamesAreRefused) {
  for (const auto* name : {"", "white space", "aws/reserved", "star*"}) {
    EXPECT_EQ(call("CreateLogGroup", {{"logGroupName", name}}).error().code,
              "InvalidParameterException")
        << name;
  }
  EXPECT_EQ(call("CreateLogGroup", {{"logGroupName", "a"}, {"kmsKeyId", "alias/k"}}).error().code,
            "InvalidParameterException");
  EXPECT_EQ(
      call("CreateLogGroup", {{"logGroupName", "a"}, {"logGroupClass", "CHEAP"}}).error().code,
      "InvalidParameterException");
  make_group("g");
  EXPECT_EQ(call("CreateLogStream", {{"logGroupName", "g"}, {"logStreamName", "a:b"}}).error().code,
            "InvalidParameterException");
  EXPECT_EQ(call("CreateLogStream", {{"logGroupName", "h"}, {"logStreamName", "a"}}).error().code,
            "ResourceNotFoundException");
}

TEST_F(Groups, TagsBothWays) {
  ASSERT_TRUE(call("CreateLogGroup", {{"logGroupName", "g"}, {"tags", Object{{"a", "1"}}}}));
  const auto arn = "arn:aws:logs:us-east-1:123456789012:log-group:g";
  ASSERT_TRUE(call("TagResource", {{"resourceArn", arn}, {"tags", Object{{"b", "2"}}}}));
  ASSERT_TRUE(call("TagLogGroup", {{"logGroupName", "g"}, {"tags", Object{{"c", "3"}}}}));
  ASSERT_TRUE(call("UntagResource", {{"resourceArn", arn}, {"tagKeys", Array{"a"}}}));
  ASSERT_TRUE(call("UntagLogGroup", {{"logGroupName", "g"}, {"tags", Array{"c"}}}));
  EXPECT_EQ(to_json(*call("ListTagsForResource", {{"resourceArn", arn}})), R"({"tags":{"b":"2"}})");
  EXPECT_EQ(to_json(*call("ListTagsLogGroup", {{"logGroupName", "g"}})), R"({"tags":{"b":"2"}})");
  EXPECT_EQ(call("ListTagsForResource",
                 {{"resourceArn", "arn:aws:logs:us-east-1:123456789012:log-group:h"}})
                .error()
                .code,
            "ResourceNotFoundException");
  EXPECT_EQ(call("TagResource", {{"resourceArn", "g"}, {"tags", Object{}}}).error().code,
            "InvalidParameterException");
  EXPECT_EQ(
      call("TagResource", {{"resourceArn", arn}, {"tags", Object{{"aws:x", "1"}}}}).error().code,
      "InvalidParameterException");
  Object many;
  for (int i = 0; i < 51; ++i)
    many["k" + std::to_string(i)] = "v";
  EXPECT_EQ(call("TagResource", {{"resourceArn", arn}, {"tags", many}}).error().code,
            "TooManyTagsException");
}

TEST_F(Groups, StreamsInTheirOrders) {
  make_group("g");
  for (const auto* name : {"x", "y", "z"})
    make_stream("g", name);
  EXPECT_EQ(error(call("CreateLogStream", {{"logGroupName", "g"}, {"logStreamName", "x"}})),
            "ResourceAlreadyExistsException: The specified log stream already exists");
  put("g", "y", {{now_ms(), "new"}});
  put("g", "x", {{now_ms() - 5000, "old"}});
  EXPECT_EQ(stream_names({}), "x y z ");
  EXPECT_EQ(stream_names({{"descending", true}}), "z y x ");
  EXPECT_EQ(stream_names({{"orderBy", "LastEventTime"}, {"descending", true}}), "y x z ");
  EXPECT_EQ(stream_names({{"orderBy", "LastEventTime"}, {"descending", true}, {"limit", 2}}),
            "y x z ");
  EXPECT_EQ(stream_names({{"logStreamNamePrefix", "y"}}), "y ");
  EXPECT_EQ(error(call("DescribeLogStreams", {{"logGroupName", "g"},
                                              {"orderBy", "LastEventTime"},
                                              {"logStreamNamePrefix", "y"}})),
            "InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix.");
  const auto stream =
      array_of(*call("DescribeLogStreams", {{"logGroupName", "g"}, {"logStreamNamePrefix", "x"}}),
               "logStreams")[0];
  EXPECT_EQ(integer(stream, "firstEventTimestamp"), now_ms() - 5000);
  EXPECT_EQ(text(stream, "arn"), "arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:x");
  ASSERT_TRUE(call("DeleteLogStream", {{"logGroupName", "g"}, {"logStreamName", "x"}}));
  EXPECT_EQ(error(call("DeleteLogStream", {{"logGroupName", "g"}, {"logStreamName", "x"}})),
            "ResourceNotFoundException: The specified log stream does not exist.");
}

TEST_F(Groups, TheArnNamesAGroupWhereAnIdentifierMay) {
  make_group("g");
  make_stream("g", "s");
  put("g", "s", {{now_ms(), "m"}});
  const auto get = [&](Object params) {
    params["logStreamName"] = "s";
    return call("GetLogEvents", params);
  };
  EXPECT_EQ(
      messages(*get({{"logGroupIdentifier", "arn:aws:logs:us-east-1:123456789012:log-group:g"}})),
      "m ");
  EXPECT_EQ(messages(*get({{"logGroupIdentifier", "g"}})), "m ");
  EXPECT_EQ(get({{"logGroupIdentifier", "g"}, {"logGroupName", "g"}}).error().code,
            "InvalidParameterException");
  EXPECT_EQ(get({}).error().code, "InvalidParameterException");
  EXPECT_EQ(
      get({{"logGroupIdentifier", "arn:aws:logs:us-east-1:999999999999:log-group:g"}}).error().code,
      "ResourceNotFoundException");
}

TEST_F(Put, WhatAWSRefusesIsRefused) {
  make_group("g");
  make_stream("g", "s");
  const auto refused = [&](std::vector<Event> events) { return error(try_put("g", "s", events)); };
  const auto now = now_ms();
  EXPECT_EQ(refused({{now, "a"}, {now - 1, "b"}}),
            "InvalidParameterException: Log events in a single PutLogEvents request must be in "
            "chronological order.");
  EXPECT_EQ(refused({{now - 86'400'001, "a"}, {now, "b"}}),
            "InvalidParameterException: The batch of log events in a single PutLogEvents request "
            "cannot span more than 24 hours.");
  EXPECT_EQ(refused({{now, std::string(600'000, 'x')}, {now, std::string(600'000, 'x')}}),
            "InvalidParameterException: Upload too large: 1200052 bytes exceeds limit of 1048576");
  EXPECT_EQ(
      refused({{now, std::string(1'048'576, 'x')}}),
      "InvalidParameterException: Log event too large: 1048602 bytes exceeds limit of 1048576");
  EXPECT_EQ(refused({{now, ""}}).substr(0, 25), "InvalidParameterException");
  EXPECT_EQ(refused({}).substr(0, 25), "InvalidParameterException");
  EXPECT_EQ(refused(std::vector<Event>(10'001, Event{now, "x"})).substr(0, 25),
            "InvalidParameterException");
  EXPECT_EQ(error(try_put("h", "s", {{now, "a"}})),
            "ResourceNotFoundException: The specified log group does not exist.");
  EXPECT_EQ(error(try_put("g", "t", {{now, "a"}})),
            "ResourceNotFoundException: The specified log stream does not exist.");
  EXPECT_EQ(tail("g", "s"), "");
}

TEST_F(Put, EventsTooOldOrTooNewAreRejectedAndToldOf) {
  make_group("g");
  make_stream("g", "s");
  const auto day = 86'400'000LL;
  const auto old = try_put(
      "g", "s",
      {{now_ms() - 14 * day - 2, "1"}, {now_ms() - 14 * day - 1, "2"}, {now_ms() - 14 * day, "3"}});
  EXPECT_EQ(to_json(object_of(*old, "rejectedLogEventsInfo")), R"({"tooOldLogEventEndIndex":2})");
  const auto future = try_put("g", "s", {{now_ms() + 7'200'000, "4"}, {now_ms() + 7'200'001, "5"}});
  EXPECT_EQ(to_json(object_of(*future, "rejectedLogEventsInfo")),
            R"({"tooNewLogEventStartIndex":1})");
  ASSERT_TRUE(call("PutRetentionPolicy", {{"logGroupName", "g"}, {"retentionInDays", 1}}));
  const auto expired = try_put("g", "s", {{now_ms() - day - 1, "6"}, {now_ms() - day, "7"}});
  EXPECT_EQ(to_json(object_of(*expired, "rejectedLogEventsInfo")),
            R"({"expiredLogEventEndIndex":1})");
  EXPECT_EQ(tail("g", "s"), "7 4 ");
  const auto all = try_put("g", "s", {{now_ms() - day - 1, "6"}, {now_ms() - day - 1, "7"}});
  EXPECT_EQ(to_json(object_of(*all, "rejectedLogEventsInfo")), R"({"expiredLogEventEndIndex":2})");
  EXPECT_EQ(text(*all, "nextSequenceToken").size(), 56u);
}

TEST_F(Put, SequenceTokensAreIgnored) {
  make_group("g");
  make_stream("g", "s");
  EXPECT_TRUE(call("PutLogEvents", {{"logGroupName", "g"},
                                    {"logStreamName", "s"},
                                    {"sequenceToken", "wrong"},
                                    {"logEvents", events_of({{now_ms(), "m"}})}}));
}

TEST_F(Get, PagesForwardsAndBackwardsUntilTheTokenStays) {
  make_group("g");
  make_stream("g", "s");
  for (int i = 0; i < 10; ++i)
    put("g", "s", {{now_ms() + i, std::to_string(i)}});
  auto page = get("g", "s", {{"limit", 4}});
  EXPECT_EQ(messages(page), "6 7 8 9 ");
  const auto end = get("g", "s", {{"limit", 4}, {"nextToken", text(page, "nextForwardToken")}});
  EXPECT_EQ(messages(end), "");
  EXPECT_EQ(text(end, "nextForwardToken"), text(page, "nextForwardToken"));
  page = get("g", "s", {{"limit", 4}, {"nextToken", text(page, "nextBackwardToken")}});
  EXPECT_EQ(messages(page), "2 3 4 5 ");
  page = get("g", "s", {{"limit", 4}, {"nextToken", text(page, "nextBackwardToken")}});
  EXPECT_EQ(messages(page), "0 1 ");
  const auto start = get("g", "s", {{"limit", 4}, {"nextToken", text(page, "nextBackwardToken")}});
  EXPECT_EQ(text(start, "nextBackwardToken"), text(page, "nextBackwardToken"));
  page = get("g", "s", {{"limit", 3}, {"startFromHead", true}});
  EXPECT_EQ(messages(page), "0 1 2 ");
  page =
      get("g", "s",
          {{"limit", 3}, {"startFromHead", true}, {"nextToken", text(page, "nextForwardToken")}});
  EXPECT_EQ(messages(page), "3 4 5 ");
  put("g", "s", {{now_ms() + 100, "late"}});
  EXPECT_EQ(messages(get("g", "s", {{"nextToken", text(end, "nextForwardToken")}})), "late ");
  EXPECT_EQ(error(call("GetLogEvents",
                       {{"logGroupName", "g"}, {"logStreamName", "s"}, {"nextToken", "f/1"}})),
            "InvalidParameterException: The specified nextToken is invalid.");
}

TEST_F(Get, TimesBoundTheRangeTheLastExcluded) {
  make_group("g");
  make_stream("g", "s");
  put("g", "s", {{now_ms(), "a"}, {now_ms() + 1, "b"}, {now_ms() + 2, "c"}});
  EXPECT_EQ(messages(get("g", "s", {{"startTime", now_ms() + 1}})), "b c ");
  EXPECT_EQ(messages(get("g", "s", {{"startTime", now_ms() + 1}, {"endTime", now_ms() + 2}})),
            "b ");
  EXPECT_EQ(messages(get("g", "s", {{"startTime", now_ms() + 50}})), "");
}

TEST_F(Get, AnEmptyStreamHasTokensToo) {
  make_group("g");
  make_stream("g", "s");
  const auto page = get("g", "s", {});
  EXPECT_EQ(text(page, "nextForwardToken").size(), 58u);
  EXPECT_TRUE(text(page, "nextBackwardToken").starts_with("b/"));
  put("g", "s", {{now_ms(), "first"}});
  EXPECT_EQ(messages(get("g", "s", {{"nextToken", text(page, "nextForwardToken")}})), "first ");
}

TEST_F(Get, MessagesComeBackAsTheyWere) {
  make_group("g");
  make_stream("g", "s");
  const std::string odd =
      "quote \" backslash \\ tab \t line \n null \x01 \xC3\xA9 \xF0\x9F\x98\x80 {\"timestamp\":1}";
  put("g", "s", {{now_ms(), odd}});
  EXPECT_EQ(text(array_of(get("g", "s", {}), "events")[0], "message"), odd);
  EXPECT_EQ(integer(array_of(get("g", "s", {}), "events")[0], "ingestionTime"), now_ms());
}

TEST_F(Groups, TheSameLogGivesTheSameState) {
  make_group("g");
  make_stream("g", "s");
  for (int i = 0; i < 300; ++i)
    put("g", "s", {{now_ms() + i, "event " + std::to_string(i)}});
  ASSERT_TRUE(call("DeleteLogGroup", {{"logGroupName", "g"}}));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::logs
