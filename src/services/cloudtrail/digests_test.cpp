// SPDX-License-Identifier: Apache-2.0
// The chain of digests, checked as `aws cloudtrail validate-logs` checks it.
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/crypto.hpp"
#include "engines/cryptography/cryptography.hpp"
#include "services/cloudtrail/testing.hpp"

namespace tocsin::cloudtrail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// PKCS#1 as SubjectPublicKeyInfo.
std::string public_info(const std::string& pkcs1) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(pkcs1.data());
  EVP_PKEY* key = d2i_PublicKey(EVP_PKEY_RSA, nullptr, &bytes, static_cast<long>(pkcs1.size()));
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  EVP_PKEY_free(key);
  return out;
}

class Digests : public CloudTrailTest {
 protected:
  Document digest_of(const Document& put) { return *parse_json(content(put)); }

  std::string public_key(const std::string& fingerprint, std::string_view region = "us-east-1") {
    const auto reply = call_in(region, "ListPublicKeys", {});
    for (const auto& key : array_of(*reply, "PublicKeyList")) {
      if (text(key, "Fingerprint") == fingerprint) return *unbase64(text(key, "Value"));
    }
    return {};
  }

  bool signature_holds(const Document& put, std::string_view region = "us-east-1") {
    const auto digest = digest_of(put);
    const auto* before = find(digest, "previousDigestSignature");
    const auto signed_text =
        string_of(digest, "digestEndTime") + "\n" + string_of(digest, "digestS3Bucket") + "/" +
        string_of(digest, "digestS3Object") + "\n" + hex(sha256(content(put))) + "\n" +
        (before->is_null() ? "null" : std::string(before->get_string()));
    const auto key = public_key(string_of(digest, "digestPublicKeyFingerprint"), region);
    return !key.empty() && cryptography::verify_pkcs1(
                               public_info(key), cryptography::Hash::Sha256, sha256(signed_text),
                               *unhex(text(object_of(put, "Metadata"), "signature")));
  }
};

TEST_F(Digests, VouchEachHourForWhatWasDelivered) {
  make_trail({{"EnableLogFileValidation", true}, {"S3KeyPrefix", "evidence"}});
  make_user("eve");
  cloud.advance(hours(1));
  const auto written = files("CloudTrail-Digest");
  ASSERT_EQ(written.size(), 1u);
  EXPECT_THAT(string_of(written[0], "Key"),
              testing::MatchesRegex("evidence/AWSLogs/123456789012/CloudTrail-Digest/us-east-1/"
                                    "2026/09/21/123456789012_CloudTrail-Digest_us-east-1_main_"
                                    "us-east-1_20260921T[0-9][0-9]0000Z.json.gz"));
  EXPECT_EQ(text(object_of(written[0], "Metadata"), "signature-algorithm"), "SHA256withRSA");
  const auto digest = digest_of(written[0]);
  EXPECT_EQ(text(digest, "digestS3Object"), text(written[0], "Key"));
  EXPECT_TRUE(find(digest, "previousDigestSignature")->is_null());
  EXPECT_TRUE(find(digest, "previousDigestHashAlgorithm")->is_null());
  const auto& listed = array_of(digest, "logFiles");
  const auto logs = files();
  ASSERT_EQ(listed.size(), 1u);
  ASSERT_GE(logs.size(), 1u);
  EXPECT_EQ(text(listed[0], "s3Object"), text(logs[0], "Key"));
  EXPECT_EQ(text(listed[0], "hashValue"), hex(sha256(content(logs[0]))));
  EXPECT_EQ(text(digest, "newestEventTime"), text(listed[0], "newestEventTime"));
  EXPECT_TRUE(signature_holds(written[0]));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Digests, HaveTheMembersInTheOrderOfAws) {
  make_trail({{"EnableLogFileValidation", true}});
  cloud.advance(hours(1));
  std::vector<std::string> members;
  const auto digest = digest_of(files("CloudTrail-Digest").at(0));
  for (const auto& member : digest.as_object())
    members.emplace_back(member.key());
  EXPECT_THAT(members,
              testing::ElementsAre("awsAccountId", "digestStartTime", "digestEndTime",
                                   "digestS3Bucket", "digestS3Object", "digestPublicKeyFingerprint",
                                   "digestSignatureAlgorithm", "newestEventTime", "oldestEventTime",
                                   "previousDigestS3Bucket", "previousDigestS3Object",
                                   "previousDigestHashValue", "previousDigestHashAlgorithm",
                                   "previousDigestSignature", "logFiles"));
}

