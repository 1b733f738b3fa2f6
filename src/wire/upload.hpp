// SPDX-License-Identifier: Apache-2.0
// A streamed body on its way into a blob, decoded and checked as it comes: its memory does not
// grow, and a body that is not as claimed leaves nothing behind.
#pragma once

#include "wire/body_claims.hpp"
#include "wire/http_server.hpp"

namespace tocsin::wire {

class UploadSink final : public BodySink {
 public:
  UploadSink(store::Blobs& blobs, BodyClaims claims);

  /// Errors: those of BodyReader and of the blobs.
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override;

  /// After `finish`.
  const store::BlobRef& blob() const { return blob_; }
  const BodyFacts& facts() const { return facts_; }

 private:
  Result<void> open();

  store::Blobs& blobs_;
  BodyReader reader_;
  std::unique_ptr<store::BlobWriter> writer_;
  store::BlobRef blob_;
  BodyFacts facts_;
};

}  // namespace tocsin::wire
