// SPDX-License-Identifier: Apache-2.0
#include "wire/upload.hpp"

namespace tocsin::wire {

UploadSink::UploadSink(store::Blobs& blobs, std::string content_md5)
    : blobs_(blobs), content_md5_(std::move(content_md5)) {}

Result<void> UploadSink::open() {
  if (writer_) return {};
  const auto digest = unbase64(content_md5_);
  if (!content_md5_.empty() && (!digest || digest->size() != 16)) {
    return fail("InvalidDigest", "The Content-MD5 you specified was invalid.");
  }
  writer_ = TRY(blobs_.create());
  return {};
}

Result<void> UploadSink::write(std::string_view bytes) {
  TRY(open());
  md5_.update(bytes);
  return writer_->write(bytes);
}

Result<void> UploadSink::finish() {
  TRY(open());
  const auto digest = md5_.finish();
  if (!content_md5_.empty() && base64(digest) != content_md5_) {
    return fail("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  md5_hex_ = hex(digest);
  blob_ = TRY(writer_->finish());
  return {};
}

}  // namespace tocsin::wire
