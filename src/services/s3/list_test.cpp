// SPDX-License-Identifier: Apache-2.0
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;

std::string keys_of(const Object& reply, std::string_view list = "Contents",
                    std::string_view member = "Key") {
  std::string out;
  for (const auto& entry : array_of(reply, list))
    out += string_of(entry, member) + " ";
  return out;
}

class S3List : public ::testing::Test {
 protected:
  S3List() : cloud(register_s3) {
    make_bucket(cloud, "abc");
    make_bucket(cloud, "abcd");
    for (const auto* key :
         {"a", "logs/1", "logs/2", "logs/old/1", "photos/2026/x", "photos/y", "z"})
      put(cloud, "abc", key, "v");
    put(cloud, "abcd", "other", "v");
  }
  Object list(Object params, std::string_view operation = "ListObjectsV2") {
    params["Bucket"] = "abc";
    return ok(cloud, operation, std::move(params));
  }
  TestCloud cloud;
};

TEST_F(S3List, KeysInOrderBelowThePrefix) {
  EXPECT_EQ(keys_of(list({})), "a logs/1 logs/2 logs/old/1 photos/2026/x photos/y z ");
  EXPECT_EQ(keys_of(list({{"Prefix", "logs/"}})), "logs/1 logs/2 logs/old/1 ");
  EXPECT_EQ(keys_of(list({{"StartAfter", "logs/2"}})), "logs/old/1 photos/2026/x photos/y z ");
  EXPECT_EQ(keys_of(list({{"Prefix", "none"}})), "");
  EXPECT_EQ(integer(list({}), "KeyCount"), 7);
}

TEST_F(S3List, TheDelimiterRollsUp) {
  const auto top = list({{"Delimiter", "/"}});
  EXPECT_EQ(keys_of(top), "a z ");
  EXPECT_EQ(keys_of(top, "CommonPrefixes", "Prefix"), "logs/ photos/ ");
  EXPECT_EQ(integer(top, "KeyCount"), 4);
  const auto logs = list({{"Delimiter", "/"}, {"Prefix", "logs/"}});
  EXPECT_EQ(keys_of(logs), "logs/1 logs/2 ");
  EXPECT_EQ(keys_of(logs, "CommonPrefixes", "Prefix"), "logs/old/ ");
}

TEST_F(S3List, PagesGoOnWhereTheLastEnded) {
  std::string seen, token;
  for (int page = 0; page < 10; ++page) {
    Object params{{"Delimiter", "/"}, {"MaxKeys", 1}};
    if (!token.empty()) params["ContinuationToken"] = token;
    const auto reply = list(std::move(params));
    seen += keys_of(reply) + keys_of(reply, "CommonPrefixes", "Prefix");
    token = string_of(reply, "NextContinuationToken");
    if (!flag(reply, "IsTruncated")) break;
  }
  EXPECT_EQ(seen, "a logs/ photos/ z ");
  EXPECT_EQ(code(cloud, "ListObjectsV2", {{"Bucket", "abc"}, {"ContinuationToken", "!"}}),
            "InvalidArgument");
  EXPECT_EQ(code(cloud, "ListObjectsV2", {{"Bucket", "abc"}, {"MaxKeys", -1}}), "InvalidArgument");
  EXPECT_EQ(flag(list({{"MaxKeys", 0}}), "IsTruncated"), false);
}

TEST_F(S3List, TheFirstVersionHasMarkers) {
  const auto first = list({{"MaxKeys", 2}, {"Delimiter", "/"}}, "ListObjects");
  EXPECT_EQ(text(first, "NextMarker"), "logs/");
  const auto next = list({{"Marker", "logs/"}, {"Delimiter", "/"}}, "ListObjects");
  EXPECT_EQ(keys_of(next), "z ");
  EXPECT_EQ(keys_of(next, "CommonPrefixes", "Prefix"), "photos/ ");
  EXPECT_FALSE(list({{"MaxKeys", 2}}, "ListObjects").contains("NextMarker"));
  EXPECT_EQ(keys_of(list({{"Marker", "logs/2"}, {"MaxKeys", 1}}, "ListObjects")), "logs/old/1 ");
}

TEST_F(S3List, KeysMayBeEncoded) {
  put(cloud, "abc", "ü &<b", "v");
  EXPECT_EQ(keys_of(list({{"Prefix", "ü"}, {"EncodingType", "url"}})), "%C3%BC+%26%3Cb ");
  EXPECT_EQ(code(cloud, "ListObjectsV2", {{"Bucket", "abc"}, {"EncodingType", "rot13"}}),
            "InvalidArgument");
}

TEST_F(S3List, VersionsNewestFirstAndPaged) {
  ok(cloud, "PutBucketVersioning",
     {{"Bucket", "abc"}, {"VersioningConfiguration", Object{{"Status", "Enabled"}}}});
  const auto second = string_of(put(cloud, "abc", "a", "2"), "VersionId");
  ok(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "a"}});
  const auto all = list({{"Prefix", "a"}}, "ListObjectVersions");
  EXPECT_EQ(keys_of(all, "Versions", "VersionId"), second + " null ");
  ASSERT_EQ(array_of(all, "DeleteMarkers").size(), 1u);
  EXPECT_TRUE(flag(array_of(all, "DeleteMarkers")[0], "IsLatest"));
  EXPECT_FALSE(flag(array_of(all, "Versions")[0], "IsLatest"));
  EXPECT_EQ(keys_of(list({})), "logs/1 logs/2 logs/old/1 photos/2026/x photos/y z ");
  std::size_t entries = 0;
  Object params{{"MaxKeys", 1}};
  for (int page = 0; page < 20; ++page) {
    const auto reply = list(params, "ListObjectVersions");
    entries += array_of(reply, "Versions").size() + array_of(reply, "DeleteMarkers").size();
    if (!flag(reply, "IsTruncated")) break;
    params["KeyMarker"] = text(reply, "NextKeyMarker");
    params["VersionIdMarker"] = text(reply, "NextVersionIdMarker");
  }
  EXPECT_EQ(entries, 9u);
  EXPECT_EQ(code(cloud, "ListObjectVersions", {{"Bucket", "abc"}, {"VersionIdMarker", "x"}}),
            "InvalidArgument");
}

}  // namespace
}  // namespace tocsin::s3
