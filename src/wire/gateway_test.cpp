// SPDX-License-Identifier: Apache-2.0
#include "wire/gateway_testing.hpp"

namespace tocsin::wire {
namespace {

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
  put.headers = {{"x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"}};
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
  EXPECT_THAT(exchange_raw(chunked), HasSubstr("<Header>Transfer-Encoding</Header>"));
  EXPECT_THAT(exchange_raw("PUT /bucket/key HTTP/1.1\r\nHost: x\r\n\r\n"),
              HasSubstr("<Code>MissingContentLength</Code>"));
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
