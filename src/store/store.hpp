// SPDX-License-Identifier: Apache-2.0
// The adapters of the three ports: embedded (RocksDB and files in one folder) and in memory.
// Wrappers that fail on demand stand in store/faulty.hpp, a folder in memory in store/memory.hpp.
#pragma once

#include <filesystem>
#include <functional>
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

/// Opens or creates DIR/log, DIR/state (RocksDB) and DIR/blobs (files), each of mode 0700, as is
/// DIR where it is created. DIR/LOCK is held while any of the three lives: a second process is
/// refused. DIR/FORMAT names the version of this layout.
/// Errors, each with status 500 and a message that names the part and the cause: DataFolderInUse
/// (by which process), DataFolderUnavailable (cannot be created, is not writable, is full),
/// DataFolderCorrupt, DataFolderNewer (written by a later version).
Result<Stores> open_folder(const std::filesystem::path& folder);

/// Nothing is kept after they are destroyed. `now` gives blobs their time of writing; the default
/// stands still at the epoch.
Stores in_memory(std::function<Time()> now = {});

}  // namespace tocsin::store
