// SPDX-License-Identifier: Apache-2.0
// Containers in pages that are copied when written while shared. Copying a container copies only
// the table of its pages, so a whole index is snapshot in microseconds, and the writer pays for one
// page per place that it touches afterwards. One writer; readers hold their own copy of the
// container.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/assert.hpp"

namespace tocsin::pattern {

inline constexpr std::uint32_t kNone = 0xffffffff;

/// A vector whose elements are read by `[]` and written by `write`.
template <class T, unsigned kShift = 7>
class CowVector {
  static constexpr std::size_t kPage = std::size_t{1} << kShift;
  using Page = std::array<T, kPage>;

 public:
  std::size_t size() const { return size_; }

  const T& operator[](std::size_t index) const {
    return (*pages_[index >> kShift])[index & (kPage - 1)];
  }

  T& write(std::size_t index) {
    auto& page = pages_[index >> kShift];
    if (page.use_count() > 1) {
      page = std::make_shared<Page>(*page);
    } else {
      std::atomic_thread_fence(std::memory_order_acquire);
    }
    return (*page)[index & (kPage - 1)];
  }

  void resize(std::size_t size) {
    const std::size_t pages = (size + kPage - 1) >> kShift;
    pages_.resize(std::min(pages, pages_.size()));
    while (pages_.size() < pages)
      pages_.push_back(std::make_shared<Page>());
    size_ = size;
  }

 private:
  std::vector<std::shared_ptr<Page>> pages_;
  std::size_t size_ = 0;
};

/// Records by number, the numbers of released records used again. T has a member `next_free`.
template <class T>
class CowPool {
 public:
  const T& operator[](std::uint32_t id) const { return items_[id]; }
  T& write(std::uint32_t id) { return items_.write(id); }
  /// One more than the highest number ever given out.
  std::uint32_t bound() const { return static_cast<std::uint32_t>(items_.size()); }

  std::uint32_t allocate(T value) {
    std::uint32_t id = free_;
    if (id == kNone) {
      id = bound();
      items_.resize(items_.size() + 1);
    } else {
      free_ = items_[id].next_free;
    }
    items_.write(id) = std::move(value);
    return id;
  }

  void release(std::uint32_t id) {
    T& item = items_.write(id);
    item = T{};
    item.next_free = free_;
    free_ = id;
  }

 private:
  CowVector<T> items_;
  std::uint32_t free_ = kNone;
};

/// Hash -> record number, open addressing with linear probing; the caller compares the records.
class CowHash {
 public:
  /// Calls `visit(id)` for each entry with this hash until it returns true; that id, else kNone.
  template <class Visit>
  std::uint32_t find(std::uint32_t hash, Visit visit) const {
    if (used_ == 0) return kNone;
    for (std::size_t at = hash & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
      const std::uint64_t slot = slots_[at];
      if (static_cast<std::uint32_t>(slot >> 32) != hash) continue;
      const auto id = static_cast<std::uint32_t>(slot) - 1;
      if (visit(id)) return id;
    }
    return kNone;
  }

  void insert(std::uint32_t hash, std::uint32_t id) {
    if (slots_.size() < 2 * (used_ + 1)) grow();
    place(hash, id);
    ++used_;
  }

  void erase(std::uint32_t hash, std::uint32_t id) {
    const std::uint64_t wanted = (std::uint64_t{hash} << 32) | (id + 1);
    std::size_t at = hash & mask_;
    while (slots_[at] != wanted) {
      TOCSIN_ASSERT(slots_[at] != 0);
      at = (at + 1) & mask_;
    }
    close_gap(at);
    --used_;
  }

 private:
  void place(std::uint32_t hash, std::uint32_t id) {
    std::size_t at = hash & mask_;
    while (slots_[at] != 0)
      at = (at + 1) & mask_;
    slots_.write(at) = (std::uint64_t{hash} << 32) | (id + 1);
  }

  /// Moves later entries of the run back, so that no probe stops too early.
  void close_gap(std::size_t gap) {
    for (std::size_t at = (gap + 1) & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
      const std::size_t home = static_cast<std::size_t>(slots_[at] >> 32) & mask_;
      if (((at - home) & mask_) < ((at - gap) & mask_)) continue;
      slots_.write(gap) = slots_[at];
      gap = at;
    }
    slots_.write(gap) = 0;
  }

  void grow() {
    const CowVector<std::uint64_t, 8> old = std::move(slots_);
    slots_ = {};
    slots_.resize(std::max<std::size_t>(16, old.size() * 2));
    mask_ = slots_.size() - 1;
    for (std::size_t at = 0; at < old.size(); ++at) {
      if (old[at] == 0) continue;
      place(static_cast<std::uint32_t>(old[at] >> 32), static_cast<std::uint32_t>(old[at]) - 1);
    }
  }

  CowVector<std::uint64_t, 8> slots_;
  std::size_t mask_ = 0;
  std::size_t used_ = 0;
};

}  // namespace tocsin::pattern
