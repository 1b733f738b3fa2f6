// SPDX-License-Identifier: Apache-2.0
#include "wire/upload.hpp"

#include "base/crypto.hpp"

namespace tocsin::wire {
namespace {

constexpr std::size_t kNonce = 12;

}  // namespace

UploadSink::UploadSink(store::Blobs& blobs, BodyClaims claims, UploadOptions options)
    : blobs_(blobs), options_(std::move(options)), reader_(std::move(claims)) {
  if (options_.content_key.empty()) return;
  const auto key = random_bytes(content::kKeyBytes);
  cipher_.emplace(key);
  wrapped_key_ = content::wrap(options_.content_key, random_bytes(kNonce), key);
  if (options_.hash_plain) plain_.emplace(Hasher::Kind::Sha256);
}

Result<void> UploadSink::open() {
  if (!writer_ && !options_.in_memory) writer_ = TRY(blobs_.create());
  return {};
}

Result<void> UploadSink::take(std::string_view piece) {
  if (!cipher_) return writer_->write(piece);
  if (plain_) plain_->update(piece);
  std::string hidden(piece);
  cipher_->apply(hidden.data(), hidden.size());
  if (!options_.in_memory) return writer_->write(hidden);
  small_ += hidden;
  return {};
}

Result<void> UploadSink::write(std::string_view bytes) {
  TRY(open());
  return reader_.read(bytes, [this](std::string_view piece) { return take(piece); });
}

Result<void> UploadSink::finish() {
  TRY(open());
  facts_ = TRY(reader_.finish());
  if (plain_) plain_sha256_ = hex(plain_->finish());
  blob_ = writer_ ? TRY(writer_->finish()) : store::BlobRef{hex(sha256(small_)), small_.size()};
  return {};
}

}  // namespace tocsin::wire
