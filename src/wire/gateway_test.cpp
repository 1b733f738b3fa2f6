// SPDX-License-Identifier: Apache-2.0
// The gateway over a real socket and a real cloud in memory, with a few operations of our own.
#include "wire/gateway.hpp"

#include "base/crypto.hpp"
#include "core/table.hpp"
#include "wire/raw_client.hpp"

namespace tocsin::wire {
namespace {

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

const AccountId kAccount("123456789012");

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

core::Request last_request;

core::Registry services() {
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
  registry.add(core::Service{
      "s3",
      "s3",
      {{"PutObject", Effect::Write,
        [](Call& call) -> Outcome {
          const auto* body = find(call.params(), "Body");
          kObjects.put(call, core::Key{text(call.params(), "Key")}, {*body});
          return Object{{"ETag", "\"" + string_of(*body, "md5") + "\""}};
        }},
       {"GetObject", Effect::Read, [](Call& call) -> Outcome {
          const auto found = kObjects.get(call, core::Key{text(call.params(), "Key")});
          if (!found) return fail("NoSuchKey", "The specified key does not exist.", 404);
          return Object{{"Body", found->body}, {"ContentLength", *integer(found->body, "size")}};
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
  static std::string text_of(const Sent& call) {
    RequestHead head;
    head.method = call.method;
    const auto mark = call.path.find('?');
    head.path = call.path.substr(0, mark);
    if (mark != std::string::npos) head.query = call.path.substr(mark + 1);
    head.headers = call.headers;
    head.headers.emplace_back("host", "localhost:4566");
    head.headers.emplace_back("content-length", std::to_string(call.body.size()));
    if (!call.key.empty())
      sign(head, call.body, {call.key, call.secret, call.token, "eu-west-1", call.service},
           wall_now());
    std::string out = call.method + " " + call.path + " HTTP/1.1\r\n";
    for (const auto& [name, value] : head.headers)
      out += name + ": " + value + "\r\n";
    return out + "\r\n" + call.body;
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

TEST_F(GatewayTest, ASignedCallIsAnswered) {
  serve(AuthMode::Strict);
  const auto reply = exchange(identity_call());
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(reply, HasSubstr("<Arn>arn:aws:iam::123456789012:user/alice</Arn>"));
  EXPECT_THAT(reply, HasSubstr("x-amzn-RequestId: "));
  EXPECT_THAT(exchange(stop_logging()), StartsWith("HTTP/1.1 200"));
}

TEST_F(GatewayTest, CoreSeesWhereTheCallCameFrom) {
  serve(AuthMode::Strict);
  EXPECT_THAT(exchange(publish("hello")), HasSubstr("<MessageId>m-1</MessageId>"));
  EXPECT_EQ(last_request.service, "sns");
  EXPECT_EQ(last_request.operation, "Publish");
  EXPECT_EQ(text(last_request.params, "Message"), "hello");
  EXPECT_EQ(last_request.scope.region, "eu-west-1");
  EXPECT_EQ(last_request.scope.account, kAccount);
  EXPECT_EQ(last_request.credential.access_key_id, "AKIDKEY");
  EXPECT_EQ(last_request.source_ip, "127.0.0.1");
  EXPECT_EQ(last_request.user_agent, "tester/1");
  EXPECT_EQ(last_request.host, "localhost:4566");
  EXPECT_EQ(last_request.cause, "1f.2");
  EXPECT_EQ(last_request.id.size(), 36u);
}

TEST_F(GatewayTest, StrictRefusesInTheWordsOfTheProtocol) {
  serve(AuthMode::Strict);
  auto query = identity_call();
  query.key = "AKIDNOBODY";
  EXPECT_THAT(exchange(query), HasSubstr("<Code>InvalidClientTokenId</Code>"));
  query = identity_call();
  query.secret = "wrong";
  EXPECT_THAT(exchange(query), HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
  query.key = "";
  EXPECT_THAT(exchange(query), HasSubstr("<Code>MissingAuthenticationToken</Code>"));
  query = identity_call();
  query.key = "ASIATEMP";
  query.token = "token";
  EXPECT_THAT(exchange(query), HasSubstr("<Code>ExpiredToken</Code>"));
  auto json = stop_logging();
  json.key = "AKIDNOBODY";
  EXPECT_THAT(exchange(json),
              AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("UnrecognizedClientException")));
  json.key = "";
  EXPECT_THAT(exchange(json), HasSubstr("MissingAuthenticationTokenException"));
  EXPECT_THAT(
      exchange({.service = "s3", .method = "GET", .path = "/bucket/key", .key = "AKIDNOBODY"}),
      AllOf(StartsWith("HTTP/1.1 403"), HasSubstr("<Code>InvalidAccessKeyId</Code>")));
}

TEST_F(GatewayTest, AnOperationWithoutAuthenticationMayBeUnsigned) {
  serve(AuthMode::Strict);
  auto call = identity_call();
  call.key = "";
  call.body =
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%"
      "3A123456789012%3Arole%2Fr"
      "&RoleSessionName=session&WebIdentityToken=token";
  EXPECT_THAT(exchange(call), Not(HasSubstr("MissingAuthenticationToken")));
}

TEST_F(GatewayTest, RelaxedTakesUnknownKeysForTheRoot) {
  serve(AuthMode::Relaxed);
  auto call = identity_call();
  call.key = "";
  EXPECT_THAT(exchange(call), HasSubstr("<Arn>arn:aws:iam::123456789012:root</Arn>"));
  call.key = "test";
  EXPECT_THAT(exchange(call), HasSubstr("<Arn>arn:aws:iam::123456789012:root</Arn>"));
  call.key = "AKIDKEY";
  EXPECT_THAT(exchange(call), HasSubstr("user/alice"));
  call.secret = "wrong";
  EXPECT_THAT(exchange(call), HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
}

TEST_F(GatewayTest, ObjectsAreStreamedIntoBlobsAndOutAgain) {
  serve(AuthMode::Strict);
  const std::string content(3'000'000, 'x');
  const auto put = exchange({.service = "s3",
                             .method = "PUT",
                             .path = "/bucket/key",
                             .headers = {{"content-md5", base64(md5(content))}},
                             .body = content});
  EXPECT_THAT(put, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(put, HasSubstr("\"" + hex(md5(content)) + "\""));
  EXPECT_THAT(put, HasSubstr("x-amz-request-id: "));
  const Sent get{.service = "s3", .method = "GET", .path = "/bucket/key"};
  const auto got = exchange(get);
  EXPECT_THAT(got, HasSubstr("Content-Length: 3000000\r\n"));
  EXPECT_TRUE(got.ends_with("\r\n\r\n" + content));
  auto anonymous = get;
  anonymous.key = "";
  EXPECT_THAT(exchange(anonymous), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange({.service = "s3", .method = "GET", .path = "/bucket/other"}),
              AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("<Code>NoSuchKey</Code>")));
}

TEST_F(GatewayTest, AnEmptyObjectIsAnObject) {
  serve(AuthMode::Strict);
  EXPECT_THAT(exchange({.service = "s3", .method = "PUT", .path = "/bucket/empty"}),
              HasSubstr("\"d41d8cd98f00b204e9800998ecf8427e\""));
  EXPECT_THAT(exchange({.service = "s3", .method = "GET", .path = "/bucket/empty"}),
              AllOf(HasSubstr("Content-Length: 0\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(GatewayTest, ABodyThatIsNotTheDeclaredOneIsRefused) {
  serve(AuthMode::Strict);
  Sent put{.service = "s3",
           .method = "PUT",
           .path = "/bucket/key",
           .headers = {{"content-md5", base64(md5("other"))}},
           .body = "content"};
  EXPECT_THAT(exchange(put), HasSubstr("<Code>BadDigest</Code>"));
  put.headers = {{"content-md5", "???"}};
  EXPECT_THAT(exchange(put), HasSubstr("<Code>InvalidDigest</Code>"));
  put.headers = {{"x-amz-content-sha256", hex(sha256("other"))}};
  EXPECT_THAT(exchange(put), HasSubstr("<Code>XAmzContentSHA256Mismatch</Code>"));
  put.headers = {{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}};
  EXPECT_THAT(exchange(put), StartsWith("HTTP/1.1 200"));
  put.headers = {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}};
  EXPECT_THAT(exchange(put), HasSubstr("<Code>NotImplemented</Code>"));
}

TEST_F(GatewayTest, ARefusedUploadIsAnsweredBeforeItsBody) {
  serve(AuthMode::Strict);
  Sent put{.service = "s3",
           .method = "PUT",
           .path = "/bucket/key",
           .body = std::string(1'000'000, 'x'),
           .secret = "wrong"};
  auto head = text_of(put);
  head.resize(head.find("\r\n\r\n") + 4);
  EXPECT_THAT(exchange_raw(head), HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
  put.body = "small";
  EXPECT_THAT(exchange(put),
              AllOf(HasSubstr("<Code>SignatureDoesNotMatch</Code>"), HasSubstr("keep-alive")));
}

TEST_F(GatewayTest, LimitsBodies) {
  GatewayOptions options;
  options.body_limit = 1000;
  options.object_limit = 2000;
  serve(AuthMode::Strict, options);
  EXPECT_THAT(exchange(publish(std::string(2000, 'x'))), StartsWith("HTTP/1.1 413"));
  const auto put = text_of(
      {.service = "s3", .method = "PUT", .path = "/bucket/key", .body = std::string(3000, 'x')});
  EXPECT_THAT(exchange_raw(put), HasSubstr("<Code>EntityTooLarge</Code>"));
  const auto chunked = "PUT /bucket/key HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(exchange_raw(chunked), HasSubstr("<Code>MissingContentLength</Code>"));
}

TEST_F(GatewayTest, BadCallsGetTheErrorsOfTheirProtocol) {
  serve(AuthMode::Strict);
  auto unknown = identity_call();
  unknown.body = "Action=Nonsense&Version=2011-06-15";
  EXPECT_THAT(exchange(unknown),
              AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("<Code>InvalidAction</Code>")));
  auto malformed = stop_logging();
  malformed.body = "{";
  EXPECT_THAT(exchange(malformed),
              AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("SerializationException")));
  auto missing = stop_logging();
  missing.body = "{}";
  EXPECT_THAT(exchange(missing), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("Exception")));
  auto no_service = stop_logging();
  no_service.service = "nonsense";
  EXPECT_THAT(exchange(no_service),
              AllOf(StartsWith("HTTP/1.1 4"), HasSubstr("UnknownOperationException")));
  EXPECT_THAT(exchange(publish("boom")),
              AllOf(StartsWith("HTTP/1.1 500"), HasSubstr("<Code>InternalFailure</Code>")));
}

TEST_F(GatewayTest, AnswersItsOwnPaths) {
  serve(AuthMode::Strict);
  exchange(identity_call());
  EXPECT_THAT(exchange_raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
              HasSubstr(R"({"status":"ok"})"));
  const auto metrics = exchange_raw("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(metrics, HasSubstr("tocsin_call_seconds_count{service=\"sts\",operation="
                                 "\"GetCallerIdentity\",outcome=\"ok\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\ntocsin_http_requests_total 3\n"));
  EXPECT_THAT(exchange_raw("GET /_tocsin/nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
              StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(exchange_raw("POST /_tocsin/reset HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 403"));
}

TEST_F(GatewayTest, ResetEmptiesTheMachineInRelaxedMode) {
  serve(AuthMode::Relaxed);
  exchange({.service = "s3", .method = "PUT", .path = "/bucket/key", .body = "x"});
  const Sent get{.service = "s3", .method = "GET", .path = "/bucket/key"};
  EXPECT_THAT(exchange(get), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange_raw("POST /_tocsin/reset HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(exchange(get), StartsWith("HTTP/1.1 404"));
}

}  // namespace
}  // namespace tocsin::wire
