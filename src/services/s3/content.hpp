// SPDX-License-Identifier: Apache-2.0
// Content on its way in and out: bodies, digests, ranges.
#pragma once

#include "core/context.hpp"
#include "services/s3/encryption.hpp"

namespace tocsin::s3 {

/// What the "Body" of PutObject or UploadPart brought: one part of one piece.
struct Received {
  Part part;
  std::string data;  // of a small one, encrypted, in base64; its piece then names no blob
};
/// The content's key is wrapped under `under`. Errors: BadDigest, InvalidDigest.
Result<Received> receive(core::Call& call, std::string_view under);
/// Where only blobs will do.
Result<Part> in_a_blob(core::Call& call, Received received);

/// A span of an object's bytes.
struct Span {
  std::int64_t first = 0;
  std::int64_t length = 0;
};

/// The pieces of `parts` that make up `span`.
std::vector<Piece> pieces_in(const std::vector<Part>& parts, Span span);

/// The bytes of a span, decrypted. For what is small enough.
Result<std::string> read_span(core::Call& call, const ObjectVersion& object, Span span,
                              std::string_view under);

/// GetObject's Body: base64 text of what lies beside the row, else {"$blob", "size", "offset",
/// "length", "key"}, or {"$blobs": [of these]} where it lies in several.
Result<Document> body_of(core::Call& call, const ObjectVersion& object, Span span);

/// The ETag of content that was put together from pieces: its MD5 where it is small and no key of
/// KMS hides it, else opaque.
Result<std::string> etag_of(core::Call& call, const ObjectVersion& from, Span span,
                            std::string_view under);
/// The checksum of such content under `algorithm`: none where none is asked for, or where the
/// content is too large to be read for it.
Result<std::map<std::string, std::string>> checksums_again(core::Call& call,
                                                           const ObjectVersion& from, Span span,
                                                           std::string_view under,
                                                           const std::string& algorithm);
/// The MD5, as far as an object under KMS may show it.
std::string shown_etag(core::Context& context, const ObjectVersion& object, std::string md5);

/// "bytes=0-499". None: no range, or one that S3 ignores. Error InvalidRange (416).
Result<std::optional<Span>> parse_range(std::string_view range, std::int64_t size);
/// x-amz-copy-source-range: "bytes=0-499", both ends given. Error InvalidArgument.
Result<Span> parse_copy_range(std::string_view range, std::int64_t size);

inline std::string quoted_etag(std::string_view etag) {
  return "\"" + std::string(etag) + "\"";
}
std::string_view unquoted(std::string_view etag);

}  // namespace tocsin::s3
