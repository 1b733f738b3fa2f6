// SPDX-License-Identifier: Apache-2.0
// The adapters of the three ports: embedded (RocksDB and files in one folder) and in memory.
#pragma once

#include <filesystem>
#include <memory>

#include "store/blobs.hpp"
#include "store/log.hpp"
#include "store/state.hpp"

namespace tocsin::store {

struct Stores {
  std::unique_ptr<Log> log;
  std::unique_ptr<State> state;
  std::unique_ptr<Blobs> blobs;
};

/// Opens or creates DIR/log, DIR/state (RocksDB) and DIR/blobs (files). Holds DIR/LOCK: a second process is refused.
/// Errors name what is wrong: a folder in use, not writable, corrupt.
Result<Stores> open_folder(const std::filesystem::path& folder);

Stores in_memory();

}  // namespace tocsin::store
