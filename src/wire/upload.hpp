// SPDX-License-Identifier: Apache-2.0
// A streamed body on its way into a blob, decoded and checked as it comes: its memory does not
// grow, and a body that is not as claimed leaves nothing behind. With a key for contents it is
// encrypted before it reaches the disk (engines/content).
#pragma once

#include "engines/content/content.hpp"
#include "wire/body_claims.hpp"
#include "wire/http_server.hpp"

namespace tocsin::wire {

struct UploadOptions {
  std::string content_key = {};  // wraps the content's own key; empty: not encrypted
  bool hash_plain = false;       // the signature names the SHA-256 of what was sent
  bool in_memory = false;        // small: no blob of its own
};

class UploadSink final : public BodySink {
 public:
  UploadSink(store::Blobs& blobs, BodyClaims claims, UploadOptions options = {});

  /// Errors: those of BodyReader and of the blobs.
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override;

  // After `finish`.
  /// As it is kept; of one in memory only the size counts.
  const store::BlobRef& blob() const { return blob_; }
  const BodyFacts& facts() const { return facts_; }
  /// Of what was sent; empty where it was not asked for.
  const std::string& plain_sha256() const { return plain_sha256_; }
  /// The content's key, wrapped; empty where it is not encrypted.
  const std::string& wrapped_key() const { return wrapped_key_; }
  const std::string& small() const { return small_; }

 private:
  Result<void> open();
  Result<void> take(std::string_view piece);

  store::Blobs& blobs_;
  const UploadOptions options_;
  BodyReader reader_;
  std::unique_ptr<store::BlobWriter> writer_;
  std::optional<content::Cipher> cipher_;
  std::optional<Hasher> plain_;
  store::BlobRef blob_;
  BodyFacts facts_;
  std::string plain_sha256_, wrapped_key_, small_;
};

}  // namespace tocsin::wire
