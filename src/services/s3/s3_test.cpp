// SPDX-License-Identifier: Apache-2.0
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;

TEST(S3Buckets, NamesAreCheckedAndGlobal) {
  TestCloud cloud(register_s3);
  for (const auto* bad : {"ab", "Upper", "a..b", "-a-b", "under_score", "192.168.5.4", "xn--abc",
                          "abc-s3alias", "abc-"}) {
    EXPECT_EQ(code(cloud, "CreateBucket", {{"Bucket", bad}}), "InvalidBucketName") << bad;
  }
  const auto made = ok(cloud, "CreateBucket", {{"Bucket", "evidence"}});
  EXPECT_EQ(text(made, "Location"), "/evidence");
  ok(cloud, "CreateBucket", {{"Bucket", "evidence"}});  // us-east-1: again is well
  EXPECT_EQ(code(call_as(cloud, "111122223333", "CreateBucket", {{"Bucket", "evidence"}})),
            "BucketAlreadyExists");
  EXPECT_EQ(code(cloud, "HeadBucket", {{"Bucket", "other"}}), "NoSuchBucket");
  const auto listed = ok(cloud, "ListBuckets", {});
  ASSERT_EQ(array_of(listed, "Buckets").size(), 1u);
  EXPECT_EQ(text(array_of(listed, "Buckets")[0], "Name"), "evidence");
  EXPECT_EQ(text(object_of(listed, "Owner"), "ID").size(), 64u);
}

TEST(S3Buckets, RegionsAreKeptApart) {
  TestCloud cloud(register_s3);
  const auto in = [&](std::string_view region, std::string_view operation, Object params) {
    auto request = cloud.request("s3", operation, std::move(params));
    request.scope.region = region;
    return cloud.call(std::move(request));
  };
  const auto ireland = Object{{"LocationConstraint", "eu-west-1"}};
  EXPECT_EQ(code(in("eu-west-1", "CreateBucket", {{"Bucket", "abc"}})),
            "IllegalLocationConstraintException");
  EXPECT_EQ(code(in("eu-north-1", "CreateBucket",
                    {{"Bucket", "abc"}, {"CreateBucketConfiguration", ireland}})),
            "IllegalLocationConstraintException");
  EXPECT_EQ(code(in("us-east-1", "CreateBucket",
                    {{"Bucket", "abc"},
                     {"CreateBucketConfiguration", Object{{"LocationConstraint", "us-east-1"}}}})),
            "InvalidLocationConstraint");
  EXPECT_TRUE(
      in("eu-west-1", "CreateBucket", {{"Bucket", "abc"}, {"CreateBucketConfiguration", ireland}}));
  EXPECT_EQ(code(in("eu-west-1", "CreateBucket",
                    {{"Bucket", "abc"}, {"CreateBucketConfiguration", ireland}})),
            "BucketAlreadyOwnedByYou");
  const auto wrong = in("us-east-1", "ListObjectsV2", {{"Bucket", "abc"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "PermanentRedirect");
  EXPECT_EQ(wrong.error().status, 301);
  EXPECT_EQ(text(*in("us-east-1", "GetBucketLocation", {{"Bucket", "abc"}}), "LocationConstraint"),
            "eu-west-1");
  EXPECT_TRUE(in("eu-west-1", "DeleteBucket", {{"Bucket", "abc"}}));
}

TEST(S3Buckets, MayBeMadeWithTags) {
  TestCloud cloud(register_s3);
  const auto make = [&](std::string_view key) {
    const Object tag{{"Key", key}, {"Value", "blue"}};
    return code(cloud, "CreateBucket",
                {{"Bucket", "abc"}, {"CreateBucketConfiguration", Object{{"Tags", Array{tag}}}}});
  };
  EXPECT_EQ(make("aws:team"), "InvalidTag");
  EXPECT_EQ(make("team"), "ok");
  const auto tags = array_of(ok(cloud, "GetBucketTagging", {{"Bucket", "abc"}}), "TagSet");
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(text(tags[0], "Value"), "blue");
  const Object nowhere{{"LocationConstraint", "xx-west-1"}};
  EXPECT_EQ(
      code(cloud, "CreateBucket", {{"Bucket", "def"}, {"CreateBucketConfiguration", nowhere}}),
      "InvalidLocationConstraint");
}

TEST(S3Objects, OddParametersAreRefused) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  put(cloud, "abc", "k", "v");
  const auto tried = [&](std::string_view operation, Object params) {
    params["Bucket"] = "abc";
    params["Key"] = "k";
    return code(cloud, operation, std::move(params));
  };
  const auto tag = [&](const std::string& key, const std::string& value) {
    Object tagging{{"TagSet", Array{Object{{"Key", key}, {"Value", value}}}}};
    return tried("PutObjectTagging", {{"Tagging", std::move(tagging)}});
  };
  EXPECT_EQ(tag("k!", "v"), "InvalidTag");
  EXPECT_EQ(tag("k", "{v}"), "InvalidTag");
  std::string umlauts;
  for (int i = 0; i < 128; ++i)
    umlauts += "\u00fc";
  EXPECT_EQ(tag(umlauts, "a b+-=._:/@"), "ok");
  EXPECT_EQ(tag(umlauts + "u", "v"), "InvalidTag");
  EXPECT_EQ(tried("PutObject", {{"WebsiteRedirectLocation", "x"}}), "InvalidRedirectLocation");
  EXPECT_EQ(tried("PutObject", {{"WebsiteRedirectLocation", "/x"}}), "ok");
  EXPECT_EQ(tried("GetObjectAttributes", {{"ObjectAttributes", Array{"ETag", "Colour"}}}),
            "InvalidArgument");
}

TEST(S3Buckets, OnlyAnEmptyOneIsDeleted) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  put(cloud, "abc", "k", "v");
  EXPECT_EQ(code(cloud, "DeleteBucket", {{"Bucket", "abc"}}), "BucketNotEmpty");
  ok(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "k"}});
  ok(cloud, "DeleteBucket", {{"Bucket", "abc"}});
  EXPECT_EQ(code(cloud, "ListObjectsV2", {{"Bucket", "abc"}}), "NoSuchBucket");
}

