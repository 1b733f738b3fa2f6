// SPDX-License-Identifier: Apache-2.0
#include "wire/upload.hpp"

namespace tocsin::wire {

UploadSink::UploadSink(store::Blobs& blobs, BodyClaims claims)
    : blobs_(blobs), reader_(std::move(claims)) {}

Result<void> UploadSink::open() {
  if (!writer_) writer_ = TRY(blobs_.create());
  return {};
}

Result<void> UploadSink::write(std::string_view bytes) {
  TRY(open());
  return reader_.read(bytes, [this](std::string_view piece) { return writer_->write(piece); });
}

Result<void> UploadSink::finish() {
  TRY(open());
  facts_ = TRY(reader_.finish());
  blob_ = TRY(writer_->finish());
  return {};
}

}  // namespace tocsin::wire
