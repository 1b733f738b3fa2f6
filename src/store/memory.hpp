// SPDX-License-Identifier: Apache-2.0
// A data folder in memory, for the simulator: what `open` gives after the previous Stores are gone
// is what open_folder gives after a kill -9.
#pragma once

#include <functional>
#include <memory>

#include "store/store.hpp"

namespace tocsin::store {

/// One set of Stores open at a time. Kept across `open`: the whole log, finished blobs, and the
/// state as of its last checkpoint.
class MemoryFolder {
 public:
  explicit MemoryFolder(std::function<Time()> now = {});
  MemoryFolder(MemoryFolder&&) noexcept;
  MemoryFolder& operator=(MemoryFolder&&) noexcept;
  ~MemoryFolder();

  Stores open();

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

}  // namespace tocsin::store