TEST_F(Digests, FormAChainThatQuietHoursDoNotBreak) {
  make_trail({{"EnableLogFileValidation", true}});
  cloud.advance(hours(4));
  const auto written = files("CloudTrail-Digest");
  ASSERT_EQ(written.size(), 4u);
  for (std::size_t i = 1; i < written.size(); ++i) {
    const auto digest = digest_of(written[i]), before = digest_of(written[i - 1]);
    EXPECT_EQ(text(digest, "digestStartTime"), text(before, "digestEndTime"));
    EXPECT_EQ(text(digest, "previousDigestS3Object"), text(written[i - 1], "Key"));
    EXPECT_EQ(text(digest, "previousDigestHashValue"), hex(sha256(content(written[i - 1]))));
    EXPECT_EQ(text(digest, "previousDigestSignature"),
              text(object_of(written[i - 1], "Metadata"), "signature"));
    EXPECT_TRUE(signature_holds(written[i]));
  }
  EXPECT_TRUE(array_of(digest_of(written[3]), "logFiles").empty());
  EXPECT_TRUE(find(digest_of(written[3]), "newestEventTime")->is_null());
}

TEST_F(Digests, EndWithTheHourInWhichLoggingStopsAndBeginAnew) {
  make_trail({{"EnableLogFileValidation", true}});
  cloud.advance(minutes(30));
  ASSERT_TRUE(call("StopLogging", {{"Name", "main"}}));
  cloud.advance(hours(5));
  ASSERT_EQ(files("CloudTrail-Digest").size(), 1u);
  ASSERT_TRUE(call("StartLogging", {{"Name", "main"}}));
  cloud.advance(hours(1));
  const auto written = files("CloudTrail-Digest");
  ASSERT_EQ(written.size(), 2u);
  EXPECT_TRUE(find(digest_of(written[1]), "previousDigestS3Object")->is_null());
  EXPECT_TRUE(signature_holds(written[1]));
}

TEST_F(Digests, AreNotWrittenWhereTheTrailDoesNotWantThem) {
  make_trail();
  cloud.advance(hours(3));
  EXPECT_TRUE(files("CloudTrail-Digest").empty());
  ASSERT_TRUE(call("UpdateTrail", {{"Name", "main"}, {"EnableLogFileValidation", true}}));
  cloud.advance(hours(1));
  EXPECT_EQ(files("CloudTrail-Digest").size(), 1u);
  ASSERT_TRUE(call("UpdateTrail", {{"Name", "main"}, {"EnableLogFileValidation", false}}));
  cloud.advance(hours(5));
  EXPECT_EQ(files("CloudTrail-Digest").size(), 2u);
}

TEST_F(Digests, OfEachRegionAreSignedWithItsOwnKey) {
  make_trail({{"EnableLogFileValidation", true}});
  ASSERT_TRUE(call_in("eu-west-1", "DescribeTrails", {}));
  cloud.advance(hours(1));
  const auto written = files("CloudTrail-Digest");
  ASSERT_EQ(written.size(), 2u);
  EXPECT_THAT(string_of(written[0], "Key"), testing::HasSubstr("/eu-west-1/"));
  EXPECT_THAT(string_of(written[0], "Key"), testing::HasSubstr("_eu-west-1_main_us-east-1_"));
  EXPECT_TRUE(signature_holds(written[0], "eu-west-1"));
  EXPECT_FALSE(signature_holds(written[0], "us-east-1"));
  EXPECT_TRUE(signature_holds(written[1], "us-east-1"));
}

