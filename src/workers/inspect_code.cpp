// SPDX-License-Identifier: Apache-2.0
#include "workers/inspect_code.hpp"

#include "base/crypto.hpp"
#include "workers/zip_code.hpp"

namespace tocsin::workers {
namespace {

Result<store::BlobRef> blob_of(store::Blobs& blobs, const Document& payload) {
  if (const auto* code = find(payload, "Code")) {
    if (const auto ref = store::blob_ref(*code)) return *ref;
  }
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
