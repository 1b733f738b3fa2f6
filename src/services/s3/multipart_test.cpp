// SPDX-License-Identifier: Apache-2.0
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;

constexpr std::size_t kFive = 5 * 1024 * 1024;

class S3Multipart : public ::testing::Test {
 protected:
  S3Multipart() : cloud(register_s3) { make_bucket(cloud, "abc"); }
  std::string begin(Object more = {}) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    return string_of(ok(cloud, "CreateMultipartUpload", std::move(more)), "UploadId");
  }
  Object part(const std::string& upload, int number, const std::string& bytes, Object more = {}) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    more["UploadId"] = upload;
    more["PartNumber"] = number;
    more["Body"] = store::to_document(*cloud.stores().blobs->put(bytes));
    const auto reply = ok(cloud, "UploadPart", std::move(more));
    return {{"PartNumber", number}, {"ETag", text(reply, "ETag")}};
  }
  Result<Document> complete(const std::string& upload, Array parts, Object more = {}) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    more["UploadId"] = upload;
    more["MultipartUpload"] = Object{{"Parts", std::move(parts)}};
    return cloud.call("s3", "CompleteMultipartUpload", std::move(more));
  }
  TestCloud cloud;
};

TEST_F(S3Multipart, PartsBecomeOneObject) {
  const auto upload = begin({{"ContentType", "text/plain"}, {"Metadata", Object{{"who", "ann"}}}});
  const std::string a(kFive, 'a'), b(kFive, 'b'), c = "the end";
  Array parts{part(upload, 1, a), part(upload, 2, b), part(upload, 5, c)};
  EXPECT_EQ(get(cloud, "abc", "k"), "<NoSuchKey>");
  const auto listed = ok(cloud, "ListParts",
                         {{"Bucket", "abc"}, {"Key", "k"}, {"UploadId", upload}, {"MaxParts", 2}});
  EXPECT_EQ(array_of(listed, "Parts").size(), 2u);
  EXPECT_TRUE(flag(listed, "IsTruncated"));
  EXPECT_EQ(integer(listed, "NextPartNumberMarker"), 2);
  const auto done = complete(upload, parts);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(text(*done, "ETag"), "\"" + hex(md5(md5(a) + md5(b) + md5(c))) + "-3\"");
  EXPECT_EQ(get(cloud, "abc", "k"), a + b + c);
  const auto head = ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "k"}, {"PartNumber", 2}});
  EXPECT_EQ(integer(head, "PartsCount"), 3);
  EXPECT_EQ(integer(head, "ContentLength"), static_cast<std::int64_t>(kFive));
  EXPECT_EQ(text(head, "ContentType"), "text/plain");
  EXPECT_EQ(get(cloud, "abc", "k", {{"PartNumber", 3}}), c);
  EXPECT_EQ(get(cloud, "abc", "k", {{"PartNumber", 4}}), "<InvalidPartNumber>");
  EXPECT_EQ(get(cloud, "abc", "k", {{"Range", fmt::format("bytes={}-{}", kFive - 2, kFive + 1)}}),
            "aabb");
  EXPECT_EQ(code(cloud, "ListParts", {{"Bucket", "abc"}, {"Key", "k"}, {"UploadId", upload}}),
            "NoSuchUpload");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(S3Multipart, WhatDoesNotFitIsRefused) {
  const auto upload = begin();
  const auto one = part(upload, 1, "small"), two = part(upload, 2, "small");
  EXPECT_EQ(code(complete(upload, {one, two})), "EntityTooSmall");
  EXPECT_EQ(code(complete(upload, {two, one})), "InvalidPartOrder");
  EXPECT_EQ(code(complete(upload, Array{Object{{"PartNumber", 3}, {"ETag", "x"}}})), "InvalidPart");
  EXPECT_EQ(code(complete(upload, Array{Object{{"PartNumber", 1}, {"ETag", "x"}}})), "InvalidPart");
  EXPECT_EQ(code(complete(upload, {})), "MalformedXML");
  EXPECT_EQ(code(complete("none", {one})), "NoSuchUpload");
  EXPECT_EQ(code(cloud, "UploadPart",
                 {{"Bucket", "abc"}, {"Key", "k"}, {"UploadId", upload}, {"PartNumber", 0}}),
            "InvalidArgument");
  EXPECT_TRUE(complete(upload, {one}));
}