TEST(S3Objects, WhatIsPutIsGot) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  const auto written = put(cloud, "abc", "a b/c", "hello world",
                           {{"ContentType", "text/plain"},
                            {"Metadata", Object{{"who", "ann"}}},
                            {"Tagging", "team=blue&x=%20y"}});
  EXPECT_EQ(text(written, "ETag"), "\"5eb63bbbe01eeed093cb22bb8f5acdc3\"");
  EXPECT_EQ(text(written, "ServerSideEncryption"), "AES256");
  EXPECT_FALSE(written.contains("VersionId"));
  const auto got = ok(cloud, "GetObject", {{"Bucket", "abc"}, {"Key", "a b/c"}});
  EXPECT_EQ(bytes_of(cloud, got), "hello world");
  EXPECT_EQ(text(got, "ContentType"), "text/plain");
  EXPECT_EQ(text(object_of(got, "Metadata"), "who"), "ann");
  EXPECT_EQ(integer(got, "ContentLength"), 11);
  EXPECT_EQ(integer(got, "TagCount"), 2);
  const auto head = ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "a b/c"}});
  EXPECT_FALSE(head.contains("Body"));
  EXPECT_EQ(integer(head, "ContentLength"), 11);
  put(cloud, "abc", "empty", "");
  EXPECT_EQ(get(cloud, "abc", "empty"), "");
  EXPECT_EQ(get(cloud, "abc", "none"), "<NoSuchKey>");
  EXPECT_EQ(code(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", std::string(1025, 'k')}}),
            "KeyTooLongError");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(S3Objects, ABodyMayBeABlobOrPlainText) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  auto ref = store::to_document(*cloud.stores().blobs->put("from a blob")).as_object();
  ok(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "blob"}, {"Body", ref}});
  EXPECT_EQ(get(cloud, "abc", "blob"), "from a blob");
  EXPECT_EQ(text(ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "blob"}}), "ETag"),
            "\"" + hex(md5("from a blob")) + "\"");
  ref["md5"] = std::string(32, 'a');
  ref["checksums"] = Object{{"CRC32", "AAAAAA=="}};
  ok(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "told"}, {"Body", ref}});
  const auto told =
      ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "told"}, {"ChecksumMode", "ENABLED"}});
  EXPECT_EQ(text(told, "ETag"), "\"" + std::string(32, 'a') + "\"");
  EXPECT_EQ(text(told, "ChecksumCRC32"), "AAAAAA==");
  ok(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "text"}, {"Body", "no base64!"}});
  EXPECT_EQ(get(cloud, "abc", "text"), "no base64!");
  ok(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "json"}, {"Body", Object{{"a", 1}}}});
  EXPECT_EQ(get(cloud, "abc", "json"), R"({"a":1})");
}

TEST(S3Objects, DigestsThatDoNotFitAreRefused) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  const auto with = [&](std::string_view member, std::string_view value) {
    return code(cloud, "PutObject",
                {{"Bucket", "abc"}, {"Key", "k"}, {"Body", base64("hello")}, {member, value}});
  };
  EXPECT_EQ(with("ContentMD5", base64(md5("other"))), "BadDigest");
  EXPECT_EQ(with("ContentMD5", "short"), "InvalidDigest");
  EXPECT_EQ(with("ContentMD5", base64(md5("hello"))), "ok");
  EXPECT_EQ(with("ChecksumSHA256", base64(sha256("other"))), "BadDigest");
  EXPECT_EQ(with("ChecksumSHA256", base64(sha256("hello"))), "ok");
  EXPECT_EQ(with("ServerSideEncryption", "rot13"), "InvalidArgument");
  EXPECT_EQ(with("StorageClass", "ICE"), "InvalidStorageClass");
  EXPECT_EQ(with("ObjectLockMode", "GOVERNANCE"), "InvalidRequest");
  EXPECT_EQ(with("Tagging", "a=1&a=2"), "InvalidTag");
}

