// SPDX-License-Identifier: Apache-2.0
// Rows that were read lately, so that the state's own search is spared. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/state.hpp"

namespace tocsin::store {

class RowCache {
 public:
  explicit RowCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// The row, or what `read` gives: a row that is missing is kept as such too.
  std::optional<std::string> get(std::string_view key,
                                 const std::function<std::optional<std::string>()>& read) {
    if (const auto found = rows_.find(key); found != rows_.end()) return found->second;
    auto row = read();
    keep(key, row);
    return row;
  }

  /// After the batch is in the state.
  void apply(const Batch& batch) {
    for (const auto& [key, value] : batch) {
      const auto found = rows_.find(key);
      if (found == rows_.end()) continue;
      bytes_ -= size_of(found->second);
      bytes_ += size_of(value);
      found->second = value;
    }
  }

  void clear() {
    rows_.clear();
    bytes_ = 0;
  }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  static constexpr std::size_t kOverhead = 128;  // of a row beyond its bytes

  static std::size_t size_of(const std::optional<std::string>& row) {
    return row ? row->size() : 0;
  }

  void keep(std::string_view key, const std::optional<std::string>& row) {
    const auto size = key.size() + size_of(row) + kOverhead;
    if (size > most_bytes_ / 8) return;
    if (bytes_ + size > most_bytes_) clear();  // rare, and the rows in use are soon back
    rows_.emplace(key, row);
    bytes_ += size;
  }

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, std::optional<std::string>, Hash, std::equal_to<>> rows_;
};

}  // namespace tocsin::store
