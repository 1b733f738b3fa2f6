// SPDX-License-Identifier: Apache-2.0
#include "workers/message_gateways.hpp"

#include <gmock/gmock.h>

#include "workers/test_support.hpp"

namespace tocsin::workers {
namespace {

using testing::carry;
using ::testing::HasSubstr;
using testing::TinyServer;

std::string answer(std::string_view status, std::string_view body = "{}") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

Result<Document> send(std::string_view kind, const std::string& url) {
  MessageGateways gateways({.sms_url = url, .ntfy_url = url});
  gateways.start();
  Object payload{{"To", "+4915112345678"}, {"From", "Tocsin"}, {"Message", "text"}};
  payload["Token"] = "device-1";
  payload["Title"] = "Alarm";
  payload["Priority"] = 5;
  return carry(gateways, {"job", std::string(kind), std::move(payload), ""});
}

TEST(MessageGateways, PostJsonToTheirServers) {
  TinyServer server(answer("200 OK"));
  ASSERT_TRUE(send("sms.send", "http://" + server.address() + "/sms"));
  EXPECT_THAT(server.requests(), HasSubstr("POST /sms HTTP/1.1"));
  EXPECT_THAT(server.requests(), HasSubstr("application/json"));
  ASSERT_TRUE(send("push.send", "http://" + server.address()));
}

TEST(MessageGateways, TellWhatMayBeTriedAgain) {
  const auto failure = [](std::string_view kind, const std::string& said) {
    TinyServer server(said);
    return send(kind, "http://" + server.address()).error();
  };
  EXPECT_EQ(failure("sms.send", answer("503 Busy")).fault, Fault::Server);
  EXPECT_EQ(failure("sms.send", answer("429 Slow down")).fault, Fault::Server);
  EXPECT_EQ(failure("sms.send", answer("400 Bad")).code, "MessageRejected");
  EXPECT_EQ(failure("sms.send", answer("403 No", R"({"optedOut":true})")).code, "OptedOut");
  EXPECT_EQ(failure("push.send", answer("410 Gone")).code, "EndpointGone");
  EXPECT_EQ(send("push.send", "http://127.0.0.1:1").error().fault, Fault::Server);
  EXPECT_EQ(send("sms.send", "").error().code, "SmsNotConfigured");
  EXPECT_EQ(send("push.send", "").error().code, "PushNotConfigured");
}

TEST(MessageGateways, NameTopicsAsNtfyAllows) {
  EXPECT_EQ(ntfy_topic("my-phone_1"), "my-phone_1");
  EXPECT_EQ(ntfy_topic("a:b").size(), 40u);
  EXPECT_EQ(ntfy_topic(std::string(65, 'x')).size(), 40u);
  EXPECT_FALSE(check_gateway_url("--sms", "smtp://x"));
  EXPECT_TRUE(check_gateway_url("--ntfy", "https://ntfy.example"));
}

}  // namespace
}  // namespace tocsin::workers
