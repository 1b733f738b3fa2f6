// SPDX-License-Identifier: Apache-2.0
#include "workers/runtime_api.hpp"

#include <gtest/gtest.h>

#include "store/store.hpp"
#include "workers/invocation_log.hpp"
#include "workers/relay.hpp"
#include "workers/utf8.hpp"

namespace tocsin::workers {
namespace {

TEST(RuntimeHttp, PutsRequestsTogetherFromAnyPieces) {
  const std::string bytes =
      "POST /2018-06-01/runtime/invocation/abc/response HTTP/1.1\r\nHost: x\r\n"
      "Content-Length: 5\r\n\r\nhello"
      "POST /2018-06-01/runtime/invocation/abc/error HTTP/1.1\r\n"
      "Transfer-Encoding: chunked\r\nLambda-Runtime-Function-Error-Type: Handled\r\n\r\n"
      "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
      "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    HttpRequestParser parser;
    std::vector<RuntimeCall> calls;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      ASSERT_TRUE(parser.feed(std::string_view(bytes).substr(at, piece)));
      while (auto request = parser.next()) {
        calls.push_back(runtime_call(*request).value());
        ASSERT_TRUE(parser.feed({}));
      }
    }
    ASSERT_EQ(calls.size(), 3U);
    EXPECT_EQ(calls[0].body, "hello");
    EXPECT_EQ(calls[0].request_id, "abc");
    EXPECT_EQ(calls[1].body, "abcde");
    EXPECT_EQ(calls[1].kind, RuntimeCall::Kind::Error);
    EXPECT_TRUE(calls[1].handled);
    EXPECT_EQ(calls[2].kind, RuntimeCall::Kind::Next);
  }
}

TEST(RuntimeHttp, RefusesWhatIsNotHttpAndBoundsWhatItKeeps) {
  EXPECT_FALSE(HttpRequestParser().feed("nonsense\r\n\r\n"));
  EXPECT_FALSE(HttpRequestParser().feed("GET / HTTP/1.1\r\nno colon\r\n\r\n"));
  EXPECT_FALSE(HttpRequestParser().feed("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"));
  EXPECT_FALSE(HttpRequestParser().feed("GET / HTTP/1.1\r\nContent-Length: 5, 6\r\n\r\n"));
  const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_FALSE(HttpRequestParser().feed(chunked + "5x\r\n"));
  EXPECT_TRUE(HttpRequestParser().feed(chunked + "5 ;a=b\r\nhello\r\n0\r\n\r\n"));
  EXPECT_FALSE(
      HttpRequestParser().feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"));
  EXPECT_FALSE(HttpRequestParser().feed(std::string(200 << 10, 'x')));
  HttpRequestParser parser;
  ASSERT_TRUE(parser.feed("POST /x HTTP/1.1\r\nContent-Length: 7000000\r\n\r\n"));
  for (int i = 0; i < 7; ++i)
    ASSERT_TRUE(parser.feed(std::string(1'000'000, 'x')));
  const auto request = parser.next();
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->too_large);
  EXPECT_TRUE(request->body.empty());
}

TEST(Log, CutsLinesAndJoinsThoseThatGoOn) {
  LineSplitter splitter(10);
  std::vector<std::string> events;
  const auto keep = [&](std::string_view event) { events.emplace_back(event); };
  splitter.feed("one\ntw", keep);
  splitter.feed("o\nfirst\x1e\nmore\n0123456789abc\nlast", keep);
  splitter.flush(keep);
  EXPECT_EQ(events, (std::vector<std::string>{"one", "two", "first\nmore", "0123456789", "last"}));
}

TEST(Log, SaysOnceThatItIsFullAndStillTakesThePlatform) {
  auto stores = store::in_memory();
  InvocationLog log(*stores.blobs, 100);
  for (int i = 0; i < 5; ++i)
    log.add(std::string(40, 'x'));
  log.add_platform("END");
  const auto kept = log.finish();
  ASSERT_TRUE(kept && kept->is_array());
  EXPECT_EQ(kept->as_array().size(), 4u);
  EXPECT_NE(to_json(*kept).find("the rest is dropped"), std::string::npos);
  EXPECT_TRUE(log.tail().ends_with("END\n"));
}

TEST(Log, GoesIntoABlobWhenItIsLong) {
  auto stores = store::in_memory();
  InvocationLog log(*stores.blobs, 1 << 20);
  for (int i = 0; i < 1000; ++i)
    log.add(std::string(100, 'x'));
  const auto kept = log.finish();
  ASSERT_TRUE(kept);
  const auto ref = store::blob_ref(*kept);
  ASSERT_TRUE(ref);
  const auto content = *stores.blobs->get(*ref);
  EXPECT_EQ(std::count(content.begin(), content.end(), '\n'), 1000);
}

TEST(Log, ReportsAsLambdaDoes) {
  Report report{"r-1", 1.234, 100, 128, 40, "", ""};
  EXPECT_EQ(report.line(),
            "REPORT RequestId: r-1\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 40 MB\tInit Duration: 100.00 ms\t");
}

TEST(Utf8, ReplacesWhatIsIllFormed) {
  EXPECT_EQ(valid_utf8("a\xC3\xA4\xF0\x9F\x98\x80"), "a\xC3\xA4\xF0\x9F\x98\x80");
  EXPECT_EQ(valid_utf8("\xFF\xC0\x80\xED\xA0\x80z"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST(Relay, ReadsAddresses) {
  EXPECT_TRUE(Address::parse("127.0.0.1:4566"));
  EXPECT_TRUE(Address::parse("[::1]:4566"));
  EXPECT_TRUE(Address::parse("/run/tocsin.sock"));
  for (const auto* bad : {"", "host:4566", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999"}) {
    EXPECT_FALSE(Address::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace tocsin::workers
