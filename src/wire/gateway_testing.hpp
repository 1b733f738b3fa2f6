// SPDX-License-Identifier: Apache-2.0
// For tests: the gateway over a real socket and a real cloud in memory, with a few operations of
// our own.
#pragma once

#include "base/crypto.hpp"
#include "core/table.hpp"
#include "wire/gateway.hpp"
#include "wire/raw_client.hpp"

namespace tocsin::wire {

using namespace std::chrono_literals;
using core::Call;
using core::Effect;
using core::Outcome;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct StoredObject {
  Document body;
};
BOOST_DESCRIBE_STRUCT(StoredObject, (), (body))
constexpr core::Table<StoredObject> kObjects{"test.objects"};

inline const AccountId kAccount("123456789012");

class TestAuthorizer final : public core::Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view id) const override {
    if (id == "AKIDKEY") return Secret{"secret", ""};
    if (id == "ASIATEMP") return Secret{"secret", "token"};
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View&, const core::Credential& shown,
                                   Time) const override {
    using Kind = core::Principal::Kind;
    if (shown.kind == core::Credential::Kind::Anonymous)
      return core::Principal{.kind = Kind::Anonymous};
    if (shown.access_key_id == "ASIATEMP") return fail("ExpiredToken", "expired", 403);
    const bool root = shown.kind == core::Credential::Kind::Root;
    return core::Principal{
        .kind = root ? Kind::Root : Kind::User,
        .account = kAccount,
        .arn = root ? "arn:aws:iam::123456789012:root" : "arn:aws:iam::123456789012:user/alice",
        .id = "AIDAALICE"};
  }
  Result<void> authorize(const store::View&, const core::Principal& who, const core::Request&,
                         const core::Access& access, Time) const override {
    const bool allowed =
        who.kind != core::Principal::Kind::Anonymous || access.action == "s3:GetObject";
    return allowed ? Result<void>() : fail("AccessDenied", "Access Denied", 403);
  }
};

inline core::Request last_request;

/// Of "a+b": the middle of a, then b.
inline Outcome get_parts(Call& call) {
  const auto first = kObjects.get(call, core::Key{"a"});
  const auto second = kObjects.get(call, core::Key{"b"});
  Document middle = first->body;
  middle.get_object()["offset"] = 1;
  middle.get_object()["length"] = 3;
  return Object{{"Body", Object{{"$blobs", Array{middle, second->body}}}},
                {"ContentLength", 3 + *integer(second->body, "size")}};
}

inline Outcome get_object(Call& call) {
  last_request = call.request();
  const auto key = text(call.params(), "Key");
  if (key == "a+b") return get_parts(call);
  const auto found = kObjects.get(call, core::Key{key});
  if (!found) return fail("NoSuchKey", "The specified key does not exist.", 404);
  return Object{{"Body", found->body}, {"ContentLength", *integer(found->body, "size")}};
}

inline core::Registry services() {
  core::Registry registry;
  registry.set_authorizer(std::make_unique<TestAuthorizer>());
  registry.add(core::Service{
      "sts",
      "sts",
      {{"GetCallerIdentity", Effect::Read,
        [](Call& call) -> Outcome {
          return Object{{"Account", call.principal().account.str()}, {"Arn", call.principal().arn}};
        },
        [](Call&) { return std::vector<core::Access>(); }}}});
  registry.add(core::Service{"sns", "sns", {{"Publish", Effect::Write, [](Call& call) -> Outcome {
                                               last_request = call.request();
                                               if (text(call.params(), "Message") == "boom")
                                                 return internal_error("boom");
                                               return Object{{"MessageId", "m-1"}};
                                             }}}});
  registry.add(
      core::Service{"cloudtrail",
                    "cloudtrail",
                    {{"StopLogging", Effect::Write, [](Call&) -> Outcome { return Object{}; }}}});
  registry.add(core::Service{"s3",
                             "s3",
                             {{"PutObject", Effect::Write,
                               [](Call& call) -> Outcome {
                                 last_request = call.request();
                                 const auto* body = find(call.params(), "Body");
                                 kObjects.put(call, core::Key{text(call.params(), "Key")}, {*body});
                                 return Object{{"ETag", "\"" + string_of(*body, "md5") + "\""}};
                               }},
                              {"GetObject", Effect::Read, get_object},
                              {"HeadObject", Effect::Read, get_object},
                              {"DeleteObjects", Effect::Write, [](Call& call) -> Outcome {
                                 last_request = call.request();
                                 return Object{};
                               }}}});
  return registry;
}

