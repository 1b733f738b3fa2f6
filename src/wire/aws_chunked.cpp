// SPDX-License-Identifier: Apache-2.0
#include "wire/aws_chunked.hpp"

#include <algorithm>
#include <charconv>

#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

constexpr std::uint64_t kSmallestChunk = 8192;  // of all but the last
constexpr std::size_t kLongestLine = 1024;
constexpr std::size_t kTrailerLimit = 8 * 1024;
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

Failure incomplete() {
  return fail("IncompleteBody", "The request body terminated unexpectedly");
}

Failure malformed_trailer() {
  return fail("MalformedTrailerError",
              "The request contained trailing data that was not well-formed or did not conform to "
              "our published schema.");
}

Failure too_small(std::uint64_t chunk, std::uint64_t size) {
  Error error{"InvalidChunkSizeError",
              "Only the last chunk is allowed to have a size less than 8192 bytes", 403};
  error.members = {{"Chunk", std::to_string(chunk)}, {"BadChunkSize", std::to_string(size)}};
  return fail(std::move(error));
}

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.empty() || wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view signature_in(std::string_view extensions) {
  for (const auto part : split(extensions, ';')) {
    constexpr std::string_view kName = "chunk-signature=";
    if (trimmed(part).starts_with(kName)) return trimmed(part).substr(kName.size());
  }
  return {};
}

}  // namespace

ChunkDecoder::ChunkDecoder(ChunkedFraming framing) : framing_(std::move(framing)) {}

Result<void> ChunkDecoder::read(std::string_view bytes, const Take& take) {
  while (!bytes.empty())
    TRY(step(bytes, take));
  return {};
}

Result<void> ChunkDecoder::step(std::string_view& bytes, const Take& take) {
  switch (state_) {
    case State::Size:
      return TRY(line_of(bytes))
      ? begin_chunk() : Result<void>();
    case State::Data: {
      const auto piece = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
      bytes.remove_prefix(piece.size());
      left_ -= piece.size();
      if (left_ == 0) state_ = State::DataEnd;
      if (hasher_) hasher_->update(piece);
      return take(piece);
    }
    case State::DataEnd:
      if (!TRY(line_of(bytes))) return {};
      if (!std::exchange(line_, {}).empty()) return incomplete();
      return end_chunk();
    case State::Trailer:
      return TRY(line_of(bytes))
      ? read_trailer() : Result<void>();
    case State::End:
      return incomplete();
  }
  return {};
}

/// Whether `line_` is whole now, without its end.
Result<bool> ChunkDecoder::line_of(std::string_view& bytes) {
  const auto end = bytes.find('\n');
  const auto taken = std::min(end, bytes.size());
  line_ += bytes.substr(0, std::min(taken, kLongestLine + 1));
  bytes.remove_prefix(std::min(taken + 1, bytes.size()));
  if (line_.size() > kLongestLine) return incomplete();
  if (end == std::string_view::npos) return false;
  if (line_.ends_with('\r')) line_.pop_back();
  return true;
}

Result<void> ChunkDecoder::begin_chunk() {
  const auto line = std::exchange(line_, {});
  const auto semicolon = std::min(line.find(';'), line.size());
  const auto size = hexadecimal(trimmed(std::string_view(line).substr(0, semicolon)));
  if (!size || *size > framing_.decoded_length - decoded_) return incomplete();
  if (*size > 0 && chunk_ > 0 && chunk_size_ < kSmallestChunk)
    return too_small(chunk_ + 1, chunk_size_);
  ++chunk_;
  chunk_size_ = left_ = *size;
  decoded_ += *size;
  signature_ = signature_in(std::string_view(line).substr(semicolon));
  if (framing_.signed_chunks && signature_.empty()) return incomplete();
  if (framing_.signer) hasher_.emplace(Hasher::Kind::Sha256);
  state_ = State::Data;
  return *size == 0 ? end_chunk() : Result<void>();
}

Result<void> ChunkDecoder::end_chunk() {
  using enum ChunkSigner::Part;
  if (framing_.signer) TRY(framing_.signer->check(Chunk, hex(hasher_->finish()), signature_));
  state_ = chunk_size_ == 0 ? State::Trailer : State::Size;
  return {};
}

Result<void> ChunkDecoder::read_trailer() {
  const auto line = std::exchange(line_, {});
  if (line.empty()) return end_trailers();
  trailer_bytes_ += line.size();
  const auto colon = line.find(':');
  if (colon == std::string::npos || trailer_bytes_ > kTrailerLimit) return malformed_trailer();
  auto name = to_lower(trimmed(std::string_view(line).substr(0, colon)));
  const std::string value(trimmed(std::string_view(line).substr(colon + 1)));
  if (name == kTrailerSignature) {
    trailer_signature_ = value;
    return {};
  }
  const bool announced = std::ranges::find(framing_.trailers, name) != framing_.trailers.end();
  if (!announced || find_header(trailers_, name)) return malformed_trailer();
  trailers_.emplace_back(std::move(name), value);
  return {};
}

Result<void> ChunkDecoder::end_trailers() {
  state_ = State::End;
  if (trailers_.size() != framing_.trailers.size()) return malformed_trailer();
  if (framing_.signed_chunks && !framing_.trailers.empty() && trailer_signature_.empty())
    return malformed_trailer();
  if (!framing_.signer || trailers_.empty()) return {};
  std::string canonical;
  for (const auto& [name, value] : trailers_)
    (((canonical += name) += ':') += value) += '\n';
  return framing_.signer->check(ChunkSigner::Part::Trailer, hex(sha256(canonical)),
                                trailer_signature_);
}

/// Some clients leave out the empty line at the very end.
Result<void> ChunkDecoder::finish() {
  if (state_ == State::Trailer && line_.empty()) TRY(end_trailers());
  if (state_ != State::End || decoded_ != framing_.decoded_length) return incomplete();
  return {};
}

}  // namespace tocsin::wire
