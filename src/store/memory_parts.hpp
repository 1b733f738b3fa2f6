// SPDX-License-Identifier: Apache-2.0
// The parts of a folder in memory, each shared by the folder and the adapter. Internal to this
// room.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "store/store.hpp"

namespace tocsin::store {

struct MemoryEntries {
  std::mutex mutex;
  std::uint64_t first = 1;
  std::deque<std::shared_ptr<const std::string>> entries;
};

using MemoryMap = std::map<std::string, std::string, std::less<>>;

/// The state as of the last checkpoint; null before the first one.
struct MemoryCheckpoint {
  std::mutex mutex;
  std::shared_ptr<const MemoryMap> map;
};

struct MemoryContents {
  struct Blob {
    std::shared_ptr<const std::string> content;
    Time written;
  };
  std::function<Time()> now;
  std::mutex mutex;
  std::map<std::string, Blob> blobs;
};

std::unique_ptr<Log> memory_log(std::shared_ptr<MemoryEntries> entries);
/// Without a checkpoint to keep, `State::checkpoint` costs nothing.
std::unique_ptr<State> memory_state(std::shared_ptr<MemoryCheckpoint> checkpoint);
std::unique_ptr<Blobs> memory_blobs(std::shared_ptr<MemoryContents> contents);

}  // namespace tocsin::store
