// SPDX-License-Identifier: Apache-2.0
#include "store/memory.hpp"

#include "store/memory_parts.hpp"

namespace tocsin::store {
namespace {

std::shared_ptr<MemoryContents> empty_contents(std::function<Time()> now) {
  auto contents = std::make_shared<MemoryContents>();
  contents->now = now ? std::move(now) : [] { return Time{}; };
  return contents;
}

}  // namespace

struct MemoryFolder::Content {
  std::shared_ptr<MemoryEntries> log = std::make_shared<MemoryEntries>();
  std::shared_ptr<MemoryCheckpoint> state = std::make_shared<MemoryCheckpoint>();
  std::shared_ptr<MemoryContents> blobs;
};

MemoryFolder::MemoryFolder(std::function<Time()> now) : content_(std::make_unique<Content>()) {
  content_->blobs = empty_contents(std::move(now));
}
MemoryFolder::MemoryFolder(MemoryFolder&&) noexcept = default;
MemoryFolder& MemoryFolder::operator=(MemoryFolder&&) noexcept = default;
MemoryFolder::~MemoryFolder() = default;

Stores MemoryFolder::open() {
  return {memory_log(content_->log), memory_state(content_->state), memory_blobs(content_->blobs)};
}

Stores in_memory(std::function<Time()> now) {
  return {memory_log(std::make_shared<MemoryEntries>()), memory_state(nullptr),
          memory_blobs(empty_contents(std::move(now)))};
}

}  // namespace tocsin::store
