// SPDX-License-Identifier: Apache-2.0
// Content on its way in and out: bodies, digests, ranges.
#pragma once

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

/// What the "Body" of PutObject or UploadPart brought: one part of one piece.
/// Errors: BadDigest, InvalidDigest.
Result<Part> part_from_body(core::Call& call);

/// A span of an object's bytes.
struct Span {
  std::int64_t first = 0;
  std::int64_t length = 0;
};

/// The pieces of `parts` that make up `span`.
std::vector<Piece> pieces_in(const std::vector<Part>& parts, Span span);

/// GetObject's Body: {"$blob", "size", "offset", "length"}, or {"$blobs": [of these]} where it lies
/// in several.
Document body_of(const std::vector<Part>& parts, Span span);

/// The ETag of content that was put together from pieces: its MD5 where it is small, else opaque.
std::string etag_of(const core::Call& call, const std::vector<Piece>& pieces);

/// "bytes=0-499". None: no range, or one that S3 ignores. Error InvalidRange (416).
Result<std::optional<Span>> parse_range(std::string_view range, std::int64_t size);
/// x-amz-copy-source-range: "bytes=0-499", both ends given. Error InvalidArgument.
Result<Span> parse_copy_range(std::string_view range, std::int64_t size);

inline std::string quoted_etag(std::string_view etag) {
  return "\"" + std::string(etag) + "\"";
}
std::string_view unquoted(std::string_view etag);

}  // namespace tocsin::s3