TEST_F(S3Multipart, AnUploadIsListedUntilItIsAborted) {
  const auto first = begin(), second = begin();
  part(first, 1, "x");
  auto listed = ok(cloud, "ListMultipartUploads", {{"Bucket", "abc"}});
  EXPECT_EQ(array_of(listed, "Uploads").size(), 2u);
  listed = ok(cloud, "ListMultipartUploads", {{"Bucket", "abc"}, {"MaxUploads", 1}});
  EXPECT_TRUE(flag(listed, "IsTruncated"));
  listed = ok(cloud, "ListMultipartUploads",
              {{"Bucket", "abc"},
               {"KeyMarker", "k"},
               {"UploadIdMarker", text(listed, "NextUploadIdMarker")}});
  EXPECT_EQ(array_of(listed, "Uploads").size(), 1u);
  ok(cloud, "AbortMultipartUpload", {{"Bucket", "abc"}, {"Key", "k"}, {"UploadId", first}});
  EXPECT_EQ(
      code(cloud, "AbortMultipartUpload", {{"Bucket", "abc"}, {"Key", "k"}, {"UploadId", first}}),
      "NoSuchUpload");
  ok(cloud, "DeleteBucket", {{"Bucket", "abc"}});
  make_bucket(cloud, "abc");
  EXPECT_TRUE(array_of(ok(cloud, "ListMultipartUploads", {{"Bucket", "abc"}}), "Uploads").empty());
}

TEST_F(S3Multipart, PartsAreCopiedFromRanges) {
  put(cloud, "abc", "source", "0123456789");
  const auto upload = begin();
  const auto copied = ok(cloud, "UploadPartCopy",
                         {{"Bucket", "abc"},
                          {"Key", "k"},
                          {"UploadId", upload},
                          {"PartNumber", 1},
                          {"CopySource", "abc/source"},
                          {"CopySourceRange", "bytes=2-5"}});
  const auto etag = string_of(object_of(copied, "CopyPartResult"), "ETag");
  EXPECT_EQ(etag, "\"" + hex(md5("2345")) + "\"");
  EXPECT_EQ(code(cloud, "UploadPartCopy",
                 {{"Bucket", "abc"},
                  {"Key", "k"},
                  {"UploadId", upload},
                  {"PartNumber", 1},
                  {"CopySource", "abc/source"},
                  {"CopySourceRange", "bytes=2-50"}}),
            "InvalidArgument");
  ASSERT_TRUE(complete(upload, Array{Object{{"PartNumber", 1}, {"ETag", etag}}}));
  EXPECT_EQ(get(cloud, "abc", "k"), "2345");
  ok(cloud, "CopyObject", {{"Bucket", "abc"}, {"Key", "copy"}, {"CopySource", "abc/k"}});
  EXPECT_EQ(get(cloud, "abc", "copy", {{"Range", "bytes=1-2"}}), "34");
  EXPECT_EQ(text(ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "copy"}}), "ETag"), etag);
}

TEST_F(S3Multipart, ChecksumsOfPartsAddUp) {
  // CRC-32 of "12345" and "6789"; of "123456789" it is cbf43926.
  const auto crc = [](std::uint32_t value) {
    return base64(std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                              static_cast<char>(value >> 8), static_cast<char>(value)});
  };
  const std::string a(kFive, 'a');
  const auto upload = begin({{"ChecksumAlgorithm", "CRC32"}, {"ChecksumType", "FULL_OBJECT"}});
  const auto only = part(upload, 1, "123456789", {{"ChecksumCRC32", crc(0xcbf43926)}});
  EXPECT_EQ(code(complete(upload, {only}, {{"ChecksumCRC32", crc(1)}})), "BadDigest");
  const auto done = complete(upload, {only}, {{"ChecksumCRC32", crc(0xcbf43926)}});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(text(*done, "ChecksumCRC32"), crc(0xcbf43926));
  EXPECT_EQ(text(*done, "ChecksumType"), "FULL_OBJECT");
  const auto second = begin({{"ChecksumAlgorithm", "SHA256"}});
  const auto sum = base64(sha256("x"));
  auto named = part(second, 1, "x", {{"ChecksumSHA256", sum}});
  EXPECT_EQ(code(complete(second, {named})), "InvalidRequest");  // without the part's checksum
  named["ChecksumSHA256"] = sum;
  EXPECT_EQ(code(complete(second, {named}, {{"ChecksumType", "FULL_OBJECT"}})), "InvalidRequest");
  const auto composite = complete(second, {named});
  ASSERT_TRUE(composite);
  EXPECT_EQ(text(*composite, "ChecksumSHA256"), base64(sha256(sha256("x"))) + "-1");
  EXPECT_EQ(
      text(ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "k"}, {"ChecksumMode", "ENABLED"}}),
           "ChecksumType"),
      "COMPOSITE");
  EXPECT_EQ(code(cloud, "CreateMultipartUpload",
                 {{"Bucket", "abc"},
                  {"Key", "k"},
                  {"ChecksumAlgorithm", "SHA1"},
                  {"ChecksumType", "FULL_OBJECT"}}),
            "InvalidRequest");
  EXPECT_EQ(code(cloud, "CreateMultipartUpload",
                 {{"Bucket", "abc"}, {"Key", "k"}, {"ChecksumAlgorithm", "MD4"}}),
            "InvalidRequest");
}

