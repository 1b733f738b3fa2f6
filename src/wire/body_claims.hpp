// SPDX-License-Identifier: Apache-2.0
// What the head of an S3 request claims of its body, and whether the body is so: its coding, its
// Content-MD5 and its checksum.
//
//   body_claims(head) -> BodyReader: read(bytes) … finish() -> what the handler learns
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
#pragma once

#include "base/checksum.hpp"
#include "base/document.hpp"
#include "wire/aws_chunked.hpp"

namespace tocsin::wire {

struct BodyClaims {
  std::string md5;  // 16 raw bytes, or empty
  std::optional<ChecksumKind> checksum;
  std::string value;                      // raw; empty where it comes in the trailer
  std::optional<ChunkedFraming> chunked;  // none: the body is as it is
};

/// The errors that S3 has for claims that cannot be: InvalidDigest, InvalidRequest,
/// MissingContentLength, MalformedTrailerError. With `checksums` off, the headers x-amz-checksum-*
/// are not about this body (CompleteMultipartUpload).
enum class Checksums { OfBody, NotOfBody };
Result<BodyClaims> body_claims(const Headers& headers, Checksums checksums);

/// What the handler learns of a body that is as claimed.
struct BodyFacts {
  std::string md5;   // hex
  Object checksums;  // {"CRC32": "base64"}
};

class BodyReader {
 public:
  using Take = ChunkDecoder::Take;
  explicit BodyReader(BodyClaims claims);
  /// Gives `take` the content. Errors: those of ChunkDecoder and of `take`.
  Result<void> read(std::string_view bytes, const Take& take);
  /// Errors: BadDigest; InvalidRequest for a trailer that is no checksum; those of ChunkDecoder.
  Result<BodyFacts> finish();

 private:
  Result<void> check_md5(std::string_view digest) const;
  Result<std::string> claimed_value() const;

  const BodyClaims claims_;
  std::optional<ChunkDecoder> decoder_;
  Hasher md5_{Hasher::Kind::Md5};
  std::optional<Checksum> checksum_;
};

/// Content-Encoding without aws-chunked, which is not stored; the header goes where nothing is
/// left.
void strip_aws_chunked(Headers& headers);

}  // namespace tocsin::wire
