// SPDX-License-Identifier: Apache-2.0
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;

class S3Versions : public ::testing::Test {
 protected:
  S3Versions() : cloud(register_s3) {
    make_bucket(cloud, "abc");
    put(cloud, "abc", "k", "before");
    status("Enabled");
  }
  void status(std::string_view status) {
    ok(cloud, "PutBucketVersioning",
       {{"Bucket", "abc"}, {"VersioningConfiguration", Object{{"Status", status}}}});
  }
  std::string put_version(std::string_view body) {
    return string_of(put(cloud, "abc", "k", body), "VersionId");
  }
  std::string get_version(std::string_view id) {
    return get(cloud, "abc", "k", {{"VersionId", id}});
  }
  Object remove(Object more = {}) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    return ok(cloud, "DeleteObject", std::move(more));
  }
  TestCloud cloud;
};

TEST_F(S3Versions, EveryVersionStays) {
  const auto one = put_version("one"), two = put_version("two");
  EXPECT_EQ(get(cloud, "abc", "k"), "two");
  EXPECT_EQ(get_version(one), "one");
  EXPECT_EQ(get_version("null"), "before");
  EXPECT_EQ(get_version(std::string(32, 'n')), "<NoSuchVersion>");
  for (const auto* none : {"", "none"}) {
    EXPECT_EQ(get_version(none), "<InvalidArgument>");
    EXPECT_EQ(code(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "k"}, {"VersionId", none}}),
              "InvalidArgument");
  }
  EXPECT_EQ(text(ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "k"}}), "VersionId"), two);
  EXPECT_EQ(text(ok(cloud, "GetBucketVersioning", {{"Bucket", "abc"}}), "Status"), "Enabled");
}

TEST_F(S3Versions, ADeleteIsAMarkerAndItsOwnDeletionBringsTheObjectBack) {
  const auto one = put_version("one");
  const auto deleted = remove();
  EXPECT_TRUE(flag(deleted, "DeleteMarker"));
  EXPECT_EQ(get(cloud, "abc", "k"), "<NoSuchKey>");
  EXPECT_EQ(get_version(text(deleted, "VersionId")), "<MethodNotAllowed>");
  EXPECT_EQ(get_version(one), "one");
  const auto undone = remove({{"VersionId", text(deleted, "VersionId")}});
  EXPECT_TRUE(flag(undone, "DeleteMarker"));
  EXPECT_EQ(get(cloud, "abc", "k"), "one");
  remove({{"VersionId", one}});
  EXPECT_EQ(get(cloud, "abc", "k"), "before");
  EXPECT_EQ(code(cloud, "DeleteBucket", {{"Bucket", "abc"}}), "BucketNotEmpty");
}

TEST_F(S3Versions, SuspendedTheNullVersionIsReplaced) {
  const auto one = put_version("one");
  status("Suspended");
  EXPECT_EQ(put_version("null again"), "");
  EXPECT_EQ(get_version("null"), "null again");
  EXPECT_EQ(get_version(one), "one");
  EXPECT_EQ(text(remove(), "VersionId"), "null");
  EXPECT_EQ(get_version("null"), "<MethodNotAllowed>");
  EXPECT_EQ(get_version(one), "one");
}

TEST_F(S3Versions, AnOldVersionIsCopiedToTheFront) {
  const auto one = put_version("one");
  put_version("two");
  const auto copied =
      ok(cloud, "CopyObject",
         {{"Bucket", "abc"}, {"Key", "k"}, {"CopySource", "abc/k?versionId=" + one}});
  EXPECT_EQ(text(copied, "CopySourceVersionId"), one);
  EXPECT_EQ(get(cloud, "abc", "k"), "one");
}

TEST_F(S3Versions, SeveralChangesInOneCallKeepTheirOrder) {
  const auto twice = Object{{"Objects", Array{Object{{"Key", "k"}}, Object{{"Key", "k"}}}}};
  const auto reply = ok(cloud, "DeleteObjects", {{"Bucket", "abc"}, {"Delete", twice}});
  ASSERT_EQ(array_of(reply, "Deleted").size(), 2u);
  const auto last = string_of(array_of(reply, "Deleted")[1], "DeleteMarkerVersionId");
  const auto listed = ok(cloud, "ListObjectVersions", {{"Bucket", "abc"}});
  EXPECT_EQ(text(array_of(listed, "DeleteMarkers")[0], "VersionId"), last);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(S3Versions, TagsBelongToAVersion) {
  const auto one = put_version("one"), two = put_version("two");
  const Object tags{{"TagSet", Array{Object{{"Key", "a"}, {"Value", "1"}}}}};
  ok(cloud, "PutObjectTagging",
     {{"Bucket", "abc"}, {"Key", "k"}, {"VersionId", one}, {"Tagging", tags}});
  const auto count = [&](const std::string& id) {
    return array_of(
               ok(cloud, "GetObjectTagging", {{"Bucket", "abc"}, {"Key", "k"}, {"VersionId", id}}),
               "TagSet")
        .size();
  };
  EXPECT_EQ(count(one), 1u);
  EXPECT_EQ(count(two), 0u);
  ok(cloud, "DeleteObjectTagging", {{"Bucket", "abc"}, {"Key", "k"}, {"VersionId", one}});
  EXPECT_EQ(count(one), 0u);
}

}  // namespace
}  // namespace tocsin::s3
