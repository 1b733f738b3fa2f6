// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/protocol.hpp"

namespace tocsin::wire {
namespace {

using testing::HasSubstr;

std::string identified(const HttpMessage& message, std::string_view scope = "") {
  const auto route = identify(message, scope);
  if (!route) return route.error().code;
  return fmt::format("{}/{}", route->service->id, protocol_name(route->protocol));
}

HttpMessage with(HeaderPairs headers, std::string body = "") {
  return {.headers = std::move(headers), .body = std::move(body)};
}

const std::string kForm = "application/x-www-form-urlencoded; charset=utf-8";

TEST(Identify, ByScopeFirst) {
  EXPECT_EQ(identified(with({{"X-Amz-Target", "AmazonSQS.SendMessage"}}), "sqs"),
            "sqs/AWS JSON 1.0");
  EXPECT_EQ(identified(with({{"Content-Type", kForm}}, "Action=SendMessage"), "sqs"), "sqs/Query");
  EXPECT_EQ(identified(with({}), "s3"), "s3/REST-XML");
  EXPECT_EQ(identified(with({{"Host", "sns.localhost"}}), "lambda"), "lambda/REST-JSON");
  EXPECT_EQ(identified(with({{"Content-Type", kForm}}), "ec2"), "ec2/EC2 Query");
  EXPECT_EQ(identified(with({}), "polly"), "UnknownOperationException");
  EXPECT_EQ(identified(with({{"X-Amz-Target", "X.Y"}}), "iam"), "UnknownOperationException");
}

TEST(Identify, ByThePathOfCbor) {
  auto message = with({{"smithy-protocol", "rpc-v2-cbor"}});
  message.path = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
  EXPECT_EQ(identified(message), "monitoring/RPC v2 CBOR");
  message.path = "/service/Nonesuch/operation/X";
  EXPECT_EQ(identified(message), "UnknownOperationException");
  const auto refused = encode_unrouted(message, identify(message, "").error(), "id-1");
  EXPECT_EQ(refused.status, 404);
  EXPECT_THAT(refused.body, HasSubstr("__type"));
  EXPECT_THAT(refused.headers, testing::Contains(std::pair<std::string, std::string>(
                                   "Content-Type", "application/cbor")));
}

TEST(Identify, ByTargetInTheVersionOfTheContentType) {
  EXPECT_EQ(identified(with({{"x-amz-target", "AWSEvents.PutEvents"}})), "events/AWS JSON 1.1");
  EXPECT_EQ(identified(with({{"x-amz-target", "Tocsin.GetTimeline"}})), "tocsin/AWS JSON 1.1");
  EXPECT_EQ(identified(with({{"x-amz-target", "AWSEvents.PutEvents"},
                             {"content-type", "application/x-amz-json-1.0"}})),
            "events/AWS JSON 1.0");
  EXPECT_EQ(identified(with({{"x-amz-target", "Nonesuch.X"}})), "UnknownOperationException");
}

TEST(Identify, ByHostPathAndAction) {
  EXPECT_EQ(identified(with({{"host", "SNS.us-east-1.localhost:4566"}})), "sns/Query");
  EXPECT_EQ(identified({.method = "GET", .path = "/2015-03-31/functions/"}), "lambda/REST-JSON");
  EXPECT_EQ(identified(with({{"Content-Type", kForm}},
                            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15")),
            "sts/Query");
  EXPECT_EQ(identified({.method = "GET", .query = "Action=ConfirmSubscription&Version=2010-03-31"}),
            "sns/Query");
  EXPECT_EQ(identified(with({{"Content-Type", kForm}}, "Action=Nonesuch&Version=1")),
            "InvalidAction");
}

TEST(Identify, AsS3OtherwiseEvenForBucketsWithDates) {
  EXPECT_EQ(identified({.method = "GET", .path = "/bucket/key"}), "s3/REST-XML");
  EXPECT_EQ(identified({.method = "GET", .path = "/2015-03-31"}), "s3/REST-XML");
  EXPECT_EQ(identified(with({{"host", "localhost:4566"}})), "s3/REST-XML");
}

TEST(Identify, AnswersRefusalsInTheFormOfTheRequest) {
  const Error error{"UnknownOperationException", "m"};
  EXPECT_THAT(encode_unrouted(with({{"x-amz-target", "A.B"}}), error, "r").body,
              HasSubstr(R"("__type")"));
  EXPECT_THAT(encode_unrouted(with({{"content-type", kForm}}, "Action=A"), error, "r").body,
              HasSubstr("<ErrorResponse>"));
  EXPECT_THAT(encode_unrouted({.method = "GET"}, error, "r").body, HasSubstr("<Error>"));
  EXPECT_THAT(encode_unrouted(with({{"content-type", "application/json"}}), error, "r").body,
              HasSubstr(R"({"message")"));
}

}  // namespace
}  // namespace tocsin::wire
