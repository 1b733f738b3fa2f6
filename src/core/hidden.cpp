// SPDX-License-Identifier: Apache-2.0
#include "core/hidden.hpp"

#include "base/crypto.hpp"
#include "engines/content/content.hpp"

namespace tocsin::core {
namespace {

Failure unreadable() {
  return fail(internal_error("a hidden member does not open"));
}

}  // namespace

Result<Document> hide(std::string content, store::Blobs& blobs, const Secrets& secrets,
                      std::size_t bulk) {
  if (content.size() <= bulk) return secrets.seal(content);
  const auto key = random_bytes(content::kKeyBytes);
  const auto blob = TRY(blobs.put(content::crypt(key, std::move(content))));
  Object out;
  out["Blob"] = store::to_document(blob);
  out["Key"] = secrets.seal(base64(key));
  return Document(std::move(out));
}

Result<std::optional<Hidden>> hidden_in(const Context& context, const Document& member) {
  if (is_sealed(member)) {
    auto content = context.open(member);
    if (!content) return unreadable();
    return Hidden{.content = *std::move(content)};
  }
  const auto* place = find(member, "Blob");
  const auto blob = place ? store::blob_ref(*place) : std::nullopt;
  const auto* sealed = find(member, "Key");
  if (!blob || !sealed) return std::nullopt;
  const auto text = context.open(*sealed);
  auto key = text ? unbase64(*text) : std::nullopt;
  if (!key || key->size() != content::kKeyBytes) return unreadable();
  const auto reader = TRY(context.blobs().open(*blob));
  auto content = content::crypt(*key, TRY(reader->read(0, blob->size)));
  return Hidden{std::move(content), blob, *std::move(key)};
}

}  // namespace tocsin::core
