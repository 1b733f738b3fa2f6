// SPDX-License-Identifier: Apache-2.0
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;
using std::chrono::hours;

constexpr auto kDay = hours(24);

Object rule(std::string_view id, Object more) {
  more["ID"] = id;
  more["Status"] = "Enabled";
  if (!more.contains("Filter")) more["Filter"] = Object{{"Prefix", ""}};
  return more;
}

std::string put_rules(TestCloud& cloud, Array rules, Object more = {}) {
  more["Bucket"] = "abc";
  Object configuration;
  configuration["Rules"] = std::move(rules);
  more["LifecycleConfiguration"] = std::move(configuration);
  return code(cloud, "PutBucketLifecycleConfiguration", std::move(more));
}

std::string put_rule(TestCloud& cloud, Object more) {
  return put_rules(cloud, Array{rule("r", std::move(more))});
}

void version(TestCloud& cloud, std::string_view status = "Enabled") {
  ok(cloud, "PutBucketVersioning",
     {{"Bucket", "abc"}, {"VersioningConfiguration", Object{{"Status", status}}}});
}

void watch(TestCloud& cloud) {
  ok(cloud, "PutBucketNotificationConfiguration",
     {{"Bucket", "abc"},
      {"NotificationConfiguration", Object{{"EventBridgeConfiguration", Object{}}}}});
}

std::size_t count(TestCloud& cloud, std::string_view list) {
  return array_of(ok(cloud, "ListObjectVersions", {{"Bucket", "abc"}}), list).size();
}

const core::Event* event_of(const TestCloud& cloud, std::string_view type) {
  for (const auto& event : cloud.events())
    if (event.detail_type == type) return &event;
  return nullptr;
}

class S3Lifecycle : public ::testing::Test {
 protected:
  void SetUp() override { make_bucket(cloud, "abc"); }
  TestCloud cloud{register_s3};
};

TEST_F(S3Lifecycle, IsKeptAndForgotten) {
  EXPECT_EQ(code(cloud, "GetBucketLifecycleConfiguration", {{"Bucket", "abc"}}),
            "NoSuchLifecycleConfiguration");
  EXPECT_EQ(put_rule(cloud, {{"Expiration", Object{{"Days", 3}}}}), "ok");
  const auto kept = ok(cloud, "GetBucketLifecycleConfiguration", {{"Bucket", "abc"}});
  ASSERT_EQ(array_of(kept, "Rules").size(), 1u);
  EXPECT_EQ(text(array_of(kept, "Rules")[0], "ID"), "r");
  EXPECT_EQ(text(kept, "TransitionDefaultMinimumObjectSize"), "all_storage_classes_128K");
  ok(cloud, "DeleteBucketLifecycle", {{"Bucket", "abc"}});
  EXPECT_EQ(code(cloud, "GetBucketLifecycleConfiguration", {{"Bucket", "abc"}}),
            "NoSuchLifecycleConfiguration");
}

TEST_F(S3Lifecycle, BadRulesAreRefused) {
  const auto put = [&](Object more) { return put_rule(cloud, std::move(more)); };
  const Object expiration{{"Days", 3}};
  EXPECT_EQ(put_rules(cloud, {}), "MalformedXML");
  EXPECT_EQ(put({}), "InvalidRequest");
  EXPECT_EQ(put({{"Expiration", Object{{"Days", 0}}}}), "InvalidArgument");
  EXPECT_EQ(put({{"Expiration", Object{{"Days", 1}, {"Date", 86400}}}}), "MalformedXML");
  EXPECT_EQ(put({{"Expiration", Object{{"Date", 86401}}}}), "InvalidArgument");
  EXPECT_EQ(put({{"Prefix", "p"}, {"Expiration", expiration}}), "MalformedXML");
  EXPECT_EQ(put({{"Filter", Object{{"Prefix", "p"}, {"ObjectSizeLessThan", 1}}},
                 {"Expiration", expiration}}),
            "MalformedXML");
  EXPECT_EQ(put({{"Transitions", Array{Object{{"Days", 1}, {"StorageClass", "NOPE"}}}}}),
            "MalformedXML");
  EXPECT_EQ(put({{"Transitions", Array{Object{{"Days", 1}, {"StorageClass", "STANDARD_IA"}}}}}),
            "InvalidArgument");
  EXPECT_EQ(put({{"Transitions", Array{Object{{"Days", 5}, {"StorageClass", "GLACIER"}}}},
                 {"Expiration", expiration}}),
            "InvalidArgument");
  EXPECT_EQ(put({{"Transitions", Array{Object{{"Date", 86400}, {"StorageClass", "GLACIER"}}}},
                 {"Expiration", expiration}}),
            "InvalidRequest");
  EXPECT_EQ(put({{"NoncurrentVersionExpiration", Object{{"NewerNoncurrentVersions", 2}}}}),
            "MalformedXML");
  EXPECT_EQ(put({{"Filter", Object{{"Tag", Object{{"Key", "a"}, {"Value", "b"}}}}},
                 {"AbortIncompleteMultipartUpload", Object{{"DaysAfterInitiation", 1}}}}),
            "InvalidRequest");
  EXPECT_EQ(put_rules(cloud, {rule("r", {{"Expiration", expiration}}),
                              rule("r", {{"Expiration", expiration}})}),
            "InvalidArgument");
  EXPECT_EQ(put_rules(cloud, {rule(std::string(256, 'x'), {{"Expiration", expiration}})}),
            "InvalidArgument");
  EXPECT_EQ(
      put_rules(cloud, {Object{{"Status", "Maybe"}, {"Prefix", ""}, {"Expiration", expiration}}}),
      "MalformedXML");
}