TEST(S3Objects, MetadataIsBoundedAndLowerCase) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  put(cloud, "abc", "k", "v",
      {{"Metadata", Object{{"Who", "ann"}}}, {"StorageClass", "STANDARD_IA"}});
  const auto head = ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "k"}});
  EXPECT_EQ(text(object_of(head, "Metadata"), "who"), "ann");
  EXPECT_EQ(text(head, "StorageClass"), "STANDARD_IA");
  const Object large{{"k", std::string(2048, 'v')}};
  EXPECT_EQ(code(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "k"}, {"Metadata", large}}),
            "MetadataTooLarge");
}

TEST(S3Objects, Ranges) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  put(cloud, "abc", "k", "0123456789");
  const auto range = [&](std::string_view wanted) {
    return get(cloud, "abc", "k", {{"Range", wanted}});
  };
  EXPECT_EQ(range("bytes=2-4"), "234");
  EXPECT_EQ(range("bytes=7-"), "789");
  EXPECT_EQ(range("bytes=-3"), "789");
  EXPECT_EQ(range("bytes=-100"), "0123456789");
  EXPECT_EQ(range("bytes=8-100"), "89");
  EXPECT_EQ(range("bytes=10-"), "<InvalidRange>");
  EXPECT_EQ(range("bytes=-0"), "<InvalidRange>");
  EXPECT_EQ(range("bytes=4-2"), "0123456789");
  EXPECT_EQ(range("lines=1-2"), "0123456789");
  const auto part =
      ok(cloud, "GetObject", {{"Bucket", "abc"}, {"Key", "k"}, {"Range", "bytes=2-4"}});
  EXPECT_EQ(text(part, "ContentRange"), "bytes 2-4/10");
  EXPECT_EQ(integer(part, "StatusCode"), 206);
  EXPECT_EQ(integer(part, "ContentLength"), 3);
  put(cloud, "abc", "empty", "");
  EXPECT_EQ(get(cloud, "abc", "empty", {{"Range", "bytes=0-"}}), "<InvalidRange>");
}

TEST(S3Objects, Conditions) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  const auto etag = string_of(put(cloud, "abc", "k", "v"), "ETag");
  const auto now = to_seconds(cloud.now());
  const auto with = [&](Object more) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    const auto reply = cloud.call("s3", "GetObject", std::move(more));
    return reply ? 200 : reply.error().status;
  };
  EXPECT_EQ(with({{"IfMatch", etag}}), 200);
  EXPECT_EQ(with({{"IfMatch", "\"other\""}}), 412);
  EXPECT_EQ(with({{"IfNoneMatch", etag}}), 304);
  EXPECT_EQ(with({{"IfNoneMatch", "\"other\", " + etag}}), 304);
  EXPECT_EQ(with({{"IfNoneMatch", "\"other\""}}), 200);
  EXPECT_EQ(with({{"IfModifiedSince", now}}), 304);
  EXPECT_EQ(with({{"IfModifiedSince", now - 10}}), 200);
  EXPECT_EQ(with({{"IfUnmodifiedSince", now - 10}}), 412);
  EXPECT_EQ(with({{"IfUnmodifiedSince", now}}), 200);
  EXPECT_EQ(with({{"IfMatch", etag}, {"IfUnmodifiedSince", now - 10}}), 200);
  EXPECT_EQ(with({{"IfNoneMatch", "\"other\""}, {"IfModifiedSince", now}}), 200);
}

TEST(S3Objects, WritesMayBeConditional) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  const auto etag = string_of(put(cloud, "abc", "k", "v", {{"IfNoneMatch", "*"}}), "ETag");
  EXPECT_EQ(code(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "k"}, {"IfNoneMatch", "*"}}),
            "PreconditionFailed");
  EXPECT_EQ(code(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "k"}, {"IfMatch", "\"x\""}}),
            "PreconditionFailed");
  EXPECT_EQ(code(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "n"}, {"IfMatch", etag}}),
            "NoSuchKey");
  EXPECT_EQ(code(cloud, "PutObject", {{"Bucket", "abc"}, {"Key", "k"}, {"IfMatch", etag}}), "ok");
  EXPECT_EQ(code(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "k"}, {"IfMatch", "\"x\""}}),
            "PreconditionFailed");
}

