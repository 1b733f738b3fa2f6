// SPDX-License-Identifier: Apache-2.0
// Presigned URLs of both signature versions, and Version 2 in the header.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/crypto.hpp"
#include "base/document.hpp"
#include "wire/authenticator.hpp"
#include "wire/sigv2.hpp"

namespace tocsin::wire {
namespace {

using testing::HasSubstr;

constexpr char kKeyId[] = "AKIDEXAMPLE";
constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr char kToken[] = "FwoGZXIvYXdzEXAMPLE//token+==";
constexpr char kEmptyHash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const Time kMade = *parse_iso8601("20261124T041125Z");

RequestHead head_of(std::string_view text) {
  RequestParser parser(16 * 1024);
  parser.feed(text);
  EXPECT_TRUE(parser.head_done()) << text;
  return parser.head();
}

RequestHead golden(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(TOCSIN_SOURCE_DIR "/tests/conformance/sigv4/presigned/" + name + ".http",
                        std::ios::binary)
              .rdbuf();
  return head_of(text.str());
}

Error outcome(const SignedHead& head, Time now, SecretKey key = {kSecret, ""},
              AuthFamily family = AuthFamily::S3) {
  const auto shown = parse_authorization(head, family);
  if (!shown) return shown.error();
  const auto verified = verify(*shown, key, head, kEmptyHash, family, now);
  return verified ? Error{} : verified.error();
}

const std::string kGoldens[] = {"s3v2-path", "s3v2-virtual", "s3v2-token",
                                "s3v4-path", "s3v4-token",   "sts"};
SecretKey key_of(const std::string& name) {
  return {kSecret, name.ends_with("-token") ? kToken : ""};
}
AuthFamily family_of(const std::string& name) {
  return name == "sts" ? AuthFamily::Query : AuthFamily::S3;
}
SignedHead signed_head(const RequestHead& head, const std::string& name) {
  return {head.method, head.path, head.query, head.headers,
          name == "s3v2-virtual" ? "bucket" : std::string_view()};
}

TEST(Presigned, AcceptsWhatBotocoreMakes) {
  for (const auto& name : kGoldens) {
    const auto head = golden(name);
    const auto now = kMade + std::chrono::seconds(60);
    EXPECT_EQ(outcome(signed_head(head, name), now, key_of(name), family_of(name)), Error{})
        << name;
    EXPECT_EQ(credential_scope(head).service, name == "sts" ? "sts" : "s3");
  }
}

TEST(Presigned, TellsHowAndWhenItWasSigned) {
  const auto signing = [](const std::string& name) {
    const Authenticator authenticator(
        AuthMode::Strict, AccountId("123456789012"),
        [&](std::string_view) -> std::optional<SecretKey> { return key_of(name); });
    const auto head = golden(name);
    const auto identity = authenticator.check(signed_head(head, name), nullptr, family_of(name),
                                              kMade + std::chrono::seconds(60));
    EXPECT_TRUE(identity) << name;
    return identity->signing.value_or(core::Signing{});
  };
  EXPECT_EQ(signing("s3v4-path").type, "REST-QUERY-STRING");
  EXPECT_EQ(signing("s3v4-path").version, "AWS4-HMAC-SHA256");
  EXPECT_EQ(signing("s3v4-path").age_ms, 60'000);
  EXPECT_EQ(signing("s3v2-path").version, "AWS");
  EXPECT_EQ(signing("s3v2-path").age_ms, 0);
}

TEST(Presigned, RefusesAChangeOfAnythingSigned) {
  for (const auto& name : kGoldens) {
    const auto refused = [&](const RequestHead& changed) {
      return !outcome(signed_head(changed, name), kMade, key_of(name), family_of(name))
                  .code.empty();
    };
    auto changed = golden(name);
    changed.method = "DELETE";
    EXPECT_TRUE(refused(changed)) << name;
    changed = golden(name);
    changed.path += "x";
    EXPECT_TRUE(refused(changed)) << name;
    changed = golden(name);
    changed.query += "&policy=x";
    EXPECT_TRUE(refused(changed)) << name;
    changed = golden(name);
    changed.headers.push_back({"x-amz-acl", "public-read"});
    EXPECT_TRUE(refused(changed)) << name;
  }
  auto changed = golden("s3v2-path");
  changed.query = changed.query.replace(changed.query.find("text"), 4, "html");
  EXPECT_EQ(outcome(changed, kMade).code, "SignatureDoesNotMatch");
}

TEST(Presigned, ExpiresInTheWordsOfTheService) {
  const auto late = kMade + std::chrono::seconds(601);
  for (const std::string name : {"s3v2-path", "s3v4-path"}) {
    const auto error = outcome(golden(name), late);
    EXPECT_EQ(error.code, "AccessDenied");
    EXPECT_EQ(error.message, "Request has expired");
    EXPECT_EQ(error.status, 403);
    EXPECT_EQ(string_of(error.members, "Expires"), "2026-11-24T04:21:25Z");
    EXPECT_EQ(string_of(error.members, "ServerTime"), "2026-11-24T04:21:26Z");
    EXPECT_EQ(string_of(error.members, "X-Amz-Expires"), name == "s3v4-path" ? "600" : "");
  }
  const auto sts = outcome(golden("sts"), late, {kSecret, ""}, AuthFamily::Query);
  EXPECT_EQ(sts.code, "SignatureDoesNotMatch");
  EXPECT_THAT(sts.message, HasSubstr("Signature expired"));
  const auto early = outcome(golden("s3v4-path"), kMade - std::chrono::minutes(16));
  EXPECT_EQ(early.message, "Request is not yet valid");
}

TEST(Presigned, TheSessionTokenIsPartOfIt) {
  EXPECT_EQ(outcome(golden("s3v4-token"), kMade).code, "InvalidToken");
  EXPECT_EQ(outcome(golden("s3v2-token"), kMade).code, "InvalidToken");
  EXPECT_EQ(outcome(golden("s3v4-path"), kMade, {kSecret, kToken}).code, "InvalidToken");
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
TEST(Presigned, PassesTheExampleOfS3) {
  const auto head = head_of(
      "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F"
      "20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
      "X-Amz-SignedHeaders=host&X-Amz-Signature="
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1\r\n"
      "Host: examplebucket.s3.amazonaws.com\r\n\r\n");
  EXPECT_EQ(outcome(head, *parse_iso8601("20130524T120000Z"),
                    {"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""}),
            Error{});
}

class PresignedParameters : public testing::Test {
 protected:
  static RequestHead made(Duration lifetime = std::chrono::seconds(60)) {
    RequestHead head;
    head.method = "GET";
    head.path = "/bucket/key";
    head.headers = {{"host", "localhost:4566"}};
    presign(head, {kKeyId, kSecret, "", "us-east-1", "s3"}, kMade, lifetime);
    return head;
  }
  /// The error when `name` has this value, or is not there.
  static Error with(const std::string& name, std::optional<std::string> value) {
    auto head = made();
    std::string query;
    for (const auto& [given, old] : query_parameters(head.query)) {
      if (given == name && !value) continue;
      query += (query.empty() ? "" : "&") + given + "=" +
               uri_encode(given == name ? *value : old, Slash::Encode);
    }
    head.query = query;
    return outcome(head, kMade);
  }
};

TEST_F(PresignedParameters, AreAllNeeded) {
  EXPECT_EQ(outcome(made(), kMade), Error{});
  for (const char* name : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date",
                           "X-Amz-SignedHeaders", "X-Amz-Expires"}) {
    const auto error = with(name, std::nullopt);
    EXPECT_EQ(error.code, "AuthorizationQueryParametersError") << name;
    EXPECT_THAT(error.message, HasSubstr("Query-string authentication version 4 requires"));
  }
}

TEST_F(PresignedParameters, HaveToBeWhatTheyAre) {
  EXPECT_THAT(with("X-Amz-Expires", "604801").message, HasSubstr("must be less than a week"));
  EXPECT_EQ(with("X-Amz-Expires", "-1").message, "X-Amz-Expires must be non-negative");
  EXPECT_EQ(with("X-Amz-Expires", "1h").message, "X-Amz-Expires should be a number");
  EXPECT_THAT(with("X-Amz-Algorithm", "AWS4-HMAC-SHA1").message,
              HasSubstr("X-Amz-Algorithm only supports"));
  EXPECT_THAT(with("X-Amz-Date", "2026-11-24").message, HasSubstr("ISO8601 Long Format"));
  EXPECT_THAT(with("X-Amz-Credential", "AKID/x").message,
              HasSubstr("Error parsing the X-Amz-Credential parameter; the Credential is "
                        "mal-formed"));
  EXPECT_THAT(with("X-Amz-Credential", "AKIDEXAMPLE/20261123/us-east-1/s3/aws4_request").message,
              HasSubstr("This date is not the same as X-Amz-Date"));
  EXPECT_EQ(with("X-Amz-Signature", "00").code, "SignatureDoesNotMatch");
  EXPECT_EQ(outcome(made(kMaxLifetime), kMade + kMaxLifetime), Error{});
}

TEST_F(PresignedParameters, StandAlone) {
  auto head = made();
  head.headers.push_back({"authorization", "AWS4-HMAC-SHA256 a"});
  const auto error = outcome(head, kMade);
  EXPECT_EQ(error.code, "InvalidArgument");
  EXPECT_THAT(error.message, HasSubstr("Only one auth mechanism allowed"));
}

// ---- Signature Version 2
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationExamples

constexpr char kExampleSecret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct Example {
  const char* text;
  const char* bucket;
  const char* signature;
};

const Example kExamples[] = {
    {"GET /photos/puppy.jpg HTTP/1.1\r\nHost: awsexamplebucket1.us-west-1.s3.amazonaws.com\r\n"
     "Date: Tue, 27 Mar 2007 19:36:42 +0000\r\n\r\n",
     "awsexamplebucket1", "qgk2+6Sv9/oM7G3qLEjTH1a1l1g="},
    {"PUT /photos/puppy.jpg HTTP/1.1\r\nContent-Type: image/jpeg\r\nContent-Length: 94328\r\n"
     "Host: awsexamplebucket1.s3.us-west-1.amazonaws.com\r\n"
     "Date: Tue, 27 Mar 2007 21:15:45 +0000\r\n\r\n",
     "awsexamplebucket1", "iqRzw+ileNPu1fhspnRs8nOjjIA="},
    {"GET /?prefix=photos&max-keys=50&marker=puppy HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\n"
     "Host: awsexamplebucket1.s3.us-west-1.amazonaws.com\r\n"
     "Date: Tue, 27 Mar 2007 19:42:41 +0000\r\n\r\n",
     "awsexamplebucket1", "m0WP8eCtspQl5Ahe6L1SozdX9YA="},
    {"GET /?acl HTTP/1.1\r\nHost: awsexamplebucket1.s3.us-west-1.amazonaws.com\r\n"
     "Date: Tue, 27 Mar 2007 19:44:46 +0000\r\n\r\n",
     "awsexamplebucket1", "82ZHiFIjc+WbcwFKGUVEQspPn+0="},
};

TEST(SigV2, PassesTheExamplesOfS3) {
  for (const auto& example : kExamples) {
    const auto head = head_of(example.text);
    const SignedHead shown(head.method, head.path, head.query, head.headers, example.bucket);
    const auto to_sign = sigv2_string_to_sign(shown, Scheme::Version2Header);
    EXPECT_EQ(sigv2_signature(kExampleSecret, to_sign), example.signature) << to_sign;
  }
}

RequestHead version_2(const std::string& authorization) {
  RequestHead head;
  head.method = "GET";
  head.path = "/bucket/key";
  head.headers = {{"host", "localhost"},
                  {"x-amz-date", "Tue, 24 Nov 2026 04:11:25 GMT"},
                  {"x-amz-meta-b", " two "},
                  {"x-amz-acl", "private"}};
  const auto to_sign = sigv2_string_to_sign(head, Scheme::Version2Header);
  EXPECT_EQ(to_sign,
            "GET\n\n\n\nx-amz-acl:private\nx-amz-date:Tue, 24 Nov 2026 04:11:25 "
            "GMT\nx-amz-meta-b:two\n/bucket/key");
  head.headers.push_back(
      {"authorization", authorization.empty()
                            ? "AWS AKIDEXAMPLE:" + sigv2_signature(kSecret, to_sign)
                            : authorization});
  return head;
}

TEST(SigV2, IsTakenInTheHeaderOfS3Only) {
  EXPECT_EQ(outcome(version_2(""), kMade), Error{});
  EXPECT_EQ(credential_scope(version_2("")).service, "s3");
  EXPECT_EQ(outcome(version_2(""), kMade, {kSecret, ""}, AuthFamily::Query).code,
            "IncompleteSignature");
  const auto skewed = outcome(version_2(""), kMade + std::chrono::minutes(16));
  EXPECT_EQ(skewed.code, "RequestTimeTooSkewed");
  EXPECT_EQ(string_of(skewed.members, "MaxAllowedSkewMilliseconds"), "900000");
  EXPECT_EQ(outcome(version_2("AWS AKIDEXAMPLE"), kMade).code, "InvalidArgument");
  const auto wrong = outcome(version_2("AWS AKIDEXAMPLE:c2ln"), kMade);
  EXPECT_EQ(wrong.code, "SignatureDoesNotMatch");
  EXPECT_THAT(string_of(wrong.members, "StringToSign"), HasSubstr("x-amz-acl:private\n"));
  EXPECT_THAT(string_of(wrong.members, "StringToSignBytes"), testing::StartsWith("47 45 54 0a"));
}

TEST(SigV2, AUrlNeedsItsThreeParameters) {
  const auto message = [](const std::string& query) {
    RequestHead head;
    head.method = "GET";
    head.path = "/b/k";
    head.query = query;
    head.headers = {{"host", "localhost"}};
    return outcome(head, kMade).message;
  };
  EXPECT_THAT(message("AWSAccessKeyId=A&Signature=x"),
              HasSubstr("requires the Signature, Expires and AWSAccessKeyId parameters"));
  EXPECT_EQ(message("AWSAccessKeyId=A&Signature=x&Expires=soon"),
            "Invalid date (should be seconds since epoch): soon");
  EXPECT_THAT(message("AWSAccessKeyId=A&Signature=x&Expires=99999999999999"),
              HasSubstr("Invalid date"));
}

}  // namespace
}  // namespace tocsin::wire
