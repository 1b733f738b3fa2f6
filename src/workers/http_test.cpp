// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "workers/http_worker.hpp"
#include "workers/test_support.hpp"

namespace tocsin::workers {
namespace {

using testing::carry;
using ::testing::HasSubstr;
using testing::TinyServer;

class Http : public ::testing::Test {
 protected:
  Http() { worker_.start(); }
  Result<Document> send(Object payload) {
    return carry(worker_, {"job", "http.request", payload, ""});
  }

  HttpWorker worker_{{}};
};

TEST_F(Http, GivesStatusHeadersAndBody) {
  TinyServer server("HTTP/1.1 503 Busy\r\nX-Kind: test\r\nContent-Length: 5\r\n\r\nhello");
  const auto reply = send({{"Method", "POST"},
                           {"Url", "http://" + server.address() + "/hook"},
                           {"Headers", Object{{"X-Sent", "1"}}},
                           {"Body", "{}"}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(integer(*reply, "Status"), 503);
  EXPECT_EQ(text(*reply, "Body"), "hello");
  EXPECT_EQ(text(object_of(*reply, "Headers"), "x-kind"), "test");
  EXPECT_THAT(server.requests(), HasSubstr("POST /hook HTTP/1.1"));
  EXPECT_THAT(server.requests(), HasSubstr("X-Sent: 1"));
}

TEST_F(Http, CutsLongBodiesAndFollowsNoRedirect) {
  TinyServer server(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 9\r\n\r\n"
      "123456789");
  const auto reply =
      send({{"Method", "GET"}, {"Url", "http://" + server.address()}, {"MaxReplyBytes", 4}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(integer(*reply, "Status"), 302);
  EXPECT_EQ(text(*reply, "Body"), "1234");
  EXPECT_TRUE(flag(*reply, "Truncated"));
}

TEST_F(Http, TellsNetworkErrorsFromBadRequests) {
  EXPECT_EQ(send({{"Method", "GET"}, {"Url", "http://127.0.0.1:1/"}}).error().fault, Fault::Server);
  TinyServer plain("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const auto tls = send({{"Url", "https://" + plain.address()}, {"TimeoutMs", 200}});
  EXPECT_EQ(tls.error().fault, Fault::Server);
  EXPECT_EQ(send({{"Url", "file:///etc/passwd"}}).error().code, "ValidationException");
  EXPECT_EQ(send({{"Url", "http://x"}, {"Headers", Object{{"A", "b\r\nC: d"}}}}).error().code,
            "ValidationException");
}

}  // namespace
}  // namespace tocsin::workers
