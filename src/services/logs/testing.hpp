// SPDX-License-Identifier: Apache-2.0
// What this room's tests share.
#pragma once

#include <gtest/gtest.h>

#include "core/testing.hpp"
#include "services/logs/export_run.hpp"
#include "services/logs/logs.hpp"
#include "services/logs/query_run.hpp"

namespace tocsin::logs {

struct Event {
  std::int64_t timestamp;
  std::string message;
};

class LogsTest : public testing::Test {
 protected:
  LogsTest() : cloud(register_logs) {}
  explicit LogsTest(const core::TestCloud::Register& services) : cloud(services) {}

  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("logs", operation, std::move(params));
  }
  static std::string error(const Result<Document>& result) {
    return result ? "no error" : result.error().code + ": " + result.error().message;
  }
  std::int64_t now_ms() const { return to_ms(cloud.now()); }

  void make_group(std::string_view name) {
    ASSERT_TRUE(call("CreateLogGroup", {{"logGroupName", name}}));
  }
  void make_stream(std::string_view group, std::string_view name) {
    ASSERT_TRUE(call("CreateLogStream", {{"logGroupName", group}, {"logStreamName", name}}));
  }

  static Array events_of(const std::vector<Event>& events) {
    Array out;
    for (const auto& [timestamp, message] : events)
      out.push_back(Object{{"timestamp", timestamp}, {"message", message}});
    return out;
  }
  Result<Document> try_put(std::string_view group, std::string_view stream,
                           const std::vector<Event>& events) {
    return call(
        "PutLogEvents",
        {{"logGroupName", group}, {"logStreamName", stream}, {"logEvents", events_of(events)}});
  }
  void put(std::string_view group, std::string_view stream, const std::vector<Event>& events) {
    const auto done = try_put(group, stream, events);
    ASSERT_TRUE(done) << error(done);
  }
  /// As the wire does with long arrays.
  Document as_blob(const std::vector<Event>& events) {
    std::string lines;
    for (const auto& event : events_of(events))
      lines += to_json(event) + '\n';
    return store::to_document(*cloud.stores().blobs->put(lines));
  }

  Document get(std::string_view group, std::string_view stream, Object params) {
    params["logGroupName"] = group;
    params["logStreamName"] = stream;
    const auto reply = call("GetLogEvents", params);
    EXPECT_TRUE(reply) << error(reply);
    return reply.value_or(Document());
  }
  Document filter(std::string_view group, Object params) {
    params["logGroupName"] = group;
    const auto reply = call("FilterLogEvents", params);
    EXPECT_TRUE(reply) << error(reply);
    return reply.value_or(Document());
  }
  static std::string messages(const Document& reply) {
    std::string out;
    for (const auto& event : array_of(reply, "events"))
      out.append(text(event, "message")).append(" ");
    return out;
  }
  std::string tail(std::string_view group, std::string_view stream) {
    return messages(get(group, stream, {}));
  }

  /// All pages.
  std::string stream_names(Object params, std::string_view group = "g") {
    params["logGroupName"] = group;
    std::string out;
    for (bool more = true; more;) {
      const auto page = call("DescribeLogStreams", params);
      for (const auto& stream : array_of(*page, "logStreams"))
        out.append(text(stream, "logStreamName")).append(" ");
      more = find(*page, "nextToken");
      if (more) params["nextToken"] = text(*page, "nextToken");
    }
    return out;
  }

  /// Carries out jobs of queries and exports, each to its end.
  void serve_jobs() {
    cloud.on_job("logs.query", [this](const core::Job& job) -> Result<Document> {
      if (stops_query(job.payload)) return Document();
      auto run =
          TRY(QueryRun::open(cloud.stores().state->snapshot(), *cloud.stores().blobs, job.payload));
      return run->advance([] { return false; });
    });
    cloud.on_job("logs.export", [this](const core::Job& job) {
      return write_export(*cloud.stores().state->snapshot(), *cloud.stores().blobs, job.payload);
    });
  }
  Result<Document> start(std::string_view query, Object params = {}) {
    if (!params.contains("logGroupNames") && !params.contains("logGroupIdentifiers"))
      params["logGroupName"] = "g";
    params["queryString"] = query;
    if (!params.contains("startTime")) params["startTime"] = now_ms() / 1000 - 3600;
    if (!params.contains("endTime")) params["endTime"] = now_ms() / 1000 + 3600;
    return call("StartQuery", std::move(params));
  }
  Document results(std::string_view id) {
    const auto reply = call("GetQueryResults", {{"queryId", id}});
    EXPECT_TRUE(reply) << error(reply);
    return reply.value_or(Document());
  }
  /// "name=value name=value; …", without @ptr.
  std::string ask(std::string_view query, Object params = {}) {
    const auto started = start(query, std::move(params));
    if (!started) return error(started);
    const auto found = results(text(*started, "queryId"));
    std::string out;
    for (const auto& row : array_of(found, "results")) {
      for (const auto& field : row.as_array()) {
        if (text(field, "field") != "@ptr")
          out.append(text(field, "field")).append("=").append(text(field, "value")).append(" ");
      }
      out += "; ";
    }
    return out;
  }

  core::TestCloud cloud;
};

}  // namespace tocsin::logs
