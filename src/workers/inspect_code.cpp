// SPDX-License-Identifier: Apache-2.0
#include "workers/inspect_code.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "workers/zip_code.hpp"

namespace tocsin::workers {
namespace {

/// A part of a blob: {"$blob": …, "size": n}, perhaps with "offset" and "length".
Result<void> append(store::Blobs& blobs, store::BlobWriter& out, const Document& part) {
  constexpr std::size_t kAtOnce = 1 << 20;
  const auto ref = store::blob_ref(part);
  if (!ref) return {};
  const auto reader = TRY(blobs.open(*ref));
  auto at = static_cast<std::uint64_t>(integer(part, "offset").value_or(0));
  const auto rest = static_cast<std::int64_t>(ref->size - std::min(at, ref->size));
  auto left = static_cast<std::uint64_t>(integer(part, "length").value_or(rest));
  while (left > 0) {
    const auto piece =
        TRY(reader->read(at, static_cast<std::size_t>(std::min<std::uint64_t>(left, kAtOnce))));
    if (piece.empty()) break;
    TRY(out.write(piece));
    at += piece.size();
    left -= piece.size();
  }
  return {};
}

/// An object's content as S3 answers it, in one blob.
Result<store::BlobRef> gather(store::Blobs& blobs, const Document& body) {
  const auto out = TRY(blobs.create());
  TRY(append(blobs, *out, body));
  for (const auto& part : array_of(body, "$blobs"))
    TRY(append(blobs, *out, part));
  return out->finish();
}

Result<store::BlobRef> blob_of(store::Blobs& blobs, const Document& payload) {
  if (const auto* code = find(payload, "Code")) {
    if (const auto ref = store::blob_ref(*code)) return *ref;
  }
  if (const auto* body = find(payload, "Body")) return gather(blobs, *body);
  const auto zip = unbase64(text(payload, "ZipBase64"));
  if (!zip) {
    return fail("InvalidParameterValueException",
                "Could not unzip uploaded file. Please check your file, then try to upload again.");
  }
  if (zip->empty()) {
    return fail("InvalidParameterValueException", "Uploaded file must be a non-empty zip");
  }
  return blobs.put(*zip);
}

}  // namespace

Result<Document> inspect_code(store::Blobs& blobs, const Document& payload) {
  const auto ref = TRY(blob_of(blobs, payload));
  const auto reader = TRY(blobs.open(ref));
  const auto content = TRY(inspect_zip(*reader));
  return Object{{"Code", store::to_document(ref)},
                {"CodeSha256", base64(unhex(ref.sha256).value_or(""))},
                {"CodeSize", ref.size},
                {"Files", content.files}};
}

}  // namespace tocsin::workers
