// SPDX-License-Identifier: Apache-2.0
#include "services/s3/content.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "engines/content/content.hpp"
#include "services/s3/checksums.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Credential;

constexpr std::size_t kNonce = 12;
// Of content that came without its MD5, what is read again to have it.
constexpr std::int64_t kSmall = 16 * 1024 * 1024;
// What a call of the house itself is given as one blob.
constexpr std::int64_t kMostPlain = 512 * 1024 * 1024;

/// The bytes of a body in the document itself: base64 as blobs are in documents; what is not
/// base64, and what is no text, as it is.
std::string bytes_of(const Document* body) {
  if (!body || body->is_null()) return {};
  if (!body->is_string()) return to_json(*body);
  const std::string_view given = body->get_string();
  return unbase64(given).value_or(std::string(given));
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

/// What the wire has encrypted on its way in, under a key that the house's own key wraps.
Result<Received> receive_encrypted(Call& call, const Document& body, std::string_view under) {
  Received out;
  const auto size = integer(body, "size").value_or(0);
  Piece piece{.length = size, .key = string_of(body, "key")};
  out.data = string_of(body, "$inline");
  if (const auto blob = store::blob_ref(body)) piece.blob = store::to_document(*blob);
  std::vector<Piece> pieces{std::move(piece)};
  TRY(rewrap(call, pieces, house_key(call), under));
  out.part = {.size = size, .etag = string_of(body, "md5"), .pieces = std::move(pieces)};
  out.part.checksums = claimed_checksums(call.params());
  return out;
}

/// Encrypts here what came as it is.
Result<Received> receive_plain(Call& call, const std::string& bytes, std::string_view under) {
  const auto key = call.new_bytes(content::kKeyBytes);
  const auto size = static_cast<std::int64_t>(bytes.size());
  auto hidden = content::crypt(key, bytes);
  Received out;
  Piece piece{.length = size, .key = content::wrap(under, call.new_bytes(kNonce), key)};
  if (bytes.size() <= kSmallContent)
    out.data = base64(hidden);
  else
    piece.blob = store::to_document(TRY(call.blobs().put(hidden)));
  out.part = {.size = size, .etag = hex(md5(bytes))};
  out.part.pieces.push_back(std::move(piece));
  out.part.checksums = TRY(checksums_of(call.params(), bytes));
  return out;
}

std::string md5_of(const Document& body, std::string_view bytes) {
  const auto given = text(body, "md5");
  return given.size() == 32 ? std::string(given) : hex(md5(bytes));
}

/// What lies in a blob as it came: a wire without a key for contents, or a long member that the
/// core has moved there.
Result<Received> receive_blob(Call& call, const Document& body, const store::BlobRef& blob,
                              std::string_view under) {
  const auto size = static_cast<std::int64_t>(blob.size);
  const bool hashed = text(body, "md5").size() == 32;
  if (under != house_key(call)) return receive_plain(call, TRY(call.blob(blob)), under);
  Received out;
  const auto bytes = !hashed && size <= kSmall ? TRY(call.blob(blob)) : std::string();
  const bool opaque = !hashed && size > kSmall;
  out.part = {.size = size, .etag = opaque ? blob.sha256.substr(0, 32) : md5_of(body, bytes)};
  out.part.pieces.push_back({store::to_document(blob), 0, size, {}});
  out.part.checksums = claimed_checksums(call.params());
  return out;
}

/// `base64` of the content beside the row, from `first` on.
Result<std::string> small_bytes(const Call& call, const ObjectVersion& object, const Piece& piece) {
  const auto kept = kContents.get(call, key_of(object));
  const auto bytes = kept ? unbase64(kept->data) : std::nullopt;
  if (!bytes) return fail(internal_error("the content of an object is missing"));
  return bytes->substr(static_cast<std::size_t>(piece.offset),
                       static_cast<std::size_t>(piece.length));
}

Result<std::string> bytes_of_piece(Call& call, const ObjectVersion& object, const Piece& piece,
                                   std::string_view under) {
  std::string bytes;
  if (piece.blob.is_null()) {
    bytes = TRY(small_bytes(call, object, piece));
  } else {
    const auto reader = TRY(call.blobs().open(*store::blob_ref(piece.blob)));
    auto at = static_cast<std::uint64_t>(piece.offset);
    const auto end = at + static_cast<std::uint64_t>(piece.length);
    while (at < end) {
      const auto more = TRY(reader->read(at, end - at));
      if (more.empty()) return fail(internal_error("a blob ends early"));
      at += more.size();
      bytes += more;
    }
  }
  if (piece.key.empty()) return bytes;
  return content::crypt(TRY(open_key(piece, under)), std::move(bytes),
                        static_cast<std::uint64_t>(piece.offset));
}

Object slice(const Piece& piece) {
  Object out = piece.blob.as_object();
  out["offset"] = piece.offset;
  out["length"] = piece.length;
  return out;
}

Result<Document> open_body(Call& call, const ObjectVersion& object,
                           const std::vector<Piece>& pieces) {
  if (pieces.empty()) return Document("");
  const auto under = TRY(wrapping_key(call, object));
  if (pieces[0].blob.is_null())
    return Document(base64(TRY(bytes_of_piece(call, object, pieces[0], under))));
  Array slices;
  for (const auto& piece : pieces) {
    slices.push_back(slice(piece));
    if (!piece.key.empty()) slices.back().as_object()["key"] = base64(TRY(open_key(piece, under)));
  }
  if (slices.size() == 1) return std::move(slices[0]);
  Object out;
  out["$blobs"] = std::move(slices);
  return Document(std::move(out));
}

/// A call of the house itself reads blobs as they are: it is given one of its own.
Result<Document> plain_body(Call& call, const ObjectVersion& object, Span span) {
  if (span.length > kMostPlain)
    return fail("EntityTooLarge", "The object is too large to be read by a service");
  const auto under = TRY(wrapping_key(call, object));
  const auto blob = TRY(call.blobs().put(TRY(read_span(call, object, span, under))));
  Object out = store::to_document(blob).as_object();
  out["offset"] = 0;
  out["length"] = span.length;
  return Document(std::move(out));
}

}  // namespace

