// SPDX-License-Identifier: Apache-2.0
// Of "123456789", whose checksums everybody knows.
#include "wire/body_claims.hpp"

namespace tocsin::wire {
namespace {

constexpr char kData[] = "123456789";
constexpr char kMd5[] = "JfnnlDI7RTiF9RgfG2JNCw==";
const Header kCrc32 = {"x-amz-checksum-crc32", "y/Q5Jg=="};
const Header kCrc32c = {"x-amz-checksum-crc32c", "4waSgw=="};

struct Outcome {
  Error error;
  BodyFacts facts;
  std::string content;
};

Outcome outcome(const Headers& headers, std::string_view body = kData,
                Checksums checksums = Checksums::OfBody) {
  auto claims = body_claims(headers, checksums);
  if (!claims) return {claims.error()};
  BodyReader reader(*std::move(claims));
  Outcome out;
  const auto read = reader.read(body, [&](std::string_view piece) {
    out.content += piece;
    return Result<void>();
  });
  if (!read) return {read.error()};
  auto facts = reader.finish();
  if (!facts) return {facts.error()};
  out.facts = *std::move(facts);
  return out;
}

Headers trailed(const std::string& name) {
  return {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
          {"content-encoding", "aws-chunked"},
          {"x-amz-decoded-content-length", "9"},
          {"x-amz-trailer", name}};
}
std::string chunked(const std::string& trailer) {
  return std::string("9\r\n") + kData + "\r\n0\r\n" + trailer + "\r\n\r\n";
}

TEST(BodyClaims, TellsWhatWasVerified) {
  const auto plain = outcome({});
  EXPECT_EQ(plain.content, kData);
  EXPECT_EQ(plain.facts.md5, "25f9e794323b453885f5181f1b624d0b");
  EXPECT_TRUE(plain.facts.checksums.empty());
  EXPECT_EQ(outcome({{"content-md5", kMd5}}).error, Error{});
  EXPECT_EQ(outcome({kCrc32}).facts.checksums, (Object{{"CRC32", "y/Q5Jg=="}}));
  EXPECT_EQ(outcome({{"x-amz-checksum-crc64nvme", "rosUhgp5mIg="}}).facts.checksums,
            (Object{{"CRC64NVME", "rosUhgp5mIg="}}));
}

TEST(BodyClaims, AWrongContentMd5IsABadDigest) {
  const auto bad = outcome({{"content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="}}).error;
  EXPECT_EQ(bad.code, "BadDigest");
  EXPECT_EQ(bad.message, "The Content-MD5 you specified did not match what we received.");
  EXPECT_EQ(string_of(bad.members, "CalculatedDigest"), kMd5);
  for (const char* value : {"", "not base64!", "YWJyYWNhZGFicmE=", "25f9e794323b453885f5181f"}) {
    const auto invalid = outcome({{"content-md5", value}}).error;
    EXPECT_EQ(invalid.code, "InvalidDigest") << value;
    EXPECT_EQ(string_of(invalid.members, "Content-MD5"), value);
  }
}

TEST(BodyClaims, EveryChecksumIsVerifiedInHeaderAndTrailer) {
  for (const auto kind : kChecksumKinds) {
    Checksum checksum(kind);
    checksum.update(kData);
    const auto name = checksum_header(kind);
    const auto right = base64(checksum.finish());
    const auto wrong = base64(std::string(checksum_size(kind), '\1'));
    const auto message = fmt::format("The {} you specified did not match the calculated checksum.",
                                     checksum_name(kind));
    EXPECT_EQ(outcome({{name, right}}).error, Error{});
    EXPECT_EQ(outcome({{name, wrong}}).error, (Error{"BadDigest", message}));
    EXPECT_EQ(outcome({{name, "AA=="}}).error.message, "Value for " + name + " header is invalid.");
    const auto good = outcome(trailed(name), chunked(name + ":" + right));
    EXPECT_EQ(good.error, Error{}) << good.error.message;
    EXPECT_EQ(good.content, kData);
    EXPECT_EQ(text(good.facts.checksums, checksum_name(kind)), right);
    EXPECT_EQ(outcome(trailed(name), chunked(name + ":" + wrong)).error,
              (Error{"BadDigest", message}));
    EXPECT_EQ(outcome(trailed(name), chunked(name + ":AA==")).error.message,
              "Value for " + name + " trailing header is invalid.");
  }
}

TEST(BodyClaims, ThereIsOneChecksum) {
  constexpr char kSingle[] =
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
  EXPECT_EQ(outcome({kCrc32, kCrc32c}).error, (Error{"InvalidRequest", kSingle}));
  auto both = trailed("x-amz-checksum-crc32c");
  both.push_back(kCrc32);
  EXPECT_EQ(outcome(both).error.message, kSingle);
  EXPECT_EQ(outcome({{"x-amz-checksum-md4", "x"}}).error.message,
            "The algorithm type you specified in x-amz-checksum- header is invalid.");
  EXPECT_EQ(outcome(trailed("x-amz-meta-a")).error.message,
            "The value specified in the x-amz-trailer header is not supported");
  EXPECT_EQ(
      outcome({{"x-amz-checksum-algorithm", "SHA256"}, {"x-amz-checksum-type", "COMPOSITE"}}).error,
      Error{});
}

TEST(BodyClaims, TheAlgorithmOfTheSdkHasToHaveItsChecksum) {
  const auto with = [](const std::string& name, Headers headers) {
    headers.emplace_back("x-amz-sdk-checksum-algorithm", name);
    return outcome(headers).error;
  };
  EXPECT_EQ(with("CRC32", {kCrc32}), Error{});
  EXPECT_EQ(with("CRC32", {}).message,
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
            "x-amz-trailer headers were found.");
  EXPECT_EQ(
      with("SHA256", {kCrc32}),
      (Error{"BadDigest", "The SHA256 you specified did not match the calculated checksum."}));
  EXPECT_THAT(with("MD4", {kCrc32}).message,
              testing::HasSubstr("Checksum algorithm provided is unsupported."));
}

TEST(BodyClaims, AStreamedBodyNeedsItsLength) {
  auto headers = trailed("x-amz-checksum-crc32");
  headers[2].second = "many";
  EXPECT_EQ(outcome(headers).error.status, 411);
  headers[2].first = "x-other";
  EXPECT_EQ(outcome(headers).error.code, "MissingContentLength");
}

TEST(BodyClaims, ATrailerNeedsACodingThatHasOne) {
  EXPECT_EQ(outcome({{"x-amz-trailer", "x-amz-checksum-crc32"}}).error.code,
            "MalformedTrailerError");
  auto headers = trailed("x-amz-checksum-crc32");
  headers[0].second = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  EXPECT_EQ(outcome(headers).error.code, "MalformedTrailerError");
}

TEST(BodyClaims, AnUnsignedRequestIsChunkedByItsContentEncoding) {
  auto headers = trailed("x-amz-checksum-crc32");
  headers.erase(headers.begin());
  EXPECT_EQ(outcome(headers, chunked("x-amz-checksum-crc32:y/Q5Jg==")).content, kData);
  // Where the payload's hash is declared, the body is as it is.
  headers = {{"content-encoding", "aws-chunked"}, {"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}};
  EXPECT_EQ(outcome(headers).content, kData);
}

TEST(BodyClaims, ChecksumsOfAnObjectInPartsAreNotOfTheBody) {
  EXPECT_EQ(outcome({{"x-amz-checksum-crc32", "AAAAAA=="}}, kData, Checksums::NotOfBody).error,
            Error{});
}

TEST(BodyClaims, AwsChunkedIsNotStored) {
  const auto stripped = [](const std::string& value) {
    Headers headers = {{"host", "x"}, {"Content-Encoding", value}};
    strip_aws_chunked(headers);
    return headers.size() == 1 ? "(none)" : headers[1].second;
  };
  EXPECT_EQ(stripped("aws-chunked"), "(none)");
  EXPECT_EQ(stripped("aws-chunked,gzip"), "gzip");
  EXPECT_EQ(stripped("gzip, AWS-chunked"), "gzip");
  EXPECT_EQ(stripped("aws-chunked, aws-chunked"), "(none)");
  EXPECT_EQ(stripped("deflate, gzip"), "deflate, gzip");
}

}  // namespace
}  // namespace tocsin::wire