TEST_F(S3Lifecycle, ObjectsExpireAtMidnightAfterTheirDays) {
  watch(cloud);
  ASSERT_EQ(put_rule(cloud, {{"Filter", Object{{"Prefix", "logs/"}}},
                             {"Expiration", Object{{"Days", 2}}}}),
            "ok");
  const auto told = put(cloud, "abc", "logs/a", "v");
  put(cloud, "abc", "kept", "v");
  const auto midnight = std::chrono::floor<std::chrono::days>(cloud.now() + kDay * 2) + kDay;
  EXPECT_EQ(text(told, "Expiration"), "expiry-date=\"" + http_date(midnight) + "\", rule-id=\"r\"");
  const auto head = ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "logs/a"}});
  EXPECT_EQ(text(head, "Expiration"), text(told, "Expiration"));
  cloud.advance(midnight - cloud.now() - hours(1));
  EXPECT_EQ(get(cloud, "abc", "logs/a"), "v");
  cloud.advance(hours(1));
  EXPECT_EQ(get(cloud, "abc", "logs/a"), "<NoSuchKey>");
  EXPECT_EQ(get(cloud, "abc", "kept"), "v");
  const auto* event = event_of(cloud, "Object Deleted");
  ASSERT_TRUE(event);
  EXPECT_EQ(text(event->detail, "reason"), "Lifecycle Expiration");
  EXPECT_EQ(text(event->detail, "deletion-type"), "Permanently Deleted");
  EXPECT_EQ(text(event->detail, "requester"), "s3.amazonaws.com");
  EXPECT_FALSE(event->detail.contains("source-ip-address"));
  EXPECT_EQ(cloud.replayed_digest(), cloud.digest());
}

TEST_F(S3Lifecycle, ADateExpiresWhatIsThere) {
  const auto day = std::chrono::floor<std::chrono::days>(cloud.now()) + kDay * 3;
  ASSERT_EQ(put_rule(cloud, {{"Expiration", Object{{"Date", to_seconds(day)}}}}), "ok");
  put(cloud, "abc", "k", "v");
  cloud.advance(kDay);
  EXPECT_EQ(get(cloud, "abc", "k"), "v");
  cloud.advance(kDay * 3);
  EXPECT_EQ(get(cloud, "abc", "k"), "<NoSuchKey>");
}

TEST_F(S3Lifecycle, TagsAndSizesChoose) {
  const Object tag{{"Key", "keep"}, {"Value", "no"}};
  Object both{{"ObjectSizeGreaterThan", 2}};
  both["Tags"] = Array{tag};
  both["Prefix"] = "p";
  ASSERT_EQ(put_rule(cloud, {{"Filter", Object{{"And", std::move(both)}}},
                             {"Expiration", Object{{"Days", 1}}}}),
            "ok");
  put(cloud, "abc", "p1", "long", {{"Tagging", "keep=no"}});
  put(cloud, "abc", "p2", "xx", {{"Tagging", "keep=no"}});
  put(cloud, "abc", "p3", "long");
  put(cloud, "abc", "q", "long", {{"Tagging", "keep=no"}});
  cloud.advance(kDay * 3);
  const auto left = ok(cloud, "ListObjectsV2", {{"Bucket", "abc"}});
  EXPECT_EQ(array_of(left, "Contents").size(), 3u);
  EXPECT_EQ(get(cloud, "abc", "p1"), "<NoSuchKey>");
}

TEST_F(S3Lifecycle, AVersionedObjectIsHiddenThenItsVersionsGoAndThenTheMarker) {
  version(cloud);
  watch(cloud);
  ASSERT_EQ(
      put_rules(cloud,
                {rule("hide", {{"Expiration", Object{{"Days", 1}}}}),
                 rule("old", {{"NoncurrentVersionExpiration", Object{{"NoncurrentDays", 2}}}}),
                 rule("marker", {{"Expiration", Object{{"ExpiredObjectDeleteMarker", true}}}})}),
      "ok");
  put(cloud, "abc", "k", "one");
  cloud.advance(kDay * 2);
  EXPECT_EQ(count(cloud, "Versions"), 1u);
  EXPECT_EQ(count(cloud, "DeleteMarkers"), 1u);
  ASSERT_TRUE(event_of(cloud, "Object Deleted"));
  EXPECT_EQ(text(event_of(cloud, "Object Deleted")->detail, "deletion-type"),
            "Delete Marker Created");
  cloud.advance(kDay * 5);
  EXPECT_EQ(count(cloud, "Versions"), 0u);
  EXPECT_EQ(count(cloud, "DeleteMarkers"), 0u);
  EXPECT_EQ(cloud.replayed_digest(), cloud.digest());
}

