// SPDX-License-Identifier: Apache-2.0
// Logs Insights through the door: queries, their life, saved ones, records and fields. What the
// language means stands in tests/conformance/insights.
#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

class Queries : public LogsTest {
 protected:
  Queries() {
    make_group("g");
    make_stream("g", "s");
  }
  std::string status(const Result<Document>& started) {
    return string_of(results(text(*started, "queryId")), "status");
  }
  core::Job job() { return cloud.outstanding().front().job; }
};

TEST_F(Queries, FindsWhatWasPutInOpenRowsAndSegments) {
  serve_jobs();
  put("g", "s", {{now_ms(), R"({"level":"error","n":1})"}, {now_ms() + 1, "text \"quoted\" ä"}});
  const auto blob = as_blob({{now_ms() + 2, R"({"level":"info","n":2})"}});
  ASSERT_TRUE(
      call("PutLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}, {"logEvents", blob}}));
  EXPECT_EQ(ask("fields n | filter ispresent(n) | sort n"), "n=1 ; n=2 ; ");
  EXPECT_EQ(ask("filter level = 'error' | display n, @logStream, @log"),
            "n=1 @logStream=s @log=123456789012:g ; ");
  EXPECT_EQ(ask("filter @message like '\"quoted\" ä' | display @message"),
            "@message=text \"quoted\" ä ; ");
  EXPECT_EQ(ask("stats count(*) as n"), "n=3 ; ");
}

TEST_F(Queries, TellsStatisticsAndPointers) {
  serve_jobs();
  put("g", "s", {{now_ms(), "one"}, {now_ms() + 1, "two"}, {now_ms() + 2, "three"}});
  for (const auto* query :
       {"filter @message like 't'", "filter strlen(@message) = 5 or @message = 'two'"}) {
    const auto started = start(query);
    const auto found = results(text(*started, "queryId"));
    EXPECT_EQ(text(found, "status"), "Complete");
    EXPECT_EQ(to_json(object_of(found, "statistics")),
              R"({"recordsMatched":2,"recordsScanned":3,"bytesScanned":11})");
    EXPECT_EQ(array_of(found, "results").size(), 2);
  }
}

TEST_F(Queries, ARowsPointerOpensItsRecord) {
  serve_jobs();
  put("g", "s", {{now_ms(), "other"}, {now_ms(), R"({"a":{"b":[1,"x"]}})"}});
  const auto started = start("filter a.b.0 = 1");
  const auto found = results(text(*started, "queryId"));
  const auto& row = array_of(found, "results").at(0).as_array();
  ASSERT_EQ(text(row.back(), "field"), "@ptr");
  const std::string pointer(text(row.back(), "value"));
  const auto record = call("GetLogRecord", {{"logRecordPointer", pointer}});
  ASSERT_TRUE(record) << error(record);
  const auto& fields = object_of(*record, "logRecord");
  EXPECT_EQ(text(fields, "a.b.0"), "1");
  EXPECT_EQ(text(fields, "a.b.1"), "x");
  EXPECT_EQ(text(fields, "@message"), R"({"a":{"b":[1,"x"]}})");
  EXPECT_EQ(text(fields, "@log"), "123456789012:g");
  EXPECT_EQ(text(fields, "@ptr"), pointer);
  EXPECT_EQ(error(call("GetLogRecord", {{"logRecordPointer", "x"}})),
            "InvalidParameterException: The specified log record pointer is invalid.");
  ASSERT_TRUE(call("DeleteLogStream", {{"logGroupName", "g"}, {"logStreamName", "s"}}));
  EXPECT_EQ(error(call("GetLogRecord", {{"logRecordPointer", pointer}})),
            "ResourceNotFoundException: The specified log record does not exist.");
}

TEST_F(Queries, SeveralGroupsAndTheirRange) {
  serve_jobs();
  make_group("h");
  make_stream("h", "t");
  put("g", "s", {{now_ms() - 7'200'000, "old"}, {now_ms(), "a"}});
  put("h", "t", {{now_ms() + 1, "b"}});
  const auto names = Array{"g", "arn:aws:logs:us-east-1:123456789012:log-group:h:*", "h"};
  EXPECT_EQ(ask("display @message, @log", {{"logGroupIdentifiers", names}}),
            "@message=b @log=123456789012:h ; @message=a @log=123456789012:g ; ");
  EXPECT_EQ(ask("display @message", {{"startTime", now_ms() / 1000 - 7200}}),
            "@message=a ; @message=old ; ");
  EXPECT_EQ(ask("display @message", {{"limit", 1}, {"startTime", 0}}), "@message=a ; ");
}

TEST_F(Queries, ManyEventsThroughCompaction) {
  serve_jobs();
  for (int i = 0; i < 300; ++i)
    put("g", "s", {{now_ms() + i, "event " + std::to_string(i) + (i % 3 ? " x" : " y")}});
  EXPECT_EQ(ask("stats count(*) as n by strcontains(@message, 'y') as y | sort y"),
            "y=0 n=200 ; y=1 n=100 ; ");
  EXPECT_EQ(ask("filter @message like ' y' | stats count(*) as n"), "n=100 ; ");
  EXPECT_EQ(ask("parse @message 'event *' as rest | sort @timestamp | limit 1 | display rest"),
            "rest=0 y ; ");
}

TEST_F(Queries, GoesOnJobByJobUntilItEnds) {
  put("g", "s", {{now_ms(), "one"}});
  const auto started = start("fields @message");
  EXPECT_EQ(status(started), "Scheduled");
  const Object progress{{"Done", false}, {"Matched", 5.0}, {"Scanned", 9.0}, {"Bytes", 70.0}};
  cloud.finish(job().id, Document(progress));
  EXPECT_EQ(status(started), "Running");
  EXPECT_EQ(to_json(object_of(results(text(*started, "queryId")), "statistics")),
            R"({"recordsMatched":5,"recordsScanned":9,"bytesScanned":70})");
  auto run = QueryRun::open(cloud.stores().state->snapshot(), *cloud.stores().blobs, job().payload);
  ASSERT_TRUE(run);
  cloud.finish(job().id, (*run)->advance([] { return false; }));
  EXPECT_EQ(status(started), "Complete");
  EXPECT_TRUE(cloud.outstanding().empty());
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Queries, ARunPausesBetweenSegments) {
  std::vector<Event> events;
  for (int i = 0; i < 1000; ++i)
    events.push_back(
        {now_ms() + i, "some text that makes a segment of its own " + std::to_string(i)});
  put("g", "s", events);
  put("g", "s", events);
  ASSERT_TRUE(start("stats count(*)"));
  auto run =
      *QueryRun::open(cloud.stores().state->snapshot(), *cloud.stores().blobs, job().payload);
  const auto first = run->advance([] { return true; });
  EXPECT_FALSE(flag(*first, "Done"));
  EXPECT_EQ(find(*first, "Scanned")->as_double(), 1000);
  while (!flag(*run->advance([] { return true; }), "Done"))
    ;
}

TEST_F(Queries, Stops) {
  const auto started = start("fields @message");
  const Object named{{"queryId", text(*started, "queryId")}};
  const auto stopped = call("StopQuery", named);
  ASSERT_TRUE(stopped);
  EXPECT_TRUE(flag(*stopped, "success"));
  EXPECT_EQ(status(started), "Cancelled");
  EXPECT_EQ(cloud.outstanding().size(), 2);  // the worker is told
  EXPECT_TRUE(stops_query(cloud.outstanding().back().job.payload));
  cloud.finish(job().id, Document(Object{{"Done", true}}));
  EXPECT_EQ(status(started), "Cancelled");
  EXPECT_TRUE(
      error(call("StopQuery", named)).starts_with("InvalidParameterException: Query with ID"));
  EXPECT_TRUE(
      error(call("StopQuery", {{"queryId", "x"}})).starts_with("ResourceNotFoundException"));
}

TEST_F(Queries, FailsWhereItsWorkerCannot) {
  const auto started = start("fields @message");
  cloud.finish(job().id, fail("LimitExceededException", "too many groups"));
  EXPECT_EQ(status(started), "Failed");
}

TEST_F(Queries, AreForgottenAfterSevenDays) {
  serve_jobs();
  const auto started = start("fields @message");
  cloud.advance(std::chrono::hours(7 * 24 - 1));
  EXPECT_EQ(status(started), "Complete");
  cloud.advance(std::chrono::hours(2));
  EXPECT_FALSE(call("GetQueryResults", {{"queryId", text(*started, "queryId")}}));
  EXPECT_TRUE(array_of(*call("DescribeQueries", {}), "queries").empty());
}

TEST_F(Queries, AreDescribedNewestFirst) {
  serve_jobs();
  make_group("h");
  for (const auto* query : {"fields a", "fields b", "fields c"}) {
    ASSERT_TRUE(start(query, {{"logGroupNames", Array{query[7] == 'b' ? "h" : "g"}}}));
    cloud.advance(std::chrono::seconds(1));
  }
  const auto told = [&](Object params) {
    std::string out;
    for (bool more = true; more;) {
      const auto page = call("DescribeQueries", params);
      for (const auto& query : array_of(*page, "queries"))
        out.append(text(query, "queryString").substr(7)).append(text(query, "logGroupName"));
      more = find(*page, "nextToken");
      if (more) params["nextToken"] = text(*page, "nextToken");
    }
    return out;
  };
  EXPECT_EQ(told({}), "cgbhag");
  EXPECT_EQ(told({{"maxResults", 1}}), "cgbhag");
  EXPECT_EQ(told({{"logGroupName", "h"}}), "bh");
  EXPECT_EQ(told({{"status", "Running"}}), "");
  EXPECT_EQ(told({{"status", "Complete"}}), "cgbhag");
}

TEST_F(Queries, AreRefusedInAWSsWords) {
  const auto bad = start("fields @message | count()");
  ASSERT_FALSE(bad);
  EXPECT_EQ(error(bad),
            "MalformedQueryException: unexpected symbol found count at line 1 and position 18");
  EXPECT_EQ(to_json(bad.error().members.at("queryCompileError").at("location")),
            R"({"startCharOffset":18,"endCharOffset":23})");
  EXPECT_EQ(
      error(start("fields @message", {{"logGroupNames", Array{"none"}}})),
      "ResourceNotFoundException: Log group 'none' does not exist for account ID '123456789012'");
  EXPECT_EQ(error(start("fields @message", {{"startTime", 20}, {"endTime", 10}})),
            "InvalidParameterException: End time should not be less than start time.");
  EXPECT_EQ(error(start("fields @message", {{"startTime", 1}, {"endTime", 10}})),
            "MalformedQueryException: Query's end date and time is either before the log groups "
            "creation time or exceeds the log groups log retention settings");
  EXPECT_EQ(
      error(start("fields @message", {{"limit", 10'001}})),
      "InvalidParameterException: 1 validation error detected: Value '10001' at 'limit' failed "
      "to satisfy constraint: Member must have value less than or equal to 10000");
  EXPECT_TRUE(error(start(std::string(10'001, ' '))).starts_with("InvalidParameterException"));
  EXPECT_TRUE(
      error(call("StartQuery", {{"queryString", "limit 1"}, {"startTime", 0}, {"endTime", 1}}))
          .starts_with("InvalidParameterException"));
  Array many;
  for (int i = 0; i < 51; ++i)
    many.push_back(boost::json::string("g" + std::to_string(i)));
  EXPECT_TRUE(error(start("fields @message", {{"logGroupNames", many}}))
                  .starts_with("InvalidParameterException"));
}

TEST_F(Queries, AHundredRunAtATime) {
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(start("limit 1"));
  EXPECT_EQ(error(start("limit 1")),
            "LimitExceededException: Account maximum query concurrency limit of [100] reached.");
}

TEST_F(Queries, LeaveExpiredEventsOut) {
  serve_jobs();
  put("g", "s", {{now_ms(), "old"}});
  ASSERT_TRUE(call("PutRetentionPolicy", {{"logGroupName", "g"}, {"retentionInDays", 1}}));
  cloud.advance(std::chrono::hours(20));
  put("g", "s", {{now_ms(), "new"}});
  cloud.advance(std::chrono::hours(5));
  EXPECT_EQ(ask("display @message", {{"startTime", 0}}), "@message=new ; ");
}

TEST_F(Queries, DefinitionsAreKept) {
  const auto made =
      call("PutQueryDefinition",
           {{"name", "f/b"}, {"queryString", "limit 1"}, {"logGroupNames", Array{"g"}}});
  ASSERT_TRUE(made) << error(made);
  ASSERT_TRUE(call("PutQueryDefinition", {{"name", "a"}, {"queryString", "limit 2"}}));
  const std::string id(text(*made, "queryDefinitionId"));
  ASSERT_TRUE(call("PutQueryDefinition",
                   {{"name", "f/c"}, {"queryString", "limit 3"}, {"queryDefinitionId", id}}));
  const auto told = [&](Object params) {
    const auto page = call("DescribeQueryDefinitions", std::move(params));
    std::string out;
    for (const auto& each : array_of(*page, "queryDefinitions"))
      out.append(text(each, "name")).append("=").append(text(each, "queryString")).append(" ");
    return out + string_of(*page, "nextToken").substr(0, 0) +
           (find(*page, "nextToken") ? "more" : "");
  };
  EXPECT_EQ(told({}), "a=limit 2 f/c=limit 3 ");
  EXPECT_EQ(told({{"queryDefinitionNamePrefix", "f/"}}), "f/c=limit 3 ");
  EXPECT_EQ(told({{"maxResults", 1}}), "a=limit 2 more");
  EXPECT_TRUE(flag(*call("DeleteQueryDefinition", {{"queryDefinitionId", id}}), "success"));
  EXPECT_EQ(told({}), "a=limit 2 ");
  for (const auto* operation : {"DeleteQueryDefinition", "PutQueryDefinition"})
    EXPECT_EQ(error(call(operation,
                         {{"queryDefinitionId", id}, {"name", "x"}, {"queryString", "limit 1"}})),
              "ResourceNotFoundException: The specified query definition does not exist.");
  EXPECT_TRUE(error(call("PutQueryDefinition", {{"name", ""}, {"queryString", "x"}}))
                  .starts_with("InvalidParameterException"));
}

TEST_F(Queries, FieldsOfAGroupWithTheirShare) {
  put("g", "s",
      {{now_ms() - 1000, R"({"a":1})"},
       {now_ms(), R"({"a":1,"b":2})"},
       {now_ms(), "text"},
       {now_ms(), "{}"}});
  put("g", "s", {{now_ms() - 3'600'000, R"({"old":1})"}});
  const auto reply = call("GetLogGroupFields", {{"logGroupName", "g"}});
  std::string told;
  for (const auto& field : array_of(*reply, "logGroupFields"))
    told +=
        std::string(text(field, "name")) + "=" + std::to_string(*integer(field, "percent")) + " ";
  EXPECT_EQ(told,
            "@ingestionTime=100 @log=100 @logStream=100 @message=100 @timestamp=100 a=50 b=25 ");
  EXPECT_EQ(array_of(*call("GetLogGroupFields",
                           {{"logGroupName", "g"}, {"time", now_ms() / 1000 - 3600}}),
                     "logGroupFields")
                .size(),
            6);
  EXPECT_EQ(error(call("GetLogGroupFields", {{"logGroupName", "none"}})),
            "ResourceNotFoundException: The specified log group does not exist.");
}

TEST_F(Queries, GroupsOfInfrequentAccessAreOnlyQueried) {
  serve_jobs();
  ASSERT_TRUE(
      call("CreateLogGroup", {{"logGroupName", "ia"}, {"logGroupClass", "INFREQUENT_ACCESS"}}));
  make_stream("ia", "s");
  put("ia", "s", {{now_ms(), "rare"}});
  EXPECT_EQ(ask("display @message", {{"logGroupNames", Array{"ia"}}}), "@message=rare ; ");
  for (const auto* operation :
       {"GetLogEvents", "FilterLogEvents", "PutSubscriptionFilter", "CreateExportTask"}) {
    const auto refused = call(operation, {{"logGroupName", "ia"}, {"logStreamName", "s"}});
    EXPECT_EQ(error(refused),
              "InvalidParameterException: " + std::string(operation) +
                  " is not supported for log groups of the class INFREQUENT_ACCESS.");
  }
}

}  // namespace
}  // namespace tocsin::logs
