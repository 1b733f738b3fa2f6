// SPDX-License-Identifier: Apache-2.0
#include "wire/http_server.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "wire/raw_client.hpp"

namespace tocsin::wire {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

/// Produces `size` bytes without holding them.
class PatternReader final : public store::BlobReader {
 public:
  explicit PatternReader(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    if (offset >= size_) return std::string();
    std::string out(std::min<std::uint64_t>(length, size_ - offset), '\0');
    for (auto& c : out)
      c = static_cast<char>('a' + offset++ % 26);
    return out;
  }

 private:
  std::uint64_t size_;
};

struct SinkRecord {
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::size_t> largest = 0;
  std::atomic<bool> finished = false, dropped = false, broken = false;
  std::atomic<int> pause_ms = 0;
};

class CountingSink final : public BodySink {
 public:
  explicit CountingSink(SinkRecord& record) : record_(record) {}
  ~CountingSink() override { record_.dropped = !record_.finished; }
  Result<void> write(std::string_view bytes) override {
    if (record_.broken) return fail("ServiceUnavailable", "disk full", 503);
    if (record_.pause_ms) std::this_thread::sleep_for(Timeout(record_.pause_ms.load()));
    record_.bytes += bytes.size();
    record_.largest = std::max(record_.largest.load(), bytes.size());
    return {};
  }
  Result<void> finish() override {
    record_.finished = true;
    return {};
  }

 private:
  SinkRecord& record_;
};

struct Note final : Attachment {
  explicit Note(std::string given) : text(std::move(given)) {}
  std::string text;
};

/// "/echo" gives back, "/sink" streams in, "/blob" streams out, "/park" keeps its reply, …
class TestHandler final : public Handler {
 public:
  BodyPlan on_head(const RequestHead& head) override {
    BodyPlan plan;
    plan.limit = 100'000;
    plan.attachment = std::make_unique<Note>(head.method + " " + head.path);
    if (head.path == "/sink") plan.sink = std::make_unique<CountingSink>(sink);
    if (head.path == "/refuse") plan.refusal = Reply{.status = 403, .body = "no"};
    if (head.path == "/throw-head") throw std::runtime_error("head");
    return plan;
  }

  void on_request(Request request, ReplyFn reply) override {
    const auto& path = request.head.path;
    if (path == "/throw") throw std::runtime_error("request");
    if (path == "/drop") return;
    if (path == "/park") {
      const std::lock_guard lock(mutex);
      parked.push_back(std::move(reply));
      arrived.notify_all();
      return;
    }
    if (path == "/thread") {
      std::thread([reply = std::move(reply)]() mutable {
        reply(Reply{.body = "threaded"});
      }).detach();
      return;
    }
    reply(answer(request));
  }

  static Reply answer(const Request& request) {
    Reply reply;
    const auto& note = dynamic_cast<const Note&>(*request.attachment);
    if (request.head.path == "/blob") {
      reply.blob = std::make_unique<PatternReader>(3'000'000);
      reply.offset = 26;
      reply.length = 2'999'974;
    } else if (request.head.path == "/evil") {
      reply.headers = {{"X-Meta", "a\r\nSet-Cookie: b"}};
    } else if (request.sink_error) {
      reply.status = request.sink_error->status;
      reply.body = request.sink_error->message;
    } else {
      reply.body = note.text + "?" + request.head.query + "|" + request.body;
    }
    return reply;
  }

  void wait_parked(std::size_t count) {
    std::unique_lock lock(mutex);
    arrived.wait_for(lock, 5s, [&] { return parked.size() >= count; });
  }

  SinkRecord sink;
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<ReplyFn> parked;
};

class HttpServerTest : public testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    if (options.listen.front() == "127.0.0.1:4566") options.listen = {"127.0.0.1:0"};
    options.threads = 2;
    server_ = std::make_unique<HttpServer>(options, handler_);
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error().message;
    port_ = server_->ports().front();
  }
  std::string exchange(std::string_view request) {
    RawClient client(port_);
    client.send(request);
    return client.receive();
  }

  TestHandler handler_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

