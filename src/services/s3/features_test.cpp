// SPDX-License-Identifier: Apache-2.0
// Access logs, CORS, restores, requester pays, the account's public access block.
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;
using std::chrono::hours;
using std::chrono::minutes;

// ---- access logs

std::string put_logging(TestCloud& cloud, std::string_view source, Object wanted) {
  return code(cloud, "PutBucketLogging",
              {{"Bucket", source}, {"BucketLoggingStatus", Object{{"LoggingEnabled", wanted}}}});
}

void let_logs_in(TestCloud& cloud, std::string_view target) {
  const auto policy =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::)" +
      std::string(target) + R"(/*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::abc"}}}})";
  ok(cloud, "PutBucketPolicy", {{"Bucket", target}, {"Policy", policy}});
}

std::string first_file(TestCloud& cloud, std::string_view target, std::string& name) {
  const auto listed = ok(cloud, "ListObjectsV2", {{"Bucket", target}});
  if (array_of(listed, "Contents").empty()) return {};
  name = text(array_of(listed, "Contents")[0], "Key");
  return get(cloud, target, name);
}

TEST(S3AccessLog, LinesAreDeliveredWhereThePolicyLetsThem) {
  TestCloud cloud(register_strict);
  make_bucket(cloud, "abc");
  make_bucket(cloud, "logs");
  let_logs_in(cloud, "logs");
  ASSERT_EQ(put_logging(cloud, "abc", {{"TargetBucket", "logs"}, {"TargetPrefix", "s3/"}}), "ok");
  put(cloud, "abc", "a key", "12345");
  EXPECT_EQ(code(call_as(cloud, "anonymous", "GetObject", {{"Bucket", "abc"}, {"Key", "a key"}})),
            "AccessDenied");
  std::string name;
  EXPECT_EQ(first_file(cloud, "logs", name), "");
  cloud.advance(minutes(6));
  const auto file = first_file(cloud, "logs", name);
  EXPECT_TRUE(name.starts_with("s3/20")) << name;
  EXPECT_TRUE(file.contains("REST.PUT.OBJECT a+key \"PUT /abc/a+key HTTP/1.1\" 200 - - 5 "))
      << file;
  EXPECT_TRUE(file.contains("REST.GET.OBJECT a+key \"GET /abc/a+key HTTP/1.1\" 403 AccessDenied"))
      << file;
  EXPECT_EQ(cloud.machine().timers(), 0u) << "deliveries log nothing";
  EXPECT_EQ(cloud.replayed_digest(), cloud.digest());
}

TEST(S3AccessLog, WithoutPermissionNothingIsDelivered) {
  TestCloud cloud(register_strict);
  make_bucket(cloud, "abc");
  make_bucket(cloud, "logs");
  ASSERT_EQ(put_logging(cloud, "abc", {{"TargetBucket", "logs"}, {"TargetPrefix", ""}}), "ok");
  put(cloud, "abc", "k", "v");
  cloud.advance(minutes(6));
  std::string name;
  EXPECT_EQ(first_file(cloud, "logs", name), "");
}

TEST(S3AccessLog, TargetsAreChecked) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  EXPECT_EQ(put_logging(cloud, "abc", {{"TargetBucket", "none"}, {"TargetPrefix", ""}}),
            "InvalidTargetBucketForLogging");
  EXPECT_EQ(put_logging(cloud, "abc", {{"TargetBucket", "abc"}}), "MalformedXML");
  ASSERT_EQ(put_logging(cloud, "abc", {{"TargetBucket", "abc"}, {"TargetPrefix", "p"}}), "ok");
  const auto kept = ok(cloud, "GetBucketLogging", {{"Bucket", "abc"}});
  EXPECT_EQ(text(object_of(kept, "LoggingEnabled"), "TargetPrefix"), "p");
  ok(cloud, "PutBucketLogging", {{"Bucket", "abc"}, {"BucketLoggingStatus", Object{}}});
  EXPECT_TRUE(ok(cloud, "GetBucketLogging", {{"Bucket", "abc"}}).empty());
}

// ---- CORS

std::string put_cors(TestCloud& cloud, Object rule) {
  return code(cloud, "PutBucketCors",
              {{"Bucket", "abc"}, {"CORSConfiguration", Object{{"CORSRules", Array{rule}}}}});
}