class GatewayTest : public testing::Test {
 protected:
  void serve(AuthMode auth, GatewayOptions options = {}) {
    auto opened =
        core::Cloud::open({}, services(), store::in_memory(), core::Secrets(std::string(32, 'k')));
    ASSERT_TRUE(opened) << opened.error().message;
    cloud_ = *std::move(opened);
    cloud_->start();
    options.server.listen = {"127.0.0.1:0"};
    options.server.threads = 2;
    options.auth = auth;
    gateway_ = std::make_unique<Gateway>(*cloud_, std::move(options));
    ASSERT_TRUE(gateway_->start());
  }
  void TearDown() override {
    if (gateway_) gateway_->stop(1s);
    if (cloud_) cloud_->stop();
  }

  struct Sent {
    std::string service = "sts";
    std::string method = "POST";
    std::string path = "/";
    Headers headers = {};
    std::string body = {};
    std::string key = "AKIDKEY";  // empty: unsigned
    std::string token = {};
    std::string secret = "secret";
  };
  static std::string text_of(const Sent& call) { return bytes_of(signed_head(call)) + call.body; }
  static RequestHead signed_head(const Sent& call) {
    RequestHead head;
    head.method = call.method;
    const auto mark = call.path.find('?');
    head.path = call.path.substr(0, mark);
    if (mark != std::string::npos) head.query = call.path.substr(mark + 1);
    head.headers = call.headers;
    if (!find_header(head.headers, "host")) head.headers.emplace_back("host", "localhost:4566");
    if (!find_header(head.headers, "transfer-encoding"))
      head.headers.emplace_back("content-length", std::to_string(call.body.size()));
    if (!call.key.empty())
      sign(head, call.body, {call.key, call.secret, call.token, "eu-west-1", call.service},
           wall_now());
    return head;
  }
  static std::string bytes_of(const RequestHead& head) {
    std::string out = head.method + " " + head.path + (head.query.empty() ? "" : "?") + head.query +
                      " HTTP/1.1\r\n";
    for (const auto& [name, value] : head.headers)
      out += name + ": " + value + "\r\n";
    return out + "\r\n";
  }
  std::string exchange(const Sent& call) {
    return exchange_raw(text_of(call), call.method == "HEAD");
  }
  std::string exchange_raw(const std::string& text, bool bodiless = false) {
    RawClient client(gateway_->ports().front());
    client.send(text);
    return client.receive(bodiless);
  }
  static Sent identity_call() {
    return {.headers = {{"content-type", "application/x-www-form-urlencoded"}},
            .body = "Action=GetCallerIdentity&Version=2011-06-15"};
  }
  static Sent publish(const std::string& message) {
    return {.service = "sns",
            .headers = {{"content-type", "application/x-www-form-urlencoded"},
                        {"user-agent", "tester/1"},
                        {"x-amzn-trace-id", core::trace_header("1f.2", wall_now())}},
            .body =
                "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%"
                "3A123456789012%3At&Message=" +
                message};
  }
  static Sent stop_logging() {
    return {.service = "cloudtrail",
            .headers = {{"content-type", "application/x-amz-json-1.1"},
                        {"x-amz-target",
                         "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.StopLogging"}},
            .body = R"({"Name":"trail"})"};
  }

  std::unique_ptr<core::Cloud> cloud_;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace tocsin::wire
