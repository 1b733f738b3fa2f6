// SPDX-License-Identifier: Apache-2.0
// The aws-chunked coding of S3's streamed bodies, decoded piece by piece: memory does not grow with
// the body.
//
//   10000;chunk-signature=ad80…\r\n  <65536 bytes>\r\n      (unsigned: only the size)
//   0;chunk-signature=b6c6…\r\n
//   x-amz-checksum-crc32c:sOO8/Q==\r\n                      (where x-amz-trailer announced it)
//   x-amz-trailer-signature:d81f…\r\n  \r\n
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "wire/headers.hpp"
#include "wire/sigv4.hpp"

namespace tocsin::wire {

struct ChunkedFraming {
  std::uint64_t decoded_length = 0;   // x-amz-decoded-content-length
  std::vector<std::string> trailers;  // lower case; those of x-amz-trailer, each of which must come
  bool signed_chunks = false;         // the chunks carry signatures, and so does a trailer
  std::optional<ChunkSigner> signer;  // none: signatures are not verified (an unknown key in
                                      // relaxed mode)
};

class ChunkDecoder {
 public:
  using Take = std::function<Result<void>(std::string_view)>;
  explicit ChunkDecoder(ChunkedFraming framing);

  /// Gives `take` the content in `bytes`. A chunk's signature is known only behind it: what was
  /// taken counts once finish() has succeeded. Errors, after which there is no going on:
  /// IncompleteBody, InvalidChunkSizeError, MalformedTrailerError, SignatureDoesNotMatch; those of
  /// `take`.
  Result<void> read(std::string_view bytes, const Take& take);
  /// After the last byte. Error: IncompleteBody, MalformedTrailerError.
  Result<void> finish();

  /// After finish(): the announced trailers, names in lower case.
  const Headers& trailers() const { return trailers_; }

 private:
  enum class State { Size, Data, DataEnd, Trailer, End };

  Result<void> step(std::string_view& bytes, const Take& take);
  Result<bool> line_of(std::string_view& bytes);
  Result<void> begin_chunk();
  Result<void> end_chunk();
  Result<void> read_trailer();
  Result<void> end_trailers();

  ChunkedFraming framing_;
  State state_ = State::Size;
  std::string line_;  // as far as it has come
  std::uint64_t left_ = 0;
  std::uint64_t decoded_ = 0;
  std::uint64_t chunk_ = 0;       // counts from one
  std::uint64_t chunk_size_ = 0;  // of the present one
  std::string signature_;         // of the present one
  std::optional<Hasher> hasher_;
  Headers trailers_;
  std::size_t trailer_bytes_ = 0;
  std::string trailer_signature_;
};

}  // namespace tocsin::wire