TEST_F(Digests, ListWhatCameLateInTheHourInWhichItCame) {
  make_trail({{"EnableLogFileValidation", true}});
  refusal["PutObject"] = {"AccessDenied", "Access Denied", 403};
  cloud.advance(hours(2));
  EXPECT_TRUE(files("CloudTrail-Digest").empty());
  const auto status = *call("GetTrailStatus", {{"Name", "main"}});
  EXPECT_EQ(text(status, "LatestDeliveryError"), "AccessDenied");
  EXPECT_EQ(text(status, "LatestDigestDeliveryError"), "AccessDenied");
  EXPECT_FALSE(find(status, "LatestDigestDeliveryTime"));
  refusal.clear();
  cloud.advance(hours(3));
  const auto written = files("CloudTrail-Digest");
  ASSERT_EQ(written.size(), 5u);
  std::size_t listed = 0;
  for (const auto& put : written) {
    EXPECT_TRUE(signature_holds(put));
    listed += array_of(digest_of(put), "logFiles").size();
  }
  EXPECT_GE(listed, 1u);
  EXPECT_FALSE(find(*call("GetTrailStatus", {{"Name", "main"}}), "LatestDigestDeliveryError"));
}

TEST_F(Digests, AreFinishedWhenTheTrailIsDeleted) {
  make_trail({{"EnableLogFileValidation", true}});
  make_user("eve");
  cloud.advance(hours(1));
  make_user("mallory");
  ASSERT_TRUE(call("DeleteTrail", {{"Name", "main"}}));
  const auto written = files("CloudTrail-Digest");
  ASSERT_EQ(written.size(), 2u);
  EXPECT_TRUE(signature_holds(written[1]));
  ASSERT_EQ(array_of(digest_of(written[1]), "logFiles").size(), 1u);
  EXPECT_THAT(delivered_names(), testing::Contains("CreateUser").Times(2));
  cloud.advance(hours(5));
  EXPECT_EQ(files("CloudTrail-Digest").size(), 2u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Digests, KeysLastAYearAndAreListedByTheirTime) {
  make_trail({{"EnableLogFileValidation", true}});
  const auto start = to_seconds(cloud.now());
  cloud.advance(hours(1));
  ASSERT_TRUE(call("StopLogging", {{"Name", "main"}}));
  cloud.advance(hours(24 * 366));
  ASSERT_TRUE(call("StartLogging", {{"Name", "main"}}));
  cloud.advance(hours(1));
  const auto keys = [&](double from, double to) {
    return array_of(*call("ListPublicKeys", {{"StartTime", from}, {"EndTime", to}}),
                    "PublicKeyList")
        .size();
  };
  const double day = 86'400, end = to_seconds(cloud.now());
  EXPECT_EQ(keys(start, start + day), 1u);
  EXPECT_EQ(keys(start, end), 2u);
  EXPECT_EQ(keys(start - 9 * day, start - 2 * day), 0u);
  EXPECT_EQ(call("ListPublicKeys", {{"StartTime", end}, {"EndTime", start}}).error().code,
            "InvalidTimeRangeException");
  EXPECT_EQ(call("ListPublicKeys", {{"NextToken", "x"}}).error().code, "InvalidTokenException");
  const auto written = files("CloudTrail-Digest");
  EXPECT_NE(text(digest_of(written.front()), "digestPublicKeyFingerprint"),
            text(digest_of(written.back()), "digestPublicKeyFingerprint"));
  EXPECT_TRUE(signature_holds(written.back()));
}

TEST(RsaKey, IsTheSameForTheSameSeedOnly) {
  const auto key = cryptography::make_rsa(std::string(32, 's'));
  EXPECT_EQ(cryptography::make_rsa(std::string(32, 's')).private_key, key.private_key);
  EXPECT_NE(cryptography::make_rsa(std::string(32, 't')).private_key, key.private_key);
  const auto listed = public_info(cryptography::pkcs1_of(key.public_key));
  const auto kind = cryptography::read_public_key(listed);
  ASSERT_TRUE(kind);
  EXPECT_EQ(kind->bits, 2048);
  const auto digest = sha256("text");
  const auto signature =
      cryptography::sign_pkcs1(key.private_key, cryptography::Hash::Sha256, digest);
  ASSERT_TRUE(signature);
  EXPECT_TRUE(cryptography::verify_pkcs1(listed, cryptography::Hash::Sha256, digest, *signature));
}

}  // namespace
}  // namespace tocsin::cloudtrail
