// SPDX-License-Identifier: Apache-2.0
#include "services/s3/content.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/s3/checksums.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;

// Of content that came without its MD5, what is read again to have it.
constexpr std::uint64_t kSmall = 16 * 1024 * 1024;

/// The bytes of a body in the document itself: base64 as blobs are in documents; what is not
/// base64, and what is no text, as it is.
std::string bytes_of(const Document* body) {
  if (!body || body->is_null()) return {};
  if (!body->is_string()) return to_json(*body);
  const std::string_view given = body->get_string();
  return unbase64(given).value_or(std::string(given));
}

std::string md5_of(const Call& call, const Document& body, const store::BlobRef& blob) {
  if (const auto given = text(body, "md5"); given.size() == 32) return std::string(given);
  if (blob.size <= kSmall) {
    if (const auto bytes = call.blob(blob)) return hex(md5(*bytes));
  }
  return blob.sha256.substr(0, 32);  // an ETag is opaque
}

Result<void> check_md5(const Call& call, std::string_view etag) {
  const auto given = text(call.params(), "ContentMD5");
  if (given.empty()) return {};
  const auto digest = unbase64(given);
  if (!digest || digest->size() != 16)
    return fail("InvalidDigest", "The Content-MD5 you specified was invalid.");
  if (hex(*digest) == etag) return {};
  return fail("BadDigest", "The Content-MD5 you specified did not match what we received.");
}

std::string bytes_of_piece(const Call& call, const Piece& piece) {
  const auto blob = store::blob_ref(piece.blob);
  if (!blob) return {};
  const auto bytes = call.blob(*blob);
  return bytes ? bytes->substr(static_cast<std::size_t>(piece.offset),
                               static_cast<std::size_t>(piece.length))
               : std::string();
}

Object slice(const Piece& piece) {
  Object out = piece.blob.as_object();
  out["offset"] = piece.offset;
  out["length"] = piece.length;
  return out;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

Failure invalid_range(std::string_view range, std::int64_t size) {
  Error error{"InvalidRange", "The requested range is not satisfiable", 416};
  error.members = {{"RangeRequested", range}, {"ActualObjectSize", size}};
  return fail(std::move(error));
}

}  // namespace

Result<Part> part_from_body(Call& call) {
  const auto* body = find(call.params(), "Body");
  const Document nothing(nullptr);
  auto blob = store::blob_ref(body ? *body : nothing);
  std::string etag;
  if (blob) {
    etag = md5_of(call, *body, *blob);
  } else {
    const auto bytes = bytes_of(body);
    blob = TRY(call.blobs().put(bytes));
    etag = hex(md5(bytes));
  }
  TRY(check_md5(call, etag));
  const auto size = static_cast<std::int64_t>(blob->size);
  Part part{.size = size, .etag = std::move(etag)};
  part.checksums = TRY(checksums_of(call.params(), *blob));
  part.pieces.push_back({store::to_document(*blob), 0, size});
  return part;
}

std::vector<Piece> pieces_in(const std::vector<Part>& parts, Span span) {
  std::vector<Piece> out;
  std::int64_t at = 0;
  const auto end = span.first + span.length;
  for (const auto& part : parts) {
    for (const auto& piece : part.pieces) {
      const auto from = std::max(at, span.first), to = std::min(at + piece.length, end);
      if (from < to) out.push_back({piece.blob, piece.offset + from - at, to - from});
      at += piece.length;
    }
  }
  return out;
}

Document body_of(const std::vector<Part>& parts, Span span) {
  const auto pieces = pieces_in(parts, span);
  if (pieces.size() == 1) return slice(pieces[0]);
  if (pieces.empty()) return "";
  Array slices;
  for (const auto& piece : pieces)
    slices.push_back(slice(piece));
  return Object{{"$blobs", std::move(slices)}};
}

std::string etag_of(const Call& call, const std::vector<Piece>& pieces) {
  std::uint64_t size = 0;
  Hasher content(Hasher::Kind::Md5), names(Hasher::Kind::Md5);
  for (const auto& piece : pieces)
    size += static_cast<std::uint64_t>(piece.length);
  for (const auto& piece : pieces) {
    names.update(fmt::format("{} {} {} ", text(piece.blob, "$blob"), piece.offset, piece.length));
    if (size <= kSmall) content.update(bytes_of_piece(call, piece));
  }
  return hex(size <= kSmall ? content.finish() : names.finish());
}

Result<std::optional<Span>> parse_range(std::string_view range, std::int64_t size) {
  const auto given = range;
  constexpr std::string_view unit = "bytes=";
  if (!range.starts_with(unit)) return std::optional<Span>();
  range.remove_prefix(unit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || range.contains(',')) return std::optional<Span>();
  const auto first = number(range.substr(0, dash)), last = number(range.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::optional<Span>();
    if (*last == 0 || size == 0) return invalid_range(given, size);
    const auto length = std::min(*last, size);
    return std::optional(Span{size - length, length});
  }
  const bool open = dash + 1 == range.size();
  if (!first || (!last && !open) || (last && *last < *first)) return std::optional<Span>();
  if (*first >= size) return invalid_range(given, size);
  const auto end = open ? size : std::min(*last + 1, size);
  return std::optional(Span{*first, end - *first});
}

Result<Span> parse_copy_range(std::string_view range, std::int64_t size) {
  const auto given = range;
  constexpr std::string_view unit = "bytes=";
  const auto malformed = [&] {
    return invalid_argument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
        "and last are the zero-based offsets of the first and last bytes to copy",
        "x-amz-copy-source-range", given);
  };
  if (!range.starts_with(unit)) return malformed();
  range.remove_prefix(unit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return malformed();
  const auto first = number(range.substr(0, dash)), last = number(range.substr(dash + 1));
  if (!first || !last || *last < *first) return malformed();
  if (*last >= size) {
    return invalid_argument(
        fmt::format("Range specified is not valid for source object of size: {}", size),
        "x-amz-copy-source-range", given);
  }
  return Span{*first, *last - *first + 1};
}

std::string_view unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
    return etag.substr(1, etag.size() - 2);
  return etag;
}

}  // namespace tocsin::s3
