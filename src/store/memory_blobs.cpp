// SPDX-License-Identifier: Apache-2.0
#include "base/crypto.hpp"
#include "store/memory_parts.hpp"

namespace tocsin::store {
namespace {

class MemoryWriter : public BlobWriter {
 public:
  explicit MemoryWriter(std::shared_ptr<MemoryContents> kept) : kept_(std::move(kept)) {}

  Result<void> write(std::string_view bytes) override {
    content_ += bytes;
    return {};
  }

  Result<BlobRef> finish() override {
    const BlobRef ref{hex(sha256(content_)), content_.size()};
    std::scoped_lock lock(kept_->mutex);
    auto& blob = kept_->blobs[ref.sha256];
    if (!blob.content) blob.content = std::make_shared<const std::string>(std::move(content_));
    blob.written = kept_->now();
    return ref;
  }

 private:
  std::shared_ptr<MemoryContents> kept_;
  std::string content_;
};

class MemoryReader : public BlobReader {
 public:
  explicit MemoryReader(std::shared_ptr<const std::string> content)
      : content_(std::move(content)) {}

  std::uint64_t size() const override { return content_->size(); }

  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    if (offset >= content_->size()) return std::string();
    return content_->substr(offset, length);
  }

 private:
  std::shared_ptr<const std::string> content_;
};

class MemoryBlobs : public Blobs {
 public:
  explicit MemoryBlobs(std::shared_ptr<MemoryContents> kept) : kept_(std::move(kept)) {}

  Result<std::unique_ptr<BlobWriter>> create() override {
    return std::make_unique<MemoryWriter>(kept_);
  }

  Result<std::unique_ptr<BlobReader>> open(const BlobRef& ref) const override {
    std::scoped_lock lock(kept_->mutex);
    const auto found = kept_->blobs.find(ref.sha256);
    if (found == kept_->blobs.end() || found->second.content->size() != ref.size) {
      return fail(internal_error("blob " + ref.sha256 + " is missing or of another size"));
    }
    return std::make_unique<MemoryReader>(found->second.content);
  }

  void list(const Visit& visit) const override {
    std::vector<std::pair<std::string, Time>> all;
    {
      std::scoped_lock lock(kept_->mutex);
      for (const auto& [sha256, blob] : kept_->blobs)
        all.emplace_back(sha256, blob.written);
    }
    for (const auto& [sha256, written] : all)
      visit(sha256, written);
  }

  Result<void> erase(const std::string& sha256, Time unless_written_after) override {
    std::scoped_lock lock(kept_->mutex);
    const auto found = kept_->blobs.find(sha256);
    if (found == kept_->blobs.end() || found->second.written > unless_written_after) return {};
    kept_->blobs.erase(found);
    return {};
  }

 private:
  std::shared_ptr<MemoryContents> kept_;
};

}  // namespace

std::unique_ptr<Blobs> memory_blobs(std::shared_ptr<MemoryContents> contents) {
  return std::make_unique<MemoryBlobs>(std::move(contents));
}

}  // namespace tocsin::store