TEST(S3Cors, PreflightsAreAnsweredByTheRules) {
  TestCloud cloud(register_strict);
  make_bucket(cloud, "abc");
  const auto ask = [&](Object more) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    return call_as(cloud, "anonymous", "PreflightObject", std::move(more));
  };
  const Object put_from_page{{"Origin", "https://www.example.com"}, {"RequestMethod", "PUT"}};
  EXPECT_EQ(code(ask(put_from_page)), "AccessForbidden");
  EXPECT_EQ(code(cloud, "GetBucketCors", {{"Bucket", "abc"}}), "NoSuchCORSConfiguration");
  Object rule{{"AllowedOrigins", Array{"https://*.example.com"}}, {"MaxAgeSeconds", 60}};
  rule["AllowedMethods"] = Array{"GET", "PUT"};
  rule["AllowedHeaders"] = Array{"x-amz-*"};
  rule["ExposeHeaders"] = Array{"ETag"};
  ASSERT_EQ(put_cors(cloud, rule), "ok");
  const auto allowed = ask(put_from_page);
  ASSERT_TRUE(allowed);
  EXPECT_EQ(text(*allowed, "AllowOrigin"), "https://www.example.com");
  EXPECT_EQ(text(*allowed, "AllowMethods"), "GET, PUT");
  EXPECT_EQ(integer(*allowed, "MaxAge"), 60);
  auto more = put_from_page;
  more["RequestHeaders"] = "X-Amz-Meta-A, x-other";
  EXPECT_EQ(code(ask(more)), "AccessForbidden");
  EXPECT_EQ(code(ask({{"Origin", "https://other.org"}, {"RequestMethod", "PUT"}})),
            "AccessForbidden");
  EXPECT_EQ(code(ask({{"RequestMethod", "PUT"}})), "BadRequest");
  put(cloud, "abc", "k", "v");
  const auto got = ok(cloud, "GetObject",
                      {{"Bucket", "abc"}, {"Key", "k"}, {"Origin", "https://a.example.com"}});
  EXPECT_EQ(text(got, "AllowOrigin"), "https://a.example.com");
  ok(cloud, "DeleteBucketCors", {{"Bucket", "abc"}});
  EXPECT_EQ(code(ask(put_from_page)), "AccessForbidden");
}

TEST(S3Cors, BadRulesAreRefused) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  const auto put_code = [&](Array origins, Array methods, Array exposed) {
    Object rule;
    rule["AllowedOrigins"] = std::move(origins);
    rule["AllowedMethods"] = std::move(methods);
    rule["ExposeHeaders"] = std::move(exposed);
    return put_cors(cloud, std::move(rule));
  };
  EXPECT_EQ(put_code({}, {"GET"}, {}), "MalformedXML");
  EXPECT_EQ(put_code({"*"}, {"PATCH"}, {}), "InvalidRequest");
  EXPECT_EQ(put_code({"*.*"}, {"GET"}, {}), "InvalidRequest");
  EXPECT_EQ(put_code({"*"}, {"GET"}, {"x-*"}), "InvalidRequest");
}

// ---- archives

TEST(S3Restore, AnArchivedObjectIsReadAfterItsRestore) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  put(cloud, "abc", "warm", "v");
  put(cloud, "abc", "cold", "v", {{"StorageClass", "GLACIER"}});
  const auto restore = [&](std::string_view key, Object request) {
    return cloud.call("s3", "RestoreObject",
                      {{"Bucket", "abc"}, {"Key", key}, {"RestoreRequest", std::move(request)}});
  };
  const auto told = [&] {
    return string_of(ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "cold"}}), "Restore");
  };
  EXPECT_EQ(get(cloud, "abc", "cold"), "<InvalidObjectState>");
  EXPECT_EQ(
      code(cloud, "CopyObject", {{"Bucket", "abc"}, {"Key", "c"}, {"CopySource", "abc/cold"}}),
      "InvalidObjectState");
  EXPECT_EQ(code(restore("warm", {{"Days", 1}})), "InvalidObjectState");
  EXPECT_EQ(code(restore("cold", {})), "MalformedXML");
  EXPECT_EQ(code(restore("cold", {{"Type", "SELECT"}})), "NotImplemented");
  const auto begun = restore("cold", {{"Days", 2}});
  ASSERT_TRUE(begun);
  EXPECT_EQ(integer(*begun, "StatusCode"), 202);
  EXPECT_EQ(code(restore("cold", {{"Days", 2}})), "RestoreAlreadyInProgress");
  EXPECT_EQ(told(), "ongoing-request=\"true\"");
  EXPECT_EQ(get(cloud, "abc", "cold"), "<InvalidObjectState>");
  cloud.advance(hours(6));
  EXPECT_EQ(get(cloud, "abc", "cold"), "v");
  EXPECT_TRUE(told().starts_with("ongoing-request=\"false\", expiry-date=\""));
  EXPECT_EQ(integer(*restore("cold", {{"Days", 3}}), "StatusCode"), 200);
  cloud.advance(hours(24 * 5));
  EXPECT_EQ(get(cloud, "abc", "cold"), "<InvalidObjectState>");
  EXPECT_EQ(told(), "");
}

