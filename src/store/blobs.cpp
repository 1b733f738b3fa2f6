// SPDX-License-Identifier: Apache-2.0
#include "store/blobs.hpp"

#include "base/crypto.hpp"

namespace tocsin::store {

bool is_blob_name(std::string_view sha256) {
  return sha256.size() == 64 &&
         sha256.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Document to_document(const BlobRef& ref) {
  return Object{{"$blob", ref.sha256}, {"size", ref.size}};
}

std::optional<BlobRef> blob_ref(const Document& document) {
  const auto name = text(document, "$blob");
  const auto size = integer(document, "size");
  if (!is_blob_name(name) || !size || *size < 0) return std::nullopt;
  return BlobRef{std::string(name), static_cast<std::uint64_t>(*size)};
}

Result<BlobRef> Blobs::put(std::string_view bytes) {
  const auto writer = TRY(create());
  TRY(writer->write(bytes));
  return writer->finish();
}

Result<std::string> Blobs::get(const BlobRef& ref) const {
  const auto reader = TRY(open(ref));
  std::string content;
  content.reserve(reader->size());
  while (content.size() < reader->size()) {
    const auto piece = TRY(reader->read(content.size(), reader->size() - content.size()));
    if (piece.empty()) return fail(internal_error("blob " + ref.sha256 + " ends early"));
    content += piece;
  }
  if (hex(sha256(content)) != ref.sha256) {
    return fail(internal_error("blob " + ref.sha256 + " does not have the content of its hash"));
  }
  return content;
}

}  // namespace tocsin::store
