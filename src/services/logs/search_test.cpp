// SPDX-License-Identifier: Apache-2.0
// FilterLogEvents, and reads over everything that events may lie in: open rows, blobs, gathered
// segments.
#include <algorithm>
#include <random>

#include "services/logs/state.hpp"
#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

class Search : public LogsTest {
 protected:
  Search() {
    make_group("g");
    for (const auto* name : {"a", "b", "other"})
      make_stream("g", name);
  }
  void put_blob(std::string_view stream, const std::vector<Event>& events) {
    const auto done =
        call("PutLogEvents",
             {{"logGroupName", "g"}, {"logStreamName", stream}, {"logEvents", as_blob(events)}});
    ASSERT_TRUE(done) << error(done);
  }
  /// All pages, with `limit` events each.
  std::string pages(Object params, std::int64_t limit) {
    std::string out;
    params["limit"] = limit;
    for (int page = 0; page < 10'000; ++page) {
      const auto reply = filter("g", params);
      out += messages(reply);
      if (!find(reply, "nextToken")) return out;
      params["nextToken"] = text(reply, "nextToken");
    }
    return "no end";
  }
  template <class Row>
  std::size_t rows(const core::Table<Row>& table) {
    return table.all(*cloud.stores().state, {}).size();
  }
};

TEST_F(Search, StreamsAreInterleavedInTheOrderOfTime) {
  put("g", "a", {{now_ms(), "a0"}, {now_ms() + 2, "a2"}});
  put("g", "b", {{now_ms() + 1, "b1"}, {now_ms() + 2, "b2"}});
  put("g", "other", {{now_ms() - 9, "o"}});
  EXPECT_EQ(pages({}, 100), "o a0 b1 a2 b2 ");
  EXPECT_EQ(pages({}, 1), "o a0 b1 a2 b2 ");
  EXPECT_EQ(pages({{"logStreamNames", Array{"a", "b"}}}, 2), "a0 b1 a2 b2 ");
  EXPECT_EQ(pages({{"logStreamNamePrefix", "o"}}, 2), "o ");
  EXPECT_EQ(pages({{"startTime", now_ms() + 1}, {"endTime", now_ms() + 2}}, 9), "b1 a2 b2 ");
  EXPECT_EQ(pages({{"filterPattern", "2"}}, 1), "a2 b2 ");
  const auto event = array_of(filter("g", {}), "events")[1];
  EXPECT_EQ(text(event, "logStreamName"), "a");
  EXPECT_EQ(text(event, "eventId").size(), 56u);
  EXPECT_EQ(to_json(*find(filter("g", {}), "searchedLogStreams")), "[]");
}

TEST_F(Search, BadParametersAreRefused) {
  const auto refused = [&](Object params) {
    params["logGroupName"] = "g";
    return error(call("FilterLogEvents", params));
  };
  EXPECT_EQ(refused({{"filterPattern", "{ $.a"}}),
            "InvalidParameterException: Invalid filter pattern");
  EXPECT_EQ(refused({{"filterPattern", "{ $.a = %x% || $.a = %y% || $.a = %z% }"}}),
            "InvalidParameterException: Invalid filter pattern: more than 2 regular expressions");
  EXPECT_EQ(refused({{"logStreamNames", Array{"absent"}}}),
            "ResourceNotFoundException: The specified log stream does not exist.");
  EXPECT_EQ(refused({{"logStreamNames", Array{"a"}}, {"logStreamNamePrefix", "b"}}).substr(0, 25),
            "InvalidParameterException");
  EXPECT_EQ(refused({{"nextToken", "x"}}),
            "InvalidParameterException: The specified nextToken is invalid.");
  EXPECT_EQ(error(call("FilterLogEvents", {{"logGroupName", "h"}})),
            "ResourceNotFoundException: The specified log group does not exist.");
}

