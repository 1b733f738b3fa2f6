// SPDX-License-Identifier: Apache-2.0
#include "store/rocks.hpp"

#include <cstdarg>
#include <cstdio>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>

#include "base/log.hpp"
#include "store/failure.hpp"
#include "store/files.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;

/// RocksDB's own warnings, as lines of our log instead of files in the data folder.
class LineLogger : public rocksdb::Logger {
 public:
  LineLogger() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level != rocksdb::InfoLogLevel::WARN_LEVEL && level != rocksdb::InfoLogLevel::ERROR_LEVEL &&
        level != rocksdb::InfoLogLevel::FATAL_LEVEL) {
      return;
    }
    std::array<char, 1024> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    log_warning("rocksdb", {{"text", line.data()}});
  }
};

/// After a full disk RocksDB would look every five seconds whether there is space for a whole
/// memtable, and refuse Resume meanwhile. We resume ourselves, with the next write.
class ManualRecovery : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* automatic) override {
    *automatic = false;
  }
};

/// RocksDB would begin anew where its CURRENT file is lost, and drop the data.
bool lost_current(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "CURRENT", error)) return false;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const auto kind = at->path().extension();
    if (kind == ".sst" || kind == ".log") return true;
  }
  return false;
}

Failure corrupt(std::string_view part, const fs::path& folder, std::string_view cause) {
  return fail("DataFolderCorrupt",
              fmt::format("{} in {} is corrupt: {}", part, folder.string(), cause), 500);
}

}  // namespace

rocksdb::Options rocks_options(std::size_t write_buffer_bytes) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = write_buffer_bytes;
  options.max_write_buffer_number = 2;
  options.max_open_files = 128;
  options.max_file_opening_threads = 1;
  options.max_background_jobs = 2;
  options.max_manifest_file_size = 4 << 20;
  options.manifest_preallocation_size = 64 << 10;
  options.allow_concurrent_memtable_write = false;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  options.compression = rocksdb::kLZ4Compression;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.listeners.push_back(std::make_shared<ManualRecovery>());
  options.info_log = std::make_shared<LineLogger>();
  return options;
}

Result<std::shared_ptr<rocksdb::DB>> open_rocks(const rocksdb::Options& options,
                                                const fs::path& folder, std::string_view part) {
  TRY(make_folder(folder));
  if (lost_current(folder)) return corrupt(part, folder, "its CURRENT file is missing");
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(options, folder, &opened);
  if (status.ok()) return std::shared_ptr<rocksdb::DB>(opened);
  if (status.IsIOError() && !status.IsPathNotFound()) {
    return fail("DataFolderUnavailable", fmt::format("cannot open {}: {}", part, status.ToString()),
                500);
  }
  return corrupt(part, folder, status.ToString());
}

Failure unavailable(std::string_view doing, const rocksdb::Status& status) {
  return unavailable(doing, status.ToString());
}

}  // namespace tocsin::store