TEST_F(S3Lifecycle, SomeNewerVersionsStay) {
  version(cloud);
  ASSERT_EQ(put_rule(cloud, {{"NoncurrentVersionExpiration",
                              Object{{"NoncurrentDays", 1}, {"NewerNoncurrentVersions", 2}}}}),
            "ok");
  for (const auto* body : {"1", "2", "3", "4", "5"})
    put(cloud, "abc", "k", body);
  cloud.advance(kDay * 4);
  EXPECT_EQ(count(cloud, "Versions"), 3u);
  EXPECT_EQ(get(cloud, "abc", "k"), "5");
}

TEST_F(S3Lifecycle, LockedVersionsStay) {
  ok(cloud, "CreateBucket", {{"Bucket", "locked"}, {"ObjectLockEnabledForBucket", true}});
  Object configuration;
  configuration["Rules"] =
      Array{rule("old", {{"NoncurrentVersionExpiration", Object{{"NoncurrentDays", 1}}}})};
  ok(cloud, "PutBucketLifecycleConfiguration",
     {{"Bucket", "locked"}, {"LifecycleConfiguration", std::move(configuration)}});
  put(cloud, "locked", "k", "one", {{"ObjectLockLegalHoldStatus", "ON"}});
  put(cloud, "locked", "k", "two");
  cloud.advance(kDay * 4);
  EXPECT_EQ(array_of(ok(cloud, "ListObjectVersions", {{"Bucket", "locked"}}), "Versions").size(),
            2u);
}

TEST_F(S3Lifecycle, ObjectsMoveToColderClasses) {
  watch(cloud);
  ASSERT_EQ(
      put_rule(cloud, {{"Filter", Object{{"ObjectSizeGreaterThan", 0}}},
                       {"Transitions", Array{Object{{"Days", 30}, {"StorageClass", "STANDARD_IA"}},
                                             Object{{"Days", 60}, {"StorageClass", "GLACIER"}}}}}),
      "ok");
  put(cloud, "abc", "k", "v");
  const auto storage_class = [&] {
    return string_of(ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "k"}}), "StorageClass");
  };
  EXPECT_EQ(storage_class(), "");
  cloud.advance(kDay * 32);
  EXPECT_EQ(storage_class(), "STANDARD_IA");
  cloud.advance(kDay * 31);
  EXPECT_EQ(storage_class(), "GLACIER");
  EXPECT_EQ(get(cloud, "abc", "k"), "<InvalidObjectState>");
  const auto* event = event_of(cloud, "Object Storage Class Changed");
  ASSERT_TRUE(event);
  EXPECT_EQ(text(event->detail, "destination-storage-class"), "STANDARD_IA");
}

TEST_F(S3Lifecycle, SmallObjectsMoveOnlyWhereARuleSaysSo) {
  ASSERT_EQ(
      put_rule(cloud, {{"Transitions", Array{Object{{"Days", 1}, {"StorageClass", "GLACIER"}}}}}),
      "ok");
  put(cloud, "abc", "k", "v");
  cloud.advance(kDay * 3);
  EXPECT_EQ(get(cloud, "abc", "k"), "v");
}

TEST_F(S3Lifecycle, UnfinishedUploadsAreAborted) {
  ASSERT_EQ(
      put_rule(cloud, {{"AbortIncompleteMultipartUpload", Object{{"DaysAfterInitiation", 1}}}}),
      "ok");
  const auto begun = ok(cloud, "CreateMultipartUpload", {{"Bucket", "abc"}, {"Key", "k"}});
  EXPECT_EQ(text(begun, "AbortRuleId"), "r");
  EXPECT_TRUE(begun.contains("AbortDate"));
  cloud.advance(kDay * 3);
  EXPECT_TRUE(array_of(ok(cloud, "ListMultipartUploads", {{"Bucket", "abc"}}), "Uploads").empty());
}

TEST_F(S3Lifecycle, AWalkOverManyVersionsGoesOnInFurtherInputs) {
  ASSERT_EQ(put_rule(cloud, {{"Expiration", Object{{"Days", 1}}}}), "ok");
  for (int i = 0; i < 450; ++i)
    put(cloud, "abc", "k" + std::to_string(i), "v");
  cloud.advance(kDay * 3);
  EXPECT_TRUE(array_of(ok(cloud, "ListObjectsV2", {{"Bucket", "abc"}}), "Contents").empty());
}

TEST_F(S3Lifecycle, SleepsWhereNothingIsToBeDone) {
  ASSERT_EQ(put_rule(cloud, {{"Expiration", Object{{"Days", 1}}}}), "ok");
  cloud.advance(kDay * 3);
  EXPECT_EQ(cloud.machine().timers(), 0u);
}

}  // namespace
}  // namespace tocsin::s3
