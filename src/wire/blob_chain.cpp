// SPDX-License-Identifier: Apache-2.0
#include "wire/blob_chain.hpp"

#include <algorithm>

#include "engines/content/content.hpp"

namespace tocsin::wire {
namespace {

class BlobChain final : public store::BlobReader {
 public:
  BlobChain(const store::Blobs& blobs, std::vector<BlobSlice> pieces)
      : blobs_(blobs), pieces_(std::move(pieces)) {
    for (const auto& piece : pieces_)
      ends_.push_back((ends_.empty() ? 0 : ends_.back()) + piece.length);
  }

  std::uint64_t size() const override { return ends_.empty() ? 0 : ends_.back(); }

  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    const auto found = std::ranges::upper_bound(ends_, offset);
    if (found == ends_.end()) return std::string();
    const auto index = static_cast<std::size_t>(found - ends_.begin());
    TRY(open(index));
    const auto& piece = pieces_[index];
    const auto within = offset - (*found - piece.length);
    const auto left = std::min<std::uint64_t>(length, piece.length - within);
    auto bytes = TRY(reader_->read(piece.offset + within, left));
    if (piece.key.empty()) return bytes;
    return content::crypt(piece.key, std::move(bytes), piece.offset + within);
  }

  Result<void> open(std::size_t index) {
    if (reader_ && opened_ == index) return {};
    reader_ = TRY(blobs_.open(pieces_[index].blob));
    opened_ = index;
    return {};
  }

 private:
  const store::Blobs& blobs_;
  const std::vector<BlobSlice> pieces_;
  std::vector<std::uint64_t> ends_;  // of each piece, within the whole
  std::unique_ptr<store::BlobReader> reader_;
  std::size_t opened_ = 0;
};

}  // namespace

Result<std::unique_ptr<store::BlobReader>> open_chain(const store::Blobs& blobs,
                                                      std::vector<BlobSlice> pieces) {
  std::erase_if(pieces, [](const BlobSlice& piece) { return piece.length == 0; });
  const bool empty = pieces.empty();
  auto chain = std::make_unique<BlobChain>(blobs, std::move(pieces));
  if (!empty) TRY(chain->open(0));
  return chain;
}

std::uint64_t length_of(const std::vector<BlobSlice>& pieces) {
  std::uint64_t sum = 0;
  for (const auto& piece : pieces)
    sum += piece.length;
  return sum;
}

}  // namespace tocsin::wire