TEST(S3Objects, ManyAreDeletedAtOnce) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  for (const auto* key : {"a", "b", "c"})
    put(cloud, "abc", key, "v");
  const auto keys = Object{{"Objects", Array{Object{{"Key", "a"}}, Object{{"Key", "none"}},
                                             Object{{"Key", "b"}, {"ETag", "x"}}}}};
  const auto reply = ok(cloud, "DeleteObjects", {{"Bucket", "abc"}, {"Delete", keys}});
  EXPECT_EQ(array_of(reply, "Deleted").size(), 2u);
  ASSERT_EQ(array_of(reply, "Errors").size(), 1u);
  EXPECT_EQ(text(array_of(reply, "Errors")[0], "Code"), "PreconditionFailed");
  EXPECT_EQ(get(cloud, "abc", "a"), "<NoSuchKey>");
  EXPECT_EQ(
      code(cloud, "DeleteObjects", {{"Bucket", "abc"}, {"Delete", Object{{"Objects", Array{}}}}}),
      "MalformedXML");
}

TEST(S3Copy, ComputesTheChecksumThatIsAskedFor) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  put(cloud, "abc", "k", "123456789");
  const auto copied = [&](std::string_view algorithm) {
    return object_of(ok(cloud, "CopyObject",
                        {{"Bucket", "abc"},
                         {"Key", "copy"},
                         {"CopySource", "abc/k"},
                         {"ChecksumAlgorithm", algorithm}}),
                     "CopyObjectResult");
  };
  EXPECT_EQ(text(copied("SHA256"), "ChecksumSHA256"), base64(sha256("123456789")));
  EXPECT_EQ(text(copied("CRC32"), "ChecksumCRC32"), base64(*unhex("cbf43926")));
  EXPECT_EQ(text(copied("CRC64NVME"), "ChecksumCRC64NVME"), base64(*unhex("ae8b14860a799888")));
  EXPECT_EQ(code(cloud, "CopyObject",
                 {{"Bucket", "abc"},
                  {"Key", "copy"},
                  {"CopySource", "abc/k"},
                  {"ChecksumAlgorithm", "MD4"}}),
            "InvalidRequest");
}

TEST(S3Copy, TakesContentAndWhatIsAsked) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  make_bucket(cloud, "xyz");
  put(cloud, "abc", "a b", "v",
      {{"Metadata", Object{{"who", "ann"}}}, {"Tagging", "t=1"}, {"ContentType", "text/plain"}});
  const auto copied =
      ok(cloud, "CopyObject", {{"Bucket", "xyz"}, {"Key", "k"}, {"CopySource", "/abc/a%20b"}});
  EXPECT_EQ(text(object_of(copied, "CopyObjectResult"), "ETag"), "\"" + hex(md5("v")) + "\"");
  const auto head = ok(cloud, "HeadObject", {{"Bucket", "xyz"}, {"Key", "k"}});
  EXPECT_EQ(text(object_of(head, "Metadata"), "who"), "ann");
  EXPECT_EQ(text(head, "ContentType"), "text/plain");
  EXPECT_EQ(
      array_of(ok(cloud, "GetObjectTagging", {{"Bucket", "xyz"}, {"Key", "k"}}), "TagSet").size(),
      1u);
  ok(cloud, "CopyObject",
     {{"Bucket", "xyz"},
      {"Key", "r"},
      {"CopySource", "abc/a%20b"},
      {"MetadataDirective", "REPLACE"},
      {"Metadata", Object{{"new", "1"}}},
      {"TaggingDirective", "REPLACE"}});
  const auto replaced = ok(cloud, "HeadObject", {{"Bucket", "xyz"}, {"Key", "r"}});
  EXPECT_EQ(object_of(replaced, "Metadata").size(), 1u);
  EXPECT_FALSE(replaced.contains("TagCount"));
  EXPECT_EQ(code(cloud, "CopyObject", {{"Bucket", "xyz"}, {"Key", "k"}, {"CopySource", "xyz/k"}}),
            "InvalidRequest");
  EXPECT_EQ(
      code(cloud, "CopyObject", {{"Bucket", "xyz"}, {"Key", "k"}, {"CopySource", "xyz/none"}}),
      "NoSuchKey");
  EXPECT_EQ(
      code(cloud, "CopyObject", {{"Bucket", "xyz"}, {"Key", "k"}, {"CopySource", "nobucket"}}),
      "InvalidArgument");
  EXPECT_EQ(code(cloud, "CopyObject",
                 {{"Bucket", "xyz"},
                  {"Key", "k"},
                  {"CopySource", "abc/a%20b"},
                  {"CopySourceIfNoneMatch", hex(md5("v"))}}),
            "PreconditionFailed");
}

}  // namespace
}  // namespace tocsin::s3