TEST_F(S3Multipart, EveryPartHasTheChecksumOfItsUpload) {
  const auto upload = begin({{"ChecksumAlgorithm", "SHA256"}});
  const auto send = [&](Object more) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    more["UploadId"] = upload;
    more["PartNumber"] = 1;
    more["Body"] = base64("x");
    return cloud.call("s3", "UploadPart", std::move(more));
  };
  const auto other = send({{"ChecksumSHA1", base64(sha1("x"))}});
  ASSERT_FALSE(other);
  EXPECT_EQ(
      other.error().message,
      "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: "
      "sha1");
  EXPECT_EQ(code(send({})), "InvalidRequest");
  put(cloud, "abc", "source", "0123");
  const auto copied = object_of(ok(cloud, "UploadPartCopy",
                                   {{"Bucket", "abc"},
                                    {"Key", "k"},
                                    {"UploadId", upload},
                                    {"PartNumber", 1},
                                    {"CopySource", "abc/source"},
                                    {"CopySourceRange", "bytes=1-2"}}),
                                "CopyPartResult");
  const auto sum = base64(sha256("12"));
  EXPECT_EQ(text(copied, "ChecksumSHA256"), sum);
  ASSERT_TRUE(complete(
      upload,
      {Object{{"PartNumber", 1}, {"ETag", text(copied, "ETag")}, {"ChecksumSHA256", sum}}}));
  const auto one =
      ok(cloud, "HeadObject",
         {{"Bucket", "abc"}, {"Key", "k"}, {"PartNumber", 1}, {"ChecksumMode", "ENABLED"}});
  EXPECT_EQ(text(one, "ChecksumSHA256"), sum);
  const auto copy =
      object_of(ok(cloud, "CopyObject", {{"Bucket", "abc"}, {"Key", "c"}, {"CopySource", "abc/k"}}),
                "CopyObjectResult");
  EXPECT_EQ(text(copy, "ChecksumSHA256"), sum);
  EXPECT_EQ(text(copy, "ChecksumType"), "FULL_OBJECT");
}

TEST_F(S3Multipart, UploadsAreRolledUpOnceForEachPrefix) {
  for (const auto* key : {"a", "a/1", "a/1", "a/2", "b/1"})
    ok(cloud, "CreateMultipartUpload", {{"Bucket", "abc"}, {"Key", key}});
  const auto listed =
      ok(cloud, "ListMultipartUploads", {{"Bucket", "abc"}, {"Delimiter", "/"}, {"MaxUploads", 3}});
  EXPECT_FALSE(flag(listed, "IsTruncated"));
  EXPECT_EQ(array_of(listed, "Uploads").size(), 1u);
  EXPECT_EQ(to_json(Document(array_of(listed, "CommonPrefixes"))),
            R"([{"Prefix":"a/"},{"Prefix":"b/"}])");
}

TEST_F(S3Multipart, TheRootThatBeganAnUploadIsItsAccount) {
  begin();
  const auto listed = ok(cloud, "ListMultipartUploads", {{"Bucket", "abc"}});
  const auto& upload = array_of(listed, "Uploads").at(0);
  EXPECT_EQ(object_of(upload, "Initiator"), object_of(upload, "Owner"));
}

}  // namespace
}  // namespace tocsin::s3
