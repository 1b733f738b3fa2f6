// SPDX-License-Identifier: Apache-2.0
#include "wire/aws_chunked.hpp"

#include "base/document.hpp"

namespace tocsin::wire {
namespace {

// The examples of AWS:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
const std::string kFirst(65536, 'a');
const std::string kSecond(1024, 'a');
const std::string kContent = kFirst + kSecond;
constexpr char kChunk1[] = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
constexpr char kChunk2[] = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
constexpr char kChunk3[] = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";
constexpr char kTrailed1[] = "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2";
constexpr char kTrailed2[] = "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7";
constexpr char kTrailed3[] = "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992";
constexpr char kTrailer[] = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
constexpr char kSeed[] = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
constexpr char kTrailedSeed[] = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";

ChunkSigner signer(const char* seed) {
  Authorization shown;
  shown.access_key_id = "AKIAIOSFODNN7EXAMPLE";
  shown.date = "20130524";
  shown.region = "us-east-1";
  shown.service = "s3";
  shown.time_text = "20130524T000000Z";
  shown.signature = seed;
  return ChunkSigner(shown, {"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""});
}

ChunkedFraming example() {
  return {.decoded_length = 66560, .signed_chunks = true, .signer = signer(kSeed)};
}
ChunkedFraming trailed() {
  return {.decoded_length = 66560,
          .trailers = {"x-amz-checksum-crc32c"},
          .signed_chunks = true,
          .signer = signer(kTrailedSeed)};
}
ChunkedFraming plain(std::uint64_t length, std::vector<std::string> trailers = {}) {
  return {.decoded_length = length, .trailers = std::move(trailers)};
}

std::string chunk(std::string_view content, const std::string& signature = "") {
  return fmt::format("{:x}", content.size()) +
         (signature.empty() ? "" : ";chunk-signature=" + signature) + "\r\n" +
         std::string(content) + (content.empty() ? "" : "\r\n");
}

const std::string kExampleBody =
    chunk(kFirst, kChunk1) + chunk(kSecond, kChunk2) + chunk("", kChunk3) + "\r\n";
const std::string kTrailedBody =
    chunk(kFirst, kTrailed1) + chunk(kSecond, kTrailed2) + chunk("", kTrailed3) +
    "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:" + kTrailer + "\r\n\r\n";

struct Outcome {
  Error error;
  std::string content;
  Headers trailers;
};

Outcome decode(ChunkedFraming framing, std::string_view body, std::size_t step = 1 << 20) {
  ChunkDecoder decoder(std::move(framing));
  Outcome out;
  const auto take = [&](std::string_view piece) {
    out.content += piece;
    return Result<void>();
  };
  while (!body.empty()) {
    const auto piece = body.substr(0, step);
    body.remove_prefix(piece.size());
    if (const auto read = decoder.read(piece, take); !read) return {read.error()};
  }
  if (const auto finished = decoder.finish(); !finished) return {finished.error()};
  out.trailers = decoder.trailers();
  return out;
}

std::string code(ChunkedFraming framing, std::string_view body) {
  return decode(std::move(framing), body).error.code;
}

std::string with(std::string text, std::string_view what, std::string_view instead) {
  return text.replace(text.find(what), what.size(), instead);
}

TEST(AwsChunked, PassesTheExamplesOfS3HoweverTheyAreCut) {
  for (const std::size_t step : {1u, 2u, 7u, 86u, 4096u, 65536u, 1u << 20}) {
    const auto plain_example = decode(example(), kExampleBody, step);
    EXPECT_EQ(plain_example.error, Error{}) << plain_example.error.message << " " << step;
    EXPECT_EQ(plain_example.content, kContent);
    const auto with_trailer = decode(trailed(), kTrailedBody, step);
    EXPECT_EQ(with_trailer.error, Error{}) << with_trailer.error.message << " " << step;
    EXPECT_EQ(with_trailer.content, kContent);
    EXPECT_EQ(with_trailer.trailers, (Headers{{"x-amz-checksum-crc32c", "sOO8/Q=="}}));
  }
}

TEST(AwsChunked, AWrongSignatureOfAnyPartIsRefused) {
  for (const char* signature : {kChunk1, kChunk2, kChunk3})
    EXPECT_EQ(code(example(), with(kExampleBody, signature, std::string(64, '0'))),
              "SignatureDoesNotMatch");
  for (const char* signature : {kTrailed1, kTrailed3, kTrailer})
    EXPECT_EQ(code(trailed(), with(kTrailedBody, signature, std::string(64, '0'))),
              "SignatureDoesNotMatch");
  EXPECT_EQ(code(example(), with(kExampleBody, "aaaa", "aaab")), "SignatureDoesNotMatch");
  EXPECT_EQ(code(trailed(), with(kTrailedBody, "sOO8", "sOO9")), "SignatureDoesNotMatch");
  const auto error = decode(example(), with(kExampleBody, kChunk1, "00")).error;
  EXPECT_EQ(error.status, 403);
  EXPECT_EQ(string_of(error.members, "SignatureProvided"), "00");
  EXPECT_THAT(string_of(error.members, "StringToSign"),
              testing::StartsWith("AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n"));
}

TEST(AwsChunked, ChunksCannotBeLeftOutOrExchanged) {
  const auto end = chunk("", kChunk3) + "\r\n";
  EXPECT_EQ(code(example(), chunk(kFirst, kChunk1) + end), "SignatureDoesNotMatch");
  EXPECT_EQ(code(example(), chunk(kFirst, kChunk2) + chunk(kSecond, kChunk1) + end),
            "SignatureDoesNotMatch");
}

TEST(AwsChunked, WithoutASecretSignaturesAreNotVerified) {
  auto framing = example();
  framing.signer.reset();
  EXPECT_EQ(decode(std::move(framing), with(kExampleBody, kChunk1, std::string(64, '0'))).content,
            kContent);
}

TEST(AwsChunked, UnsignedChunksNeedNoSignature) {
  const auto body = chunk("hello") + chunk("") + "x-amz-checksum-crc32:NhCmhg==\r\n\r\n";
  const auto out = decode(plain(5, {"x-amz-checksum-crc32"}), body, 3);
  EXPECT_EQ(out.content, "hello");
  EXPECT_EQ(out.trailers, (Headers{{"x-amz-checksum-crc32", "NhCmhg=="}}));
  EXPECT_EQ(decode(plain(0), "0\r\n\r\n").error, Error{});
  EXPECT_EQ(decode(plain(5), chunk("hello") + "0\r\n").content, "hello");
}

TEST(AwsChunked, ABodyThatEndsTooSoonOrNotAtAllIsIncomplete) {
  const std::string body = chunk("hello") + "0\r\n\r\n";
  for (std::size_t length = 0; length + 2 < body.size(); ++length)
    EXPECT_EQ(code(plain(5), body.substr(0, length)), "IncompleteBody") << length;
  EXPECT_EQ(code(plain(5), body + "x"), "IncompleteBody");
  EXPECT_EQ(code(plain(6), body), "IncompleteBody");
  EXPECT_EQ(code(plain(4), body), "IncompleteBody");
  EXPECT_EQ(decode(plain(5), "").error.message, "The request body terminated unexpectedly");
}

TEST(AwsChunked, AFramingThatCannotBeReadIsIncomplete) {
  for (const std::string body :
       {"g\r\nx\r\n0\r\n\r\n", "\r\n", "-1\r\n", "1;chunk-signature=x\r\nab\r\n0\r\n\r\n",
        "ffffffffffffffff\r\n", "fffffffffffffffff\r\n", "0x1\r\na\r\n0\r\n\r\n"}) {
    EXPECT_EQ(code(plain(1), body), "IncompleteBody") << body;
  }
  EXPECT_EQ(code(plain(1), std::string(100'000, '1')), "IncompleteBody");
  EXPECT_EQ(code(example(), chunk(kFirst)), "IncompleteBody");
}

TEST(AwsChunked, OnlyTheLastChunkMayBeSmall) {
  const auto error = decode(plain(5), chunk("abc") + chunk("de") + "0\r\n\r\n").error;
  EXPECT_EQ(error.code, "InvalidChunkSizeError");
  EXPECT_EQ(error.message, "Only the last chunk is allowed to have a size less than 8192 bytes");
  EXPECT_EQ(error.status, 403);
  EXPECT_EQ(string_of(error.members, "Chunk"), "2");
  EXPECT_EQ(string_of(error.members, "BadChunkSize"), "3");
  const std::string large(8192, 'x');
  EXPECT_EQ(code(plain(8193), chunk(large) + chunk("y") + "0\r\n\r\n"), "");
}

TEST(AwsChunked, TrailersHaveToBeTheAnnouncedOnes) {
  const auto trailer = [](const std::string& text) {
    return code(plain(0, {"x-amz-checksum-crc32"}), "0\r\n" + text + "\r\n");
  };
  EXPECT_EQ(trailer("x-amz-checksum-crc32:AAAAAA==\r\n"), "");
  EXPECT_EQ(trailer("X-Amz-Checksum-CRC32 : AAAAAA==\r\n"), "");
  EXPECT_EQ(trailer(""), "MalformedTrailerError");
  EXPECT_EQ(trailer("x-amz-checksum-sha1:x\r\n"), "MalformedTrailerError");
  EXPECT_EQ(trailer("x-amz-checksum-crc32\r\n"), "MalformedTrailerError");
  EXPECT_EQ(trailer("x-amz-checksum-crc32:a\r\nx-amz-checksum-crc32:a\r\n"),
            "MalformedTrailerError");
  auto unsigned_trailer = kTrailedBody;
  unsigned_trailer.resize(unsigned_trailer.find("x-amz-trailer-signature"));
  EXPECT_EQ(code(trailed(), unsigned_trailer + "\r\n"), "MalformedTrailerError");
}

}  // namespace
}  // namespace tocsin::wire