TEST_F(HttpServerTest, AnswersARequestWithABody) {
  serve();
  const auto reply =
      exchange("POST /echo?a=1&b=%20 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\n\r\nPOST /echo?a=1&b=%20|hello"));
}

TEST_F(HttpServerTest, KeepsPipelinedRequestsInOrder) {
  serve();
  RawClient client(port_);
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const auto path = i % 3 ? std::string("/n") + std::to_string(i) : std::string("/thread");
    all += "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.send(all);
  for (int i = 0; i < 50; ++i) {
    const auto expected = i % 3 ? "GET /n" + std::to_string(i) + "?|" : std::string("threaded");
    EXPECT_THAT(client.receive(), testing::EndsWith("\r\n\r\n" + expected));
  }
}

TEST_F(HttpServerTest, ReadsARequestCutAnywhere) {
  serve();
  const std::string request =
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: t\r\n\r\n";
  RawClient client(port_);
  for (std::size_t cut = 1; cut < request.size(); cut += 3) {
    client.send(request.substr(0, cut));
    std::this_thread::sleep_for(1ms);
    client.send(request.substr(cut));
    EXPECT_THAT(client.receive(), HasSubstr("POST /echo?|hello!")) << cut;
  }
}

TEST_F(HttpServerTest, SpeaksHttp10) {
  serve();
  RawClient client(port_);
  client.send("GET /old HTTP/1.0\r\n\r\n");
  const auto reply = client.receive_all();
  EXPECT_THAT(reply, HasSubstr("Connection: close"));
  EXPECT_THAT(reply, HasSubstr("GET /old?|"));
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  serve();
  RawClient client(port_);
  client.send("HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive(true), HasSubstr("Content-Length: 12\r\n"));
  EXPECT_THAT(client.receive(), testing::EndsWith("GET /next?|"));
}

TEST_F(HttpServerTest, AnswersExpectContinue) {
  serve();
  RawClient client(port_);
  client.send("PUT /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.receive(true), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_THAT(client.receive(), HasSubstr("PUT /echo?|abc"));
}

TEST_F(HttpServerTest, RefusesBeforeTheBody) {
  serve();
  RawClient client(port_);
  client.send(
      "PUT /refuse HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
      "99999999\r\n\r\n");
  const auto reply = client.receive_all();
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 403 Forbidden"));
  EXPECT_THAT(reply, HasSubstr("Connection: close"));
}

TEST_F(HttpServerTest, TheClientReadsTheRefusalWhileItStillSends) {
  serve();
  RawClient client(port_);
  client.send("PUT /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
  client.send(std::string(500'000, 'x'));
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 403 "));
}

struct BadRequest {
  const char* name;
  std::string text;
  const char* status;
};

TEST_F(HttpServerTest, AnswersBadRequests) {
  serve();
  const std::string long_field = "X: " + std::string(500, 'a') + "\r\n";
  std::string many_fields;
  for (int i = 0; i < 40; ++i)
    many_fields += long_field;
  const std::vector<BadRequest> cases = {
      {"garbage", "\x16\x03\x01\x02\r\n\r\n", "400"},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
      {"version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "400"},
      {"field", "GET / HTTP/1.1\r\nHost: a\r\nbad field: b\r\n\r\n", "400"},
      {"length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400"},
      {"two lengths",
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
      {"smuggling",
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
       "400"},
      {"coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
      {"codings", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"},
      {"chunk",
       "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
       "400"},
      {"chunk line",
       "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;" +
           std::string(200'000, 'x'),
       "431"},
      {"long target", "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", "431"},
      {"many fields", "GET / HTTP/1.1\r\nHost: a\r\n" + many_fields + "\r\n", "431"},
      {"long body", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n", "413"},
      {"long chunks",
       "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n30D40\r\n" +
           std::string(200'000, 'x') + "\r\n0\r\n\r\n",
       "413"},
      {"expectation", "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n",
       "417"},
      {"throwing head", "GET /throw-head HTTP/1.1\r\nHost: a\r\n\r\n", "500"},
      {"throwing", "GET /throw HTTP/1.1\r\nHost: a\r\n\r\n", "500"},
      {"unanswered", "GET /drop HTTP/1.1\r\nHost: a\r\n\r\n", "500"},
  };
  for (const auto& bad : cases) {
    EXPECT_THAT(exchange(bad.text), StartsWith("HTTP/1.1 " + std::string(bad.status))) << bad.name;
  }
  EXPECT_THAT(exchange("GET /alive HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("GET /alive"));
}

TEST_F(HttpServerTest, AFieldCannotStartAnother) {
  serve();
  EXPECT_THAT(exchange("GET /evil HTTP/1.1\r\nHost: x\r\n\r\n"),
              HasSubstr("X-Meta: a  Set-Cookie: b\r\n"));
}

TEST_F(HttpServerTest, StreamsABodyIn) {
  serve();
  RawClient client(port_);
  constexpr std::size_t kSize = 20'000'000;
  client.send("PUT /sink HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kSize) +
              "\r\n\r\n");
  client.send(std::string(kSize, 'x'));
  EXPECT_THAT(client.receive(), HasSubstr("200 OK"));
  EXPECT_EQ(handler_.sink.bytes, kSize);
  EXPECT_TRUE(handler_.sink.finished);
  EXPECT_LT(handler_.sink.largest, 400'000);
  client.send("PUT /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client.receive(), HasSubstr("200 OK"));
}

TEST_F(HttpServerTest, ASlowSinkHoldsTheClientBack) {
  serve();
  handler_.sink.pause_ms = 5;
  RawClient client(port_);
  client.send("PUT /sink HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i)
    client.send("186A0\r\n" + std::string(100'000, 'x') + "\r\n");
  client.send("0\r\n\r\n");
  EXPECT_THAT(client.receive(), HasSubstr("200 OK"));
  EXPECT_EQ(handler_.sink.bytes, 2'000'000u);
}

TEST_F(HttpServerTest, AFailingSinkIsTheHandlersToAnswer) {
  serve();
  handler_.sink.broken = true;
  RawClient client(port_);
  client.send("PUT /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n");
  client.send(std::string(400'000, 'x'));
  const auto reply = client.receive();
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(reply, HasSubstr("disk full"));
}

TEST_F(HttpServerTest, AnAbandonedBodyIsNotFinished) {
  serve();
  {
    RawClient client(port_);
    client.send("PUT /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n");
    client.send(std::string(300'000, 'x'));
  }
  for (int i = 0; i < 500 && !handler_.sink.dropped; ++i)
    std::this_thread::sleep_for(2ms);
  EXPECT_TRUE(handler_.sink.dropped);
}

TEST_F(HttpServerTest, StreamsABlobOut) {
  serve();
  const auto reply = exchange("GET /blob HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto body = reply.substr(reply.find("\r\n\r\n") + 4);
  ASSERT_EQ(body.size(), 2'999'974u);
  for (std::size_t i = 0; i < body.size(); i += 997)
    ASSERT_EQ(body[i], static_cast<char>('a' + i % 26));
}

TEST_F(HttpServerTest, EndsSlowClients) {
  ServerOptions options;
  options.header_timeout = options.body_timeout = options.idle_timeout = 80ms;
  serve(options);
  RawClient silent(port_), slow_head(port_), slow_body(port_), trickle(port_), idle(port_);
  slow_head.send("GET / HTTP/1.1\r\nHost");
  slow_body.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  idle.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  trickle.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");
  for (int i = 0; i < 20 && trickle.send("x"); ++i)
    std::this_thread::sleep_for(15ms);
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_THAT(slow_head.receive_all(), StartsWith("HTTP/1.1 408"));
  EXPECT_THAT(slow_body.receive_all(), StartsWith("HTTP/1.1 408"));
  EXPECT_THAT(trickle.receive(), StartsWith("HTTP/1.1 408"));
  EXPECT_THAT(idle.receive_all(), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(server_->stats().timeouts, 3u);
}

TEST_F(HttpServerTest, EndsAClientThatDoesNotRead) {
  ServerOptions options;
  options.write_timeout = 80ms;
  serve(options);
  RawClient client(port_);
  for (int i = 0; i < 10; ++i)
    client.send("GET /blob HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 500 && !server_->stats().timeouts; ++i)
    std::this_thread::sleep_for(5ms);
  EXPECT_EQ(server_->stats().timeouts, 1u);
}

TEST_F(HttpServerTest, RefusesConnectionsBeyondTheMaximum) {
  ServerOptions options;
  options.max_connections = 2;
  serve(options);
  RawClient first(port_), second(port_);
  first.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  second.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  first.receive();
  second.receive();
  RawClient third(port_);
  EXPECT_THAT(third.receive_all(), StartsWith("HTTP/1.1 503"));
  EXPECT_EQ(server_->stats().refused, 1u);
}

TEST_F(HttpServerTest, StopLetsRequestsUnderWayFinish) {
  serve();
  RawClient busy(port_), idle(port_);
  idle.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.receive();
  busy.send("GET /park HTTP/1.1\r\nHost: x\r\n\r\n");
  handler_.wait_parked(1);
  std::thread stopper([&] { server_->stop(5s); });
  EXPECT_EQ(idle.receive_all(), "");
  handler_.parked.front()(Reply{.body = "late"});
  const auto reply = busy.receive_all();
  EXPECT_THAT(reply, HasSubstr("Connection: close"));
  EXPECT_THAT(reply, testing::EndsWith("late"));
  stopper.join();
}

TEST_F(HttpServerTest, StopEndsTheRestAndRepliesMayComeLater) {
  serve();
  RawClient busy(port_);
  busy.send("GET /park HTTP/1.1\r\nHost: x\r\n\r\n");
  handler_.wait_parked(1);
  server_->stop(20ms);
  EXPECT_EQ(busy.receive_all(), "");
  handler_.parked.front()(Reply{.body = "late"});
  server_.reset();
  handler_.parked.clear();
}

TEST_F(HttpServerTest, ListensOnAUnixSocket) {
  const auto path = testing::TempDir() + "tocsin-wire-test.sock";
  ServerOptions options;
  options.listen = {"unix:" + path, "127.0.0.1:0"};
  serve(options);
  RawClient client(path);
  client.send("GET /u HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive(), HasSubstr("GET /u"));
  server_.reset();
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST_F(HttpServerTest, NamesWhatIsWrongWithAnAddress) {
  serve();
  for (const auto& bad : {std::string("4566"), std::string("127.0.0.1:http"),
                          std::string("example.org:80"), "127.0.0.1:" + std::to_string(port_)}) {
    ServerOptions options;
    options.listen = {bad};
    HttpServer server(options, handler_);
    const auto started = server.start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message, HasSubstr(bad));
  }
}

TEST_F(HttpServerTest, Counts) {
  serve();
  exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  exchange("GET /refuse HTTP/1.1\r\nHost: x\r\n\r\n");
  server_->stop(1s);  // what has been sent is counted after the client has it
  const auto stats = server_->stats();
  EXPECT_EQ(stats.accepted, 2u);
  EXPECT_EQ(stats.requests, 2u);
  EXPECT_EQ(stats.statuses.at(200), 1u);
  EXPECT_EQ(stats.statuses.at(403), 1u);
  EXPECT_GT(stats.bytes_in, 50u);
  EXPECT_GT(stats.bytes_out, 150u);
}

}  // namespace
}  // namespace tocsin::wire
