// SPDX-License-Identifier: Apache-2.0
#include "store/memory_parts.hpp"

namespace tocsin::store {
namespace {

class MemoryLog : public Log {
 public:
  explicit MemoryLog(std::shared_ptr<MemoryEntries> kept) : kept_(std::move(kept)) {}

  Result<void> append(std::span<const std::string> entries) override {
    std::scoped_lock lock(kept_->mutex);
    for (const auto& entry : entries) {
      kept_->entries.push_back(std::make_shared<const std::string>(entry));
    }
    return {};
  }

  Result<void> read(std::uint64_t from, const Visit& visit) const override {
    for (const auto end = next(); from < end; ++from) {
      const auto entry = at(from);
      if (!entry) {
        return fail(
            internal_error(fmt::format("the log has no entry {}: it begins at {}", from, first())));
      }
      if (auto visited = visit(from, *entry); !visited) return visited;
    }
    return {};
  }

  std::uint64_t first() const override {
    std::scoped_lock lock(kept_->mutex);
    return kept_->first;
  }

  std::uint64_t next() const override {
    std::scoped_lock lock(kept_->mutex);
    return kept_->first + kept_->entries.size();
  }

  Result<void> truncate_below(std::uint64_t sequence) override {
    std::scoped_lock lock(kept_->mutex);
    while (kept_->first < sequence && !kept_->entries.empty()) {
      kept_->entries.pop_front();
      ++kept_->first;
    }
    return {};
  }

 private:
  /// Null where the entry was dropped. Holding it allows a visit without the lock.
  std::shared_ptr<const std::string> at(std::uint64_t sequence) const {
    std::scoped_lock lock(kept_->mutex);
    if (sequence < kept_->first) return nullptr;
    return kept_->entries[sequence - kept_->first];
  }

  std::shared_ptr<MemoryEntries> kept_;
};

}  // namespace

std::unique_ptr<Log> memory_log(std::shared_ptr<MemoryEntries> entries) {
  return std::make_unique<MemoryLog>(std::move(entries));
}

}  // namespace tocsin::store