// ---- who pays, and what the account forbids

TEST(S3RequestPayment, OutsidersSayThatTheyPay) {
  TestCloud cloud(register_strict);
  make_bucket(cloud, "abc");
  ok(cloud, "PutBucketPolicy",
     {{"Bucket", "abc"},
      {"Policy",
       R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::abc/*"}})"}});
  put(cloud, "abc", "k", "v");
  const auto read = [&](Object more) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    return code(call_as(cloud, "111122223333/eve", "GetObject", std::move(more)));
  };
  EXPECT_EQ(read({}), "ok");
  const auto pay = [&](std::string_view who) {
    return code(cloud, "PutBucketRequestPayment",
                {{"Bucket", "abc"}, {"RequestPaymentConfiguration", Object{{"Payer", who}}}});
  };
  EXPECT_EQ(pay("Nobody"), "MalformedXML");
  ASSERT_EQ(pay("Requester"), "ok");
  EXPECT_EQ(text(ok(cloud, "GetBucketRequestPayment", {{"Bucket", "abc"}}), "Payer"), "Requester");
  EXPECT_EQ(read({}), "AccessDenied");
  EXPECT_EQ(read({{"RequestPayer", "requester"}}), "ok");
}

TEST(S3Account, ItsPublicAccessBlockHoldsForEveryBucket) {
  TestCloud cloud(register_strict);
  make_bucket(cloud, "abc");
  const Object account{{"AccountId", kAccount.str()}};
  const auto ask = [&](std::string_view operation, Object params) {
    return cloud.call("s3control", operation, std::move(params));
  };
  EXPECT_EQ(code(ask("GetPublicAccessBlock", account)), "NoSuchPublicAccessBlockConfiguration");
  EXPECT_EQ(code(ask("GetPublicAccessBlock", {{"AccountId", "111122223333"}})), "AccessDenied");
  ok(cloud, "DeletePublicAccessBlock", {{"Bucket", "abc"}});
  auto wanted = account;
  wanted["PublicAccessBlockConfiguration"] = Object{{"BlockPublicPolicy", true}};
  ASSERT_TRUE(ask("PutPublicAccessBlock", wanted));
  const auto kept = ask("GetPublicAccessBlock", account);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(flag(object_of(*kept, "PublicAccessBlockConfiguration"), "BlockPublicPolicy"));
  const auto publish = [&] {
    return code(
        cloud, "PutBucketPolicy",
        {{"Bucket", "abc"},
         {"Policy",
          R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::abc/*"}})"}});
  };
  EXPECT_EQ(publish(), "AccessDenied");
  ASSERT_TRUE(ask("DeletePublicAccessBlock", account));
  EXPECT_EQ(publish(), "ok");
}

TEST(S3Errors, TellInHeadersWhatHasNoBody) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  ok(cloud, "PutBucketVersioning",
     {{"Bucket", "abc"}, {"VersioningConfiguration", Object{{"Status", "Enabled"}}}});
  put(cloud, "abc", "k", "v");
  const auto marker = ok(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "k"}});
  const auto gone = cloud.call("s3", "HeadObject", {{"Bucket", "abc"}, {"Key", "k"}});
  ASSERT_FALSE(gone);
  EXPECT_EQ(text(gone.error().members, "x-amz-delete-marker"), "true");
  const auto itself =
      cloud.call("s3", "GetObject",
                 {{"Bucket", "abc"}, {"Key", "k"}, {"VersionId", text(marker, "VersionId")}});
  ASSERT_FALSE(itself);
  EXPECT_EQ(itself.error().status, 405);
  EXPECT_EQ(text(itself.error().members, "Allow"), "DELETE");
}

}  // namespace
}  // namespace tocsin::s3
