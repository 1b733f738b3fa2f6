// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/cloudtrail.hpp"

#include "core/testing.hpp"

namespace tocsin::cloudtrail {
namespace {

using core::Call;
using core::Outcome;
using core::TestCloud;

std::vector<Document> stored;  // params of s3:PutObject

void register_services(core::Registry& registry) {
  stored.clear();
  register_cloudtrail(registry);
  const auto put = [](Call& call) -> Outcome {
    stored.push_back(call.params());
    return Object{{"ETag", "x"}};
  };
  const auto user = [](Call& call) -> Outcome {
    if (text(call.params(), "UserName") == "bad")
      return fail("EntityAlreadyExists", "there is one", 409);
    return Object{{"User", Object{{"UserName", text(call.params(), "UserName")}}}};
  };
  registry.add(core::Service{"s3", "s3", {{"PutObject", core::Effect::Write, put}}});
  registry.add(core::Service{"iam", "iam", {{"CreateUser", core::Effect::Write, user}}});
}

Result<Document> create(TestCloud& cloud) {
  return cloud.call(
      "cloudtrail", "CreateTrail",
      Object{{"Name", "main"}, {"S3BucketName", "logs-bucket"}, {"IsMultiRegionTrail", true}});
}

Document event(const Document& reply, std::size_t index) {
  return *parse_json(text(array_of(reply, "Events")[index], "CloudTrailEvent"));
}

TEST(CloudTrail, WritesRecordsInAwsFormat) {
  TestCloud cloud(register_services);
  ASSERT_TRUE(cloud.call(
      "iam", "CreateUser",
      Object{{"UserName", "eve"}, {"Password", "p"}, {"Tags", Array{Object{{"Key", "A"}}}}}));
  ASSERT_FALSE(cloud.call("iam", "CreateUser", Object{{"UserName", "bad"}}));
  const auto found = cloud.call(
      "cloudtrail", "LookupEvents",
      Object{{"LookupAttributes",
              Array{Object{{"AttributeKey", "EventName"}, {"AttributeValue", "CreateUser"}}}}});
  ASSERT_TRUE(found);
  ASSERT_EQ(array_of(*found, "Events").size(), 2u);
  std::map<std::string, Document> by_user;
  for (std::size_t i = 0; i < 2; ++i)
    by_user[string_of(object_of(event(*found, i), "requestParameters"), "userName")] =
        event(*found, i);
  const Document good = by_user["eve"], bad = by_user["bad"];
  EXPECT_EQ(text(good, "eventSource"), "iam.amazonaws.com");
  EXPECT_EQ(find_path(good, "requestParameters.password")->as_string(),
            "HIDDEN_DUE_TO_SECURITY_REASONS");
  EXPECT_EQ(find_path(good, "responseElements.user.userName")->as_string(), "eve");
  EXPECT_EQ(find_path(good, "userIdentity.type")->as_string(), "Root");
  EXPECT_EQ(text(bad, "errorCode"), "EntityAlreadyExists");
  EXPECT_TRUE(find(bad, "responseElements")->is_null());
  ASSERT_GE(cloud.events().size(), 2u);
  EXPECT_EQ(cloud.events()[0].source, "aws.iam");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(CloudTrail, ManagesTrails) {
  TestCloud cloud(register_services);
  ASSERT_TRUE(create(cloud));
  EXPECT_EQ(create(cloud).error().code, "TrailAlreadyExistsException");
  const auto unknown = cloud.call("cloudtrail", "StartLogging", Object{{"Name", "other"}});
  EXPECT_EQ(unknown.error().message,
            "Unknown trail: arn:aws:cloudtrail:us-east-1:123456789012:trail/other for the user: "
            "123456789012");
  ASSERT_TRUE(cloud.call("cloudtrail", "StartLogging",
                         Object{{"Name", "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"}}));
  EXPECT_TRUE(
      flag(*cloud.call("cloudtrail", "GetTrailStatus", Object{{"Name", "main"}}), "IsLogging"));
  ASSERT_TRUE(cloud.call("cloudtrail", "StopLogging", Object{{"Name", "main"}}));
  EXPECT_FALSE(
      flag(*cloud.call("cloudtrail", "GetTrailStatus", Object{{"Name", "main"}}), "IsLogging"));
  EXPECT_EQ(array_of(*cloud.call("cloudtrail", "DescribeTrails", Object{}), "trailList").size(),
            1u);
  ASSERT_TRUE(cloud.call("cloudtrail", "DeleteTrail", Object{{"Name", "main"}}));
  EXPECT_EQ(cloud.call("cloudtrail", "GetTrail", Object{{"Name", "main"}}).error().code,
            "TrailNotFoundException");
  EXPECT_EQ(cloud.call("cloudtrail", "CreateTrail", Object{{"Name", "a"}}).error().code,
            "InvalidTrailNameException");
}

TEST(CloudTrail, DeliversToS3OnceAndThenRests) {
  TestCloud cloud(register_services);
  ASSERT_TRUE(create(cloud));
  ASSERT_TRUE(cloud.call("cloudtrail", "StartLogging", Object{{"Name", "main"}}));
  ASSERT_TRUE(cloud.call("iam", "CreateUser", Object{{"UserName", "eve"}}));
  EXPECT_TRUE(stored.empty());
  cloud.advance(std::chrono::minutes(2));
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_THAT(string_of(stored[0], "Key"),
              testing::StartsWith("AWSLogs/123456789012/CloudTrail/us-east-1/2026/"));
  EXPECT_THAT(string_of(stored[0], "Key"), testing::EndsWith(".json.gz"));
  const auto ref = store::blob_ref(*find(stored[0], "Body"));
  ASSERT_TRUE(ref);
  EXPECT_EQ(cloud.stores().blobs->get(*ref)->substr(0, 2), "\x1f\x8b");
  cloud.advance(std::chrono::hours(2));
  EXPECT_EQ(stored.size(), 1u);
  EXPECT_TRUE(find(*cloud.call("cloudtrail", "GetTrailStatus", Object{{"Name", "main"}}),
                   "LatestDeliveryTime"));
}

TEST(CloudTrail, TheCallThatStopsATrailIsTheLastThatItRecords) {
  TestCloud cloud(register_services);
  ASSERT_TRUE(create(cloud));
  ASSERT_TRUE(cloud.call("cloudtrail", "StartLogging", Object{{"Name", "main"}}));
  cloud.advance(std::chrono::minutes(2));
  const auto before = stored.size();
  ASSERT_TRUE(cloud.call("cloudtrail", "StopLogging", Object{{"Name", "main"}}));
  cloud.advance(std::chrono::minutes(2));
  EXPECT_EQ(stored.size(), before + 1);
  ASSERT_TRUE(cloud.call("iam", "CreateUser", Object{{"UserName", "eve"}}));
  ASSERT_TRUE(cloud.call("cloudtrail", "StopLogging", Object{{"Name", "main"}}));
  cloud.advance(std::chrono::minutes(2));
  EXPECT_EQ(stored.size(), before + 1);
}

TEST(CloudTrail, KeepsDataEventsOutOfTheHistoryAndPages) {
  TestCloud cloud(register_services);
  ASSERT_TRUE(cloud.call("s3", "PutObject", Object{{"Bucket", "b"}, {"Key", "k"}}));
  for (const auto* name : {"a", "b", "c"})
    ASSERT_TRUE(cloud.call("iam", "CreateUser", Object{{"UserName", name}}));
  auto page = cloud.call("cloudtrail", "LookupEvents", Object{{"MaxResults", 2}});
  ASSERT_TRUE(page);
  EXPECT_EQ(array_of(*page, "Events").size(), 2u);
  ASSERT_NE(text(*page, "NextToken"), "");
  page = cloud.call("cloudtrail", "LookupEvents",
                    Object{{"MaxResults", 50}, {"NextToken", text(*page, "NextToken")}});
  ASSERT_TRUE(page);
  for (const auto& found : array_of(*page, "Events"))
    EXPECT_NE(text(found, "EventName"), "PutObject");
  EXPECT_EQ(cloud.call("cloudtrail", "LookupEvents", Object{{"MaxResults", 51}}).error().code,
            "InvalidMaxResultsException");
}

}  // namespace
}  // namespace tocsin::cloudtrail
