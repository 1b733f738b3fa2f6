// SPDX-License-Identifier: Apache-2.0
// What only S3's clients send: bodies in chunks, checksums, presigned URLs, virtual hosts.
#include "wire/body_claims.hpp"
#include "wire/gateway_testing.hpp"
#include "wire/sigv2.hpp"

namespace tocsin::wire {
namespace {

const std::string kContent(20'000, 'c');

std::string checksum(ChecksumKind kind, std::string_view content) {
  Checksum out(kind);
  out.update(content);
  return base64(out.finish());
}

class S3GatewayTest : public GatewayTest {
 protected:
  void SetUp() override { serve(AuthMode::Strict); }

  /// A streamed upload of kContent in chunks of 8192 bytes, signed or not.
  struct Upload {
    std::string payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    Header trailer = {};
    Headers headers = {};
    std::string key = "AKIDKEY";
  };
  static std::string upload(const Upload& given) {
    Sent put{.service = "s3", .method = "PUT", .path = "/bucket/key", .headers = given.headers};
    put.key = given.key;
    put.headers.emplace_back("content-encoding", "aws-chunked");
    put.headers.emplace_back("x-amz-content-sha256", given.payload);
    put.headers.emplace_back("x-amz-decoded-content-length", std::to_string(kContent.size()));
    if (!given.trailer.first.empty())
      put.headers.emplace_back("x-amz-trailer", given.trailer.first);
    put.headers.emplace_back("transfer-encoding", "chunked");
    auto head = signed_head(put);
    const auto body = chunks(head, given);
    return bytes_of(head) + fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body);
  }
  static std::string chunks(const RequestHead& head, const Upload& given) {
    const bool is_signed = given.payload.starts_with("STREAMING-AWS4");
    std::optional<ChunkSigner> signer;
    if (is_signed) signer.emplace(*parse_authorization(head, AuthFamily::S3), SecretKey{"secret"});
    std::string out;
    for (std::size_t at = 0; at <= kContent.size(); at += 8192) {
      const auto piece = kContent.substr(at, 8192);
      out += frame(signer, piece);
      if (piece.size() < 8192) break;
    }
    out += frame(signer, "");
    const auto& [name, value] = given.trailer;
    if (!name.empty()) out += name + ":" + value + "\r\n";
    if (signer && !name.empty()) {
      const auto hash = hex(sha256(name + ":" + value + "\n"));
      out += "x-amz-trailer-signature:" + signer->sign(ChunkSigner::Part::Trailer, hash) + "\r\n";
    }
    return out + "\r\n";
  }
  static std::string frame(std::optional<ChunkSigner>& signer, const std::string& piece) {
    auto out = fmt::format("{:x}", piece.size());
    if (signer)
      out += ";chunk-signature=" + signer->sign(ChunkSigner::Part::Chunk, hex(sha256(piece)));
    return out + "\r\n" + piece + (piece.empty() ? "" : "\r\n");
  }
  std::size_t blobs() {
    std::size_t count = 0;
    cloud_->blobs().list([&](const std::string&, Time) { ++count; });
    return count;
  }
  static Sent get(const std::string& path) {
    return {.service = "s3", .method = "GET", .path = path};
  }
  void put(const std::string& key, const std::string& content) {
    ASSERT_THAT(
        exchange({.service = "s3", .method = "PUT", .path = "/bucket/" + key, .body = content}),
        StartsWith("HTTP/1.1 200"));
  }
  static std::string presigned(const std::string& method, const std::string& path,
                               const std::string& query = "",
                               const std::string& host = "localhost:4566") {
    RequestHead head;
    head.method = method;
    head.path = path;
    head.query = query;
    head.headers = {{"host", host}};
    presign(head, {"AKIDKEY", "secret", "", "eu-west-1", "s3"}, wall_now(),
            std::chrono::seconds(60));
    return bytes_of(head);
  }
};

// ---- replies in pieces

TEST_F(S3GatewayTest, AReplyOfSeveralPiecesIsTheirSum) {
  put("a", "0123456");
  put("b", std::string(600'000, 'b'));
  const auto reply = exchange(get("/bucket/a+b"));
  EXPECT_THAT(reply, HasSubstr("Content-Length: 600003\r\n"));
  EXPECT_TRUE(reply.ends_with("\r\n\r\n123" + std::string(600'000, 'b')));
  auto head = get("/bucket/a+b");
  head.method = "HEAD";
  EXPECT_THAT(exchange(head), AllOf(HasSubstr("Content-Length: 600003\r\n"), EndsWith("\r\n\r\n")));
}

// ---- Expect: 100-continue

TEST_F(S3GatewayTest, AWaitingClientIsToldToContinueOrWhyNot) {
  Sent put{.service = "s3",
           .method = "PUT",
           .path = "/bucket/key",
           .headers = {{"expect", "100-continue"}},
           .body = "small"};
  RawClient good(gateway_->ports().front());
  const auto head = signed_head(put);
  good.send(bytes_of(head));
  EXPECT_EQ(good.receive(true), "HTTP/1.1 100 Continue\r\n\r\n");
  good.send("small");
  EXPECT_THAT(good.receive(), StartsWith("HTTP/1.1 200"));

  put.secret = "wrong";
  RawClient bad(gateway_->ports().front());
  bad.send(bytes_of(signed_head(put)));
  EXPECT_THAT(bad.receive(),
              AllOf(StartsWith("HTTP/1.1 403"), HasSubstr("<Code>SignatureDoesNotMatch</Code>"),
                    HasSubstr("Connection: close")));
}

// ---- aws-chunked

TEST_F(S3GatewayTest, StreamedUploadsOfEveryKindAreStored) {
  const Header crc = {"x-amz-checksum-crc32c", checksum(ChecksumKind::Crc32c, kContent)};
  const std::vector<Upload> uploads = {
      {},
      {.payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", .trailer = crc},
      {.payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER", .trailer = crc}};
  for (const auto& given : uploads) {
    const auto reply = exchange_raw(upload(given));
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 200")) << given.payload;
    EXPECT_THAT(reply, HasSubstr("\"" + hex(md5(kContent)) + "\""));
    const auto& params = last_request.params;
    EXPECT_EQ(find(params, "ContentEncoding"), nullptr);
    const auto& checksums = object_of(*find(params, "Body"), "checksums");
    EXPECT_EQ(checksums, given.trailer.first.empty() ? Object() : (Object{{"CRC32C", crc.second}}));
    EXPECT_TRUE(exchange(get("/bucket/key")).ends_with("\r\n\r\n" + kContent));
  }
}

TEST_F(S3GatewayTest, AnotherCodingThanAwsChunkedIsKept) {
  exchange_raw(upload({.headers = {{"content-encoding", "gzip"}}}));
  EXPECT_EQ(text(last_request.params, "ContentEncoding"), "gzip");
}

TEST_F(S3GatewayTest, OfABodyThatIsNotAsClaimedNothingStays) {
  auto changed = upload({});
  changed[changed.find("\r\nccc") + 2] = 'x';
  EXPECT_THAT(exchange_raw(changed),
              AllOf(StartsWith("HTTP/1.1 403"), HasSubstr("<Code>SignatureDoesNotMatch</Code>"),
                    HasSubstr("AWS4-HMAC-SHA256-PAYLOAD")));
  const Header wrong = {"x-amz-checksum-crc32", "AAAAAA=="};
  EXPECT_THAT(exchange_raw(upload(
                  {.payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", .trailer = wrong})),
              HasSubstr("<Message>The CRC32 you specified did not match the calculated checksum."));
  EXPECT_THAT(exchange({.service = "s3",
                        .method = "PUT",
                        .path = "/bucket/key",
                        .headers = {wrong},
                        .body = "content"}),
              HasSubstr("<Code>BadDigest</Code>"));
  auto short_length = upload({});
  short_length.replace(short_length.find("\r\n2000;"), 7, "\r\n1000;");
  EXPECT_THAT(exchange_raw(short_length), HasSubstr("<Code>IncompleteBody</Code>"));
  EXPECT_EQ(blobs(), 0u);
  EXPECT_THAT(exchange(get("/bucket/key")), HasSubstr("<Code>NoSuchKey</Code>"));
}

TEST_F(S3GatewayTest, AClientThatGoesAwayLeavesNothing) {
  const auto whole = upload({});
  {
    RawClient client(gateway_->ports().front());
    client.send(whole.substr(0, whole.size() - 2000));
  }
  EXPECT_THAT(exchange(get("/bucket/key")), HasSubstr("<Code>NoSuchKey</Code>"));
  EXPECT_EQ(blobs(), 0u);
}

TEST_F(S3GatewayTest, AClaimThatCannotBeIsRefusedBeforeTheBody) {
  auto head = upload({.headers = {{"x-amz-sdk-checksum-algorithm", "CRC32"}}});
  head.resize(head.find("\r\n\r\n") + 4);
  EXPECT_THAT(exchange_raw(head), HasSubstr("x-amz-sdk-checksum-algorithm specified, but no"));
}

TEST_F(S3GatewayTest, DocumentsInMemoryAreCheckedToo) {
  const std::string xml = "<Delete><Object><Key>k</Key></Object></Delete>";
  Sent call{.service = "s3", .method = "POST", .path = "/bucket?delete", .body = xml};
  EXPECT_THAT(exchange(call), HasSubstr("Missing required header for this request: Content-MD5 OR "
                                        "x-amz-checksum-*"));
  call.headers = {{"content-md5", base64(md5(xml))}};
  EXPECT_THAT(exchange(call), StartsWith("HTTP/1.1 200"));
  call.headers = {{"content-md5", base64(md5("other"))}};
  EXPECT_THAT(exchange(call), HasSubstr("<Code>BadDigest</Code>"));
  call.headers = {{"x-amz-checksum-sha1", checksum(ChecksumKind::Sha1, xml)},
                  {"x-amz-sdk-checksum-algorithm", "SHA1"}};
  EXPECT_THAT(exchange(call), StartsWith("HTTP/1.1 200"));
  call.headers = {{"x-amz-checksum-sha1", checksum(ChecksumKind::Sha1, "other")}};
  EXPECT_THAT(exchange(call), HasSubstr("<Code>BadDigest</Code>"));
}

TEST_F(S3GatewayTest, ADocumentInMemoryMayComeInChunks) {
  const std::string xml = "<Delete><Object><Key>chunked</Key></Object></Delete>";
  const auto crc = checksum(ChecksumKind::Crc32, xml);
  const Sent call{.service = "s3",
                  .method = "POST",
                  .path = "/bucket?delete",
                  .headers = {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                              {"content-encoding", "aws-chunked"},
                              {"x-amz-decoded-content-length", std::to_string(xml.size())},
                              {"x-amz-trailer", "x-amz-checksum-crc32"}},
                  .body = fmt::format("{:x}\r\n{}\r\n0\r\nx-amz-checksum-crc32:{}\r\n\r\n",
                                      xml.size(), xml, crc)};
  EXPECT_THAT(exchange(call), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(to_json(last_request.params), HasSubstr(R"("Key":"chunked")"));
}

// ---- presigned URLs

TEST_F(S3GatewayTest, APresignedUrlNeedsNoHeader) {
  put("key", "content");
  EXPECT_THAT(exchange_raw(presigned("GET", "/bucket/key")), EndsWith("\r\n\r\ncontent"));
  EXPECT_THAT(exchange_raw(presigned("GET", "/bucket/key", "response-content-type=text%2Fhtml")),
              StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(text(last_request.params, "ResponseContentType"), "text/html");
  auto changed = presigned("GET", "/bucket/key");
  changed.replace(changed.find("/bucket/key"), 11, "/bucket/kex");
  EXPECT_THAT(exchange_raw(changed), HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
}

TEST_F(S3GatewayTest, ThePresignedParametersStandForHeaders) {
  auto text =
      presigned("PUT", "/bucket/key", "x-amz-meta-color=red&x-amz-sdk-checksum-algorithm=CRC32");
  text.insert(text.size() - 2, "Content-Length: 7\r\n");
  EXPECT_THAT(exchange_raw(text + "content"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(to_json(*find(last_request.params, "Metadata")), R"({"color":"red"})");
  text = presigned("PUT", "/bucket/key", "x-amz-checksum-crc32=AAAAAA%3D%3D");
  text.insert(text.size() - 2, "Content-Length: 7\r\n");
  EXPECT_THAT(exchange_raw(text + "content"), HasSubstr("<Code>BadDigest</Code>"));
}

TEST_F(S3GatewayTest, AnonymousRequestsDoNotChooseTheHeadersOfTheReply) {
  auto anonymous = get("/bucket/key?response-content-type=text%2Fhtml");
  anonymous.key = "";
  EXPECT_THAT(exchange(anonymous),
              AllOf(StartsWith("HTTP/1.1 400"),
                    HasSubstr("Request specific response headers cannot be used for anonymous GET "
                              "requests.")));
}

TEST_F(S3GatewayTest, SignatureVersion2IsTaken) {
  put("key", "content");
  RequestHead head;
  head.method = "GET";
  head.path = "/bucket/key";
  head.headers = {{"host", "localhost"}, {"date", http_date(wall_now())}};
  head.headers.emplace_back(
      "authorization",
      "AWS AKIDKEY:" +
          sigv2_signature("secret", sigv2_string_to_sign(head, Scheme::Version2Header)));
  EXPECT_THAT(exchange_raw(bytes_of(head)), EndsWith("\r\n\r\ncontent"));
  head.headers = {{"host", "bucket.s3.localhost"}};
  head.path = "/key";
  const auto expires = std::to_string(to_ms(wall_now()) / 1000 + 60);
  head.query = "AWSAccessKeyId=AKIDKEY&Expires=" + expires;
  const SignedHead seen(head.method, head.path, head.query, head.headers, "bucket");
  const auto signature =
      sigv2_signature("secret", sigv2_string_to_sign(seen, Scheme::Version2Query));
  head.query += "&Signature=" + uri_encode(signature, Slash::Encode);
  EXPECT_THAT(exchange_raw(bytes_of(head)), EndsWith("\r\n\r\ncontent"));
}

TEST_F(S3GatewayTest, OtherServicesTakePresignedUrls) {
  RequestHead head;
  head.method = "GET";
  head.query = "Action=GetCallerIdentity&Version=2011-06-15";
  head.path = "/";
  head.headers = {{"host", "sts.us-east-1.amazonaws.com"}, {"x-k8s-aws-id", "cluster"}};
  presign(head, {"AKIDKEY", "secret", "", "us-east-1", "sts"}, wall_now(),
          std::chrono::seconds(60));
  EXPECT_THAT(exchange_raw(bytes_of(head)), HasSubstr("user/alice</Arn>"));
  head.headers[1].second = "other";
  EXPECT_THAT(exchange_raw(bytes_of(head)), HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
}

// ---- virtual hosts

TEST_F(S3GatewayTest, TheBucketMayStandInTheHost) {
  put("dir/key", "content");
  for (const std::string host : {"bucket.s3.amazonaws.com", "bucket.s3.us-east-1.amazonaws.com",
                                 "bucket.s3.localhost:4566", "bucket.localhost:4566"}) {
    auto call = get("/dir/key");
    call.headers = {{"host", host}};
    EXPECT_THAT(exchange(call), EndsWith("\r\n\r\ncontent")) << host;
    EXPECT_EQ(text(last_request.params, "Bucket"), "bucket");
    EXPECT_THAT(exchange_raw(presigned("GET", "/dir/key", "", host)), EndsWith("\r\n\r\ncontent"));
  }
  auto upload = Sent{.service = "s3",
                     .method = "PUT",
                     .path = "/k",
                     .headers = {{"host", "my.bucket.s3.eu-west-1.amazonaws.com"}},
                     .body = "x"};
  EXPECT_THAT(exchange(upload), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(text(last_request.params, "Bucket"), "my.bucket");
  auto path_style = get("/bucket/dir/key");
  path_style.headers = {{"host", "s3.eu-west-1.amazonaws.com"}};
  EXPECT_THAT(exchange(path_style), EndsWith("\r\n\r\ncontent"));
}

}  // namespace
}  // namespace tocsin::wire
