// SPDX-License-Identifier: Apache-2.0
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;
using std::chrono::hours;

class S3Lock : public ::testing::Test {
 protected:
  S3Lock() : cloud(register_strict) {
    ok(cloud, "CreateBucket", {{"Bucket", "abc"}, {"ObjectLockEnabledForBucket", true}});
  }
  Object retention(std::string_view mode, int days) {
    return {{"Mode", mode}, {"RetainUntilDate", to_seconds(cloud.now() + hours(24 * days))}};
  }
  std::string locked(std::string_view mode, int days) {
    Object more{{"ObjectLockMode", mode},
                {"ObjectLockRetainUntilDate", to_seconds(cloud.now() + hours(24 * days))}};
    return string_of(put(cloud, "abc", "k", "v", std::move(more)), "VersionId");
  }
  std::string remove(const std::string& version, bool bypass = false) {
    return code(cloud, "DeleteObject",
                {{"Bucket", "abc"},
                 {"Key", "k"},
                 {"VersionId", version},
                 {"BypassGovernanceRetention", bypass}});
  }
  std::string retain(const std::string& version, Object retention, bool bypass = false) {
    return code(cloud, "PutObjectRetention",
                {{"Bucket", "abc"},
                 {"Key", "k"},
                 {"VersionId", version},
                 {"Retention", std::move(retention)},
                 {"BypassGovernanceRetention", bypass}});
  }
  TestCloud cloud;
};

TEST_F(S3Lock, ComplianceHoldsAgainstEverybodyUntilItsTime) {
  const auto version = locked("COMPLIANCE", 2);
  EXPECT_EQ(remove(version, true), "AccessDenied");
  EXPECT_EQ(retain(version, retention("COMPLIANCE", 1), true), "AccessDenied");
  EXPECT_EQ(retain(version, retention("GOVERNANCE", 9), true), "AccessDenied");
  EXPECT_EQ(retain(version, retention("COMPLIANCE", 3)), "ok");
  ok(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "k"}});  // a marker only
  EXPECT_EQ(get(cloud, "abc", "k", {{"VersionId", version}}), "v");
  const auto entries = Object{{"Objects", Array{Object{{"Key", "k"}, {"VersionId", version}}}}};
  EXPECT_EQ(array_of(ok(cloud, "DeleteObjects", {{"Bucket", "abc"}, {"Delete", entries}}), "Errors")
                .size(),
            1u);
  cloud.advance(hours(24 * 3 + 1));
  EXPECT_EQ(remove(version), "ok");
}

TEST_F(S3Lock, GovernanceYieldsToThePermission) {
  const auto version = locked("GOVERNANCE", 2);
  EXPECT_EQ(remove(version), "AccessDenied");
  EXPECT_EQ(retain(version, {}), "AccessDenied");
  EXPECT_EQ(retain(version, {}, true), "ok");
  EXPECT_EQ(remove(version), "ok");
  const auto second = locked("GOVERNANCE", 2);
  ok(cloud, "PutBucketPolicy",
     {{"Bucket", "abc"},
      {"Policy",
       R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"123456789012"},"Action":"s3:BypassGovernanceRetention","Resource":"arn:aws:s3:::abc/*"}})"}});
  EXPECT_EQ(remove(second, true), "AccessDenied");
}

TEST_F(S3Lock, ALegalHoldHasNoEnd) {
  const auto version = string_of(put(cloud, "abc", "k", "v"), "VersionId");
  const auto hold = [&](std::string_view status) {
    return code(cloud, "PutObjectLegalHold",
                {{"Bucket", "abc"}, {"Key", "k"}, {"LegalHold", Object{{"Status", status}}}});
  };
  const auto asked = [&] {
    return code(cloud, "GetObjectLegalHold", {{"Bucket", "abc"}, {"Key", "k"}});
  };
  EXPECT_EQ(asked(), "NoSuchObjectLockConfiguration");
  EXPECT_EQ(hold("MAYBE"), "MalformedXML");
  EXPECT_EQ(hold("ON"), "ok");
  EXPECT_EQ(
      text(ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "k"}}), "ObjectLockLegalHoldStatus"),
      "ON");
  cloud.advance(hours(24 * 1000));
  EXPECT_EQ(remove(version, true), "AccessDenied");
  EXPECT_EQ(hold("OFF"), "ok");
  EXPECT_EQ(asked(), "ok");
  EXPECT_EQ(remove(version), "ok");
  put(cloud, "abc", "k", "v", {{"ObjectLockLegalHoldStatus", "OFF"}});
  EXPECT_EQ(asked(), "ok");
}

TEST_F(S3Lock, TheBucketsDefaultAppliesToWhatIsPut) {
  const auto configure = [&](std::string_view json) {
    return code(cloud, "PutObjectLockConfiguration",
                {{"Bucket", "abc"}, {"ObjectLockConfiguration", *parse_json(json)}});
  };
  EXPECT_EQ(
      configure(
          R"({"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE","Days":1,"Years":1}}})"),
      "MalformedXML");
  EXPECT_EQ(
      configure(
          R"({"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE","Days":0}}})"),
      "InvalidArgument");
  EXPECT_EQ(
      configure(
          R"({"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE","Days":1}}})"),
      "ok");
  const auto version = string_of(put(cloud, "abc", "k", "v"), "VersionId");
  const auto kept = ok(cloud, "GetObjectRetention", {{"Bucket", "abc"}, {"Key", "k"}});
  EXPECT_EQ(text(object_of(kept, "Retention"), "Mode"), "GOVERNANCE");
  EXPECT_EQ(remove(version), "AccessDenied");
  const auto shown = ok(cloud, "GetObjectLockConfiguration", {{"Bucket", "abc"}});
  EXPECT_TRUE(object_of(shown, "ObjectLockConfiguration").contains("Rule"));
}

TEST_F(S3Lock, WithoutAConfigurationThereIsNoLock) {
  EXPECT_EQ(code(cloud, "PutBucketVersioning",
                 {{"Bucket", "abc"}, {"VersioningConfiguration", Object{{"Status", "Suspended"}}}}),
            "InvalidBucketState");
  EXPECT_EQ(
      code(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "k"}, {"ObjectLockMode", "GOVERNANCE"}}),
      "InvalidArgument");
  EXPECT_EQ(code(cloud, "PutObject",
                 {{"Bucket", "abc"},
                  {"Key", "k"},
                  {"ObjectLockMode", "GOVERNANCE"},
                  {"ObjectLockRetainUntilDate", 1}}),
            "InvalidArgument");
  make_bucket(cloud, "plain");
  const Object enabled{{"ObjectLockEnabled", "Enabled"}};
  EXPECT_EQ(code(cloud, "PutObjectLockConfiguration",
                 {{"Bucket", "plain"}, {"ObjectLockConfiguration", enabled}}),
            "InvalidBucketState");
  EXPECT_EQ(code(cloud, "GetObjectLockConfiguration", {{"Bucket", "plain"}}),
            "ObjectLockConfigurationNotFoundError");
  put(cloud, "plain", "k", "v");
  EXPECT_EQ(code(cloud, "GetObjectRetention", {{"Bucket", "plain"}, {"Key", "k"}}),
            "InvalidRequest");
}

}  // namespace
}  // namespace tocsin::s3
