// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/identify_host.hpp"

#include "wire/protocols/protocol.hpp"

namespace tocsin::wire {
namespace {

std::string seen(std::string_view host, std::string_view scope = "") {
  const HttpMessage message{
      .method = "GET", .path = "/x", .headers = {{"Host", std::string(host)}}};
  const auto route = identify(message, scope);
  if (!route) return route.error().code;
  return std::string(route->service->id) + ":" + virtual_bucket(message, *route, scope);
}

TEST(IdentifyHost, FindsTheBucket) {
  EXPECT_EQ(seen("bucket.s3.amazonaws.com"), "s3:bucket");
  EXPECT_EQ(seen("Bucket.S3.eu-west-1.amazonaws.com."), "s3:bucket");
  EXPECT_EQ(seen("bucket.s3.dualstack.eu-west-1.amazonaws.com"), "s3:bucket");
  EXPECT_EQ(seen("bucket.s3-us-west-2.amazonaws.com"), "s3:bucket");
  EXPECT_EQ(seen("my.bucket.s3.localhost:4566"), "s3:my.bucket");
  EXPECT_EQ(seen("a.s3.b.s3.amazonaws.com"), "s3:a.s3.b");
  EXPECT_EQ(seen("sns.s3.amazonaws.com"), "s3:sns");
  EXPECT_EQ(seen("bucket.localhost:4566"), "s3:bucket");
  EXPECT_EQ(seen("my.bucket.localhost", "s3"), "s3:my.bucket");
  EXPECT_EQ(seen("sqs.localhost", "s3"), "s3:sqs");
}

TEST(IdentifyHost, KnowsPathStyle) {
  for (const auto* host : {"s3.amazonaws.com", "s3.eu-west-1.amazonaws.com", "s3.localhost:4566",
                           "s3-eu-west-1.amazonaws.com", "localhost:4566", "127.0.0.1:4566",
                           "[::1]:4566", "10.0.0.1", "tocsin", "tocsin.example.org", "", "."}) {
    EXPECT_EQ(seen(host), "s3:") << host;
    EXPECT_EQ(seen(host, "s3"), "s3:") << host;
  }
}

TEST(IdentifyHost, RoutesTheOtherServices) {
  EXPECT_EQ(seen("sns.us-east-1.amazonaws.com"), "sns:");
  EXPECT_EQ(seen("sqs.eu-west-1.localhost:4566"), "sqs:");
  EXPECT_EQ(seen("sqs.localhost"), "sqs:");
  EXPECT_EQ(seen("eu-west-1.queue.amazonaws.com"), "sqs:");
  EXPECT_EQ(seen("queue.amazonaws.com"), "sqs:");
  EXPECT_EQ(seen("bucket.s3.amazonaws.com", "lambda"), "lambda:");
}

}  // namespace
}  // namespace tocsin::wire