TEST_F(Search, ABlobIsKeptAsItIsAndRead) {
  std::vector<Event> events;
  for (int i = 0; i < 2'000; ++i)
    events.push_back({now_ms() + i, "event \"" + std::to_string(i) + "\""});
  put_blob("a", events);
  EXPECT_EQ(rows(kOpen), 0u);
  EXPECT_EQ(rows(kSegments), 1u);
  EXPECT_EQ(pages({{"filterPattern", "\"\\\"77\\\"\""}}, 10), "event \"77\" ");
  EXPECT_EQ(messages(get("g", "a", {{"limit", 2}})), "event \"1998\" event \"1999\" ");
  EXPECT_EQ(array_of(filter("g", {}), "events").size(), 2'000u);
}

TEST_F(Search, ABlobWithMembersInAnotherOrderIsTakenToo) {
  const auto lines = "{\"message\":\"one\",\"timestamp\":" + std::to_string(now_ms()) +
                     "}\n{\"timestamp\":" + std::to_string(now_ms()) + ".0,\"message\":\"two\"}\n";
  const auto blob = store::to_document(*cloud.stores().blobs->put(lines));
  ASSERT_TRUE(
      call("PutLogEvents", {{"logGroupName", "g"}, {"logStreamName", "a"}, {"logEvents", blob}}));
  EXPECT_EQ(tail("g", "a"), "one two ");
  const auto bad =
      store::to_document(*cloud.stores().blobs->put("{\"timestamp\":-1,\"message\":\"x\"}\n"));
  EXPECT_EQ(
      call("PutLogEvents", {{"logGroupName", "g"}, {"logStreamName", "a"}, {"logEvents", bad}})
          .error()
          .code,
      "InvalidParameterException");
}

TEST_F(Search, APartOfABlobMayBeRejected) {
  const auto old = now_ms() - 14LL * 86'400'000;
  put_blob("a", {{old - 1, "too old"}, {old + 1000, "kept"}});
  EXPECT_EQ(tail("g", "a"), "kept ");
}

TEST_F(Search, ManySmallPutsAreGatheredAndNothingChanges) {
  std::string before_ids;
  for (int i = 0; i < 127; ++i)
    put("g", "a", {{now_ms() + i % 7, "m" + std::to_string(i)}});
  const auto before = filter("g", {});
  const auto got = get("g", "a", {});
  EXPECT_EQ(rows(kOpen), 127u);
  put("g", "a", {{now_ms() + 1000, "last"}});
  EXPECT_EQ(rows(kOpen), 0u);
  EXPECT_EQ(rows(kSegments), 1u);
  const auto to_last = Object{{"endTime", now_ms() + 999}};
  EXPECT_EQ(to_json(*find(filter("g", to_last), "events")), to_json(*find(before, "events")));
  EXPECT_EQ(to_json(*find(get("g", "a", to_last), "events")), to_json(*find(got, "events")));
  const auto page = get("g", "a", {{"limit", 5}, {"nextToken", text(got, "nextForwardToken")}});
  EXPECT_EQ(messages(page), "last ");
}

TEST_F(Search, RowsStayFewHoweverManyPuts) {
  for (int i = 0; i < 3'000; ++i)
    put("g", "a", {{now_ms() + i, "m" + std::to_string(i)}});
  EXPECT_LT(rows(kOpen), 128u);
  EXPECT_LE(rows(kSegments), 16u);
  EXPECT_EQ(pages({{"filterPattern", "m29"}}, 20).size(),
            pages({{"filterPattern", "%^m29%"}}, 20).size());
  std::string all;
  for (int i = 0; i < 3'000; ++i)
    all += "m" + std::to_string(i) + " ";
  EXPECT_EQ(pages({}, 700), all);
}

TEST_F(Search, JsonWrittenWithEscapesIsFound) {
  put("g", "a", {{now_ms(), R"({"name":"\u0041BC"})"}, {now_ms(), R"({"name":"XBC"})"}});
  EXPECT_EQ(pages({{"filterPattern", "{ $.name = ABC }"}}, 5), R"({"name":"\u0041BC"} )");
}

TEST_F(Search, AReplyHoldsAMegabyte) {
  for (int i = 0; i < 6; ++i)
    put_blob("a", {{now_ms() + i, std::string(400'000, static_cast<char>('a' + i))}});
  const auto page = filter("g", {});
  EXPECT_EQ(array_of(page, "events").size(), 2u);
  EXPECT_EQ(pages({}, 100).size(), 6 * 400'001u);
  EXPECT_EQ(array_of(get("g", "a", {}), "events").size(), 2u);
  EXPECT_EQ(array_of(get("g", "a", {{"startFromHead", true}}), "events").size(), 2u);
}

/// Random puts, then every way of paging gives the same events in the same order.
TEST_F(Search, EveryWayOfPagingAgrees) {
  std::mt19937 random(7);
  const auto upto = [&](int most) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned>(most));
  };
  std::vector<std::tuple<std::int64_t, std::string, int, std::string>> all;
  int number = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string stream = upto(3) ? "a" : "b";
    std::vector<Event> events;
    for (auto left = upto(20) + 1; left; --left)
      events.push_back({now_ms() - upto(3000), "e" + std::to_string(number++)});
    std::ranges::stable_sort(events, {}, &Event::timestamp);
    for (const auto& event : events)
      all.emplace_back(event.timestamp, stream, static_cast<int>(all.size()), event.message);
    if (upto(4))
      put("g", stream, events);
    else
      put_blob(stream, events);
  }
  std::ranges::sort(all);
  std::string wanted, wanted_a;
  for (const auto& [timestamp, stream, order, message] : all) {
    wanted += message + " ";
    if (stream == "a") wanted_a += message + " ";
  }
  for (const auto limit : {1'000, 10'000})
    EXPECT_EQ(pages({}, limit), wanted);
  std::string forward, backward;
  for (auto page = get("g", "a", {{"startFromHead", true}, {"limit", 333}});
       !array_of(page, "events").empty();) {
    forward += messages(page);
    page = get("g", "a", {{"limit", 333}, {"nextToken", text(page, "nextForwardToken")}});
  }
  for (auto page = get("g", "a", {{"limit", 777}}); !array_of(page, "events").empty();) {
    backward = messages(page) + backward;
    page = get("g", "a", {{"limit", 777}, {"nextToken", text(page, "nextBackwardToken")}});
  }
  EXPECT_EQ(forward, wanted_a);
  EXPECT_EQ(backward, wanted_a);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Search, TestMetricFilterNeedsNoGroup) {
  const auto reply =
      call("TestMetricFilter", {{"filterPattern", "[ip, ..., status = 4*]"},
                                {"logEventMessages", Array{"1.1.1.1 x 200", "2.2.2.2 y 404"}}});
  EXPECT_EQ(
      to_json(*reply),
      R"({"matches":[{"eventNumber":2,"eventMessage":"2.2.2.2 y 404","extractedValues":{"$2":"y","$ip":"2.2.2.2","$status":"404"}}]})");
  EXPECT_EQ(call("TestMetricFilter", {{"filterPattern", "["}, {"logEventMessages", Array{"x"}}})
                .error()
                .code,
            "InvalidParameterException");
}

}  // namespace
}  // namespace tocsin::logs
