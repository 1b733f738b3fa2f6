// SPDX-License-Identifier: Apache-2.0
// How this room uses RocksDB: small, quiet and strict. Internal to this room.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace rocksdb {
class DB;
class Status;
struct Options;
}  // namespace rocksdb

namespace tocsin::store {

/// What both databases share: one memtable of `write_buffer_bytes` being filled and one being
/// flushed, few open files, no statistics, warnings to our own log.
rocksdb::Options rocks_options(std::size_t write_buffer_bytes);

/// Opens or creates. `part` ("the log") is named in errors: DataFolderCorrupt,
/// DataFolderUnavailable.
Result<std::shared_ptr<rocksdb::DB>> open_rocks(const rocksdb::Options& options,
                                                const std::filesystem::path& folder,
                                                std::string_view part);

/// "ServiceUnavailable" 503: `doing` and what RocksDB says of the cause.
Failure unavailable(std::string_view doing, const rocksdb::Status& status);

}  // namespace tocsin::store
