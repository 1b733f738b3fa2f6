// SPDX-License-Identifier: Apache-2.0
// aws-chunked: however a body is cut, the outcome is the same; what is accepted is as long as was
// declared; without the secret no signed chunk is accepted.
#include <cstdint>

#include "base/assert.hpp"
#include "wire/aws_chunked.hpp"
#include "wire/body_claims.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::wire;

struct Outcome {
  std::string code;
  std::string content;  // of a body that was accepted
  Headers trailers;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(const ChunkedFraming& framing, std::string_view body, std::size_t step) {
  ChunkDecoder decoder(framing);
  Outcome out;
  const auto take = [&](std::string_view piece) {
    out.content += piece;
    TOCSIN_ASSERT(out.content.size() <= framing.decoded_length);
    return Result<void>();
  };
  while (!body.empty()) {
    const auto piece = body.substr(0, step);
    body.remove_prefix(piece.size());
    if (const auto read = decoder.read(piece, take); !read) return {read.error().code, {}, {}};
  }
  if (const auto finished = decoder.finish(); !finished) return {finished.error().code, {}, {}};
  TOCSIN_ASSERT(out.content.size() == framing.decoded_length);
  out.trailers = decoder.trailers();
  return out;
}

ChunkSigner stranger() {
  static const std::string secret = random_bytes(32);
  Authorization seed;
  seed.date = "20261124";
  return ChunkSigner(seed, {secret, ""});
}

/// A head's claims, one header a line.
void claims_of(std::string_view text) {
  Headers headers;
  for (const auto line : split(text, '\n')) {
    const auto colon = std::min(line.find(':'), line.size());
    headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  (void)body_claims(headers, Checksums::OfBody);
  strip_aws_chunked(headers);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  ChunkedFraming framing{.decoded_length = data[0]};
  if (data[1] & 1) framing.trailers = {"x-amz-checksum-crc32"};
  framing.signed_chunks = data[1] & 2;
  const auto whole = decode(framing, body, body.size() + 1);
  TOCSIN_ASSERT(whole == decode(framing, body, 1 + (data[1] >> 2)));
  if (framing.signed_chunks) {
    framing.signer = stranger();
    TOCSIN_ASSERT(!decode(framing, body, body.size() + 1).code.empty());
  }
  claims_of(body);
  return 0;
}