Result<Received> receive(Call& call, std::string_view under) {
  const auto* found = find(call.params(), "Body");
  const Document nothing(nullptr);
  const auto& body = found ? *found : nothing;
  Received out;
  if (find(body, "key"))
    out = TRY(receive_encrypted(call, body, under));
  else if (const auto blob = store::blob_ref(body))
    out = TRY(receive_blob(call, body, *blob, under));
  else
    out = TRY(receive_plain(call, bytes_of(found), under));
  TRY(check_md5(call, out.part.etag));
  return out;
}

Result<Part> in_a_blob(Call& call, Received received) {
  auto& piece = received.part.pieces[0];
  if (piece.blob.is_null())
    piece.blob =
        store::to_document(TRY(call.blobs().put(unbase64(received.data).value_or(std::string()))));
  return std::move(received.part);
}

std::vector<Piece> pieces_in(const std::vector<Part>& parts, Span span) {
  std::vector<Piece> out;
  std::int64_t at = 0;
  const auto end = span.first + span.length;
  for (const auto& part : parts) {
    for (const auto& piece : part.pieces) {
      const auto from = std::max(at, span.first), to = std::min(at + piece.length, end);
      if (from < to) out.push_back({piece.blob, piece.offset + from - at, to - from, piece.key});
      at += piece.length;
    }
  }
  return out;
}

Result<std::string> read_span(Call& call, const ObjectVersion& object, Span span,
                              std::string_view under) {
  std::string out;
  for (const auto& piece : pieces_in(object.parts, span))
    out += TRY(bytes_of_piece(call, object, piece, under));
  return out;
}

Result<Document> body_of(Call& call, const ObjectVersion& object, Span span) {
  const auto kind = call.request().credential.kind;
  if (kind == Credential::Kind::Service || kind == Credential::Kind::Session)
    return plain_body(call, object, span);
  return open_body(call, object, pieces_in(object.parts, span));
}

std::string shown_etag(core::Context& context, const ObjectVersion& object, std::string md5) {
  return object.kms ? hex(context.new_bytes(16)) : std::move(md5);
}

Result<std::string> etag_of(Call& call, const ObjectVersion& from, Span span,
                            std::string_view under) {
  if (span.length <= kSmall) return hex(md5(TRY(read_span(call, from, span, under))));
  Hasher names(Hasher::Kind::Md5);
  for (const auto& piece : pieces_in(from.parts, span))
    names.update(fmt::format("{} {} {} ", text(piece.blob, "$blob"), piece.offset, piece.length));
  return hex(names.finish());
}

Result<Checksums> checksums_again(Call& call, const ObjectVersion& from, Span span,
                                  std::string_view under, const std::string& algorithm) {
  if (algorithm.empty() || span.length > kSmall) return Checksums();
  const auto sum = checksum_of(algorithm, TRY(read_span(call, from, span, under)));
  return sum ? Checksums{{algorithm, *sum}} : Checksums();
}

std::string_view unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
    return etag.substr(1, etag.size() - 2);
  return etag;
}

}  // namespace tocsin::s3
