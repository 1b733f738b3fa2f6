// SPDX-License-Identifier: Apache-2.0
// A streamed body on its way into a blob: SHA-256 and MD5 are known at its end, and its memory does
// not grow.
#pragma once

#include "base/crypto.hpp"
#include "wire/http_server.hpp"

namespace tocsin::wire {

class UploadSink final : public BodySink {
 public:
  /// `content_md5` is the header Content-MD5 (base64), or empty.
  UploadSink(store::Blobs& blobs, std::string content_md5);

  /// Errors: InvalidDigest, BadDigest; those of the blobs.
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override;

  /// After `finish`: {"$blob": sha256, "size": n, "md5": hex}.
  const store::BlobRef& blob() const { return blob_; }
  const std::string& md5_hex() const { return md5_hex_; }

 private:
  Result<void> open();

  store::Blobs& blobs_;
  const std::string content_md5_;
  std::unique_ptr<store::BlobWriter> writer_;
  Hasher md5_{Hasher::Kind::Md5};
  store::BlobRef blob_;
  std::string md5_hex_;
};

}  // namespace tocsin::wire
