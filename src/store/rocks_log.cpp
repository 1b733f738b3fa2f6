// SPDX-License-Identifier: Apache-2.0
// The log in RocksDB. An entry's key is its sequence, big-endian; its value is a CRC-32C of
// sequence and entry, then the entry. Key 0, which is no sequence, holds the first sequence kept,
// so that next() survives a truncation of everything.
#include <boost/crc.hpp>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <shared_mutex>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "store/failure.hpp"
#include "store/files.hpp"
#include "store/folder_parts.hpp"
#include "store/rocks.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWriteBufferBytes = 8 << 20;
constexpr std::size_t kKeptBatchBytes = 1 << 20;
constexpr std::size_t kSpaceToReopen = 1 << 20;

template <class Number>
std::array<char, sizeof(Number)> big_endian(Number number) {
  std::array<char, sizeof(Number)> bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; number >>= 8)
    bytes[i] = static_cast<char>(number);
  return bytes;
}

template <class Number>
Number from_big_endian(std::string_view bytes) {
  Number number = 0;
  for (const char byte : bytes)
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

rocksdb::Slice slice(const auto& bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

using Key = std::array<char, 8>;
constexpr std::uint64_t kFirstKey = 0;
const Key kBeyond = big_endian(std::numeric_limits<std::uint64_t>::max());

std::uint32_t checksum(const Key& key, std::string_view entry) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(key.data(), key.size());
  crc.process_bytes(entry.data(), entry.size());
  return crc.checksum();
}

/// The entry of a stored value; none where it is not what was written.
std::optional<std::string_view> checked(const Key& key, std::string_view value) {
  if (value.size() < 4) return std::nullopt;
  const auto entry = value.substr(4);
  if (from_big_endian<std::uint32_t>(value.substr(0, 4)) != checksum(key, entry)) {
    return std::nullopt;
  }
  return entry;
}

using Database = std::shared_ptr<rocksdb::DB>;

Result<Database> open_database(const fs::path& folder) {
  auto options = rocks_options(kWriteBufferBytes);
  options.avoid_flush_during_recovery = true;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return open_rocks(options, folder, "the log");
}

std::unique_ptr<rocksdb::Iterator> iterator(rocksdb::DB& db) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 256 << 10;
  return std::unique_ptr<rocksdb::Iterator>(db.NewIterator(options));
}

class RocksLog : public Log {
 public:
  RocksLog(fs::path folder, Database db, Held lock)
      : folder_(std::move(folder)), lock_(std::move(lock)), db_(std::move(db)) {}

  Result<void> load();
  Result<void> append(std::span<const std::string> entries) override;
  Result<void> read(std::uint64_t from, const Visit& visit) const override;
  std::uint64_t first() const override { return first_; }
  std::uint64_t next() const override { return next_; }
  Result<void> truncate_below(std::uint64_t sequence) override;

 private:
  Result<void> write(std::string_view doing);
  Result<void> reopen();

  fs::path folder_;
  Held lock_;
  mutable std::shared_mutex open_;  // exclusively while the database is reopened
  Database db_;                     // null where that has failed
  rocksdb::WriteBatch batch_;
  std::atomic<std::uint64_t> first_ = 1;
  std::atomic<std::uint64_t> next_ = 1;
  bool refused_ = false;  // the last write failed, and may have left part of itself
};

Result<void> RocksLog::load() {
  std::string stored;
  const auto status = db_->Get(rocksdb::ReadOptions(), slice(big_endian(kFirstKey)), &stored);
  if (!status.ok() && !status.IsNotFound()) return unavailable("read the log", status);
  if (status.ok()) first_ = from_big_endian<std::uint64_t>(stored);
  const auto last = iterator(*db_);
  last->SeekToLast();
  if (!last->status().ok()) return unavailable("read the log", last->status());
  next_ = first_.load();
  if (last->Valid()) {
    next_ = std::max(first_.load(), from_big_endian<std::uint64_t>(view(last->key())) + 1);
  }
  return {};
}

/// After a failed write RocksDB cannot use its write-ahead log again (DB::Resume moves on to a
/// fresh one only where there is something to flush): the database is closed and recovered, once
/// there is space enough to do so.
Result<void> RocksLog::reopen() {
  TRY(probe_space(folder_, kSpaceToReopen));
  std::unique_lock guard(open_);
  db_.reset();
  db_ = TRY(open_database(folder_));
  return {};
}

/// Writes batch_ with one sync.
Result<void> RocksLog::write(std::string_view doing) {
  auto ready = refused_ ? reopen() : Result<void>();
  rocksdb::Status status;
  if (ready) {
    rocksdb::WriteOptions options;
    options.sync = true;
    status = db_->Write(options, &batch_);
    refused_ = !status.ok();
  }
  if (batch_.GetDataSize() > kKeptBatchBytes) batch_ = rocksdb::WriteBatch();
  batch_.Clear();
  if (!ready) return unavailable(doing, ready.error().message);
  if (!status.ok()) return unavailable(doing, status);
  return {};
}

Result<void> RocksLog::append(std::span<const std::string> entries) {
  if (entries.empty()) return {};
  auto sequence = next_.load();
  for (const auto& entry : entries) {
    const auto key = big_endian(sequence++);
    const auto crc = big_endian(checksum(key, entry));
    const std::array<rocksdb::Slice, 2> value{slice(crc), slice(entry)};
    const auto key_slice = slice(key);
    const auto status = batch_.Put(rocksdb::SliceParts(&key_slice, 1), {value.data(), 2});
    TOCSIN_ASSERT(status.ok());
  }
  if (refused_) {
    const auto status = batch_.DeleteRange(slice(big_endian(sequence)), slice(kBeyond));
    TOCSIN_ASSERT(status.ok());
  }
  TRY(write("append to the log"));
  next_ = sequence;
  return {};
}

Result<void> RocksLog::read(std::uint64_t from, const Visit& visit) const {
  const auto end = next_.load();
  if (from >= end) return {};
  std::shared_lock guard(open_);
  if (!db_) return unavailable("read the log", "it could not be reopened after a failed write");
  const auto at = iterator(*db_);
  for (at->Seek(slice(big_endian(from))); from < end; ++from, at->Next()) {
    const auto key = big_endian(from);
    if (!at->Valid() || at->key() != slice(key)) {
      const auto cause = at->status().ok() ? "it is not there" : at->status().ToString();
      return fail(internal_error(fmt::format("the log has no entry {}: {}", from, cause)));
    }
    const auto entry = checked(key, view(at->value()));
    if (!entry) {
      return fail(
          internal_error(fmt::format("the log's entry {} is corrupt: its checksum "
                                     "does not match",
                                     from)));
    }
    TRY(visit(from, *entry));
  }
  return {};
}

Result<void> RocksLog::truncate_below(std::uint64_t sequence) {
  sequence = std::min(sequence, next_.load());
  if (sequence <= first_) return {};
  const auto begin = big_endian(kFirstKey + 1);
  const auto end = big_endian(sequence);
  auto status = batch_.DeleteRange(slice(begin), slice(end));
  if (status.ok()) status = batch_.Put(slice(big_endian(kFirstKey)), slice(end));
  TOCSIN_ASSERT(status.ok());
  TRY(write("truncate the log"));
  first_ = sequence;
  const auto begin_slice = slice(begin);
  const auto end_slice = slice(end);
  status = rocksdb::DeleteFilesInRange(db_.get(), db_->DefaultColumnFamily(), &begin_slice,
                                       &end_slice, false);
  if (!status.ok()) log_warning("log files not yet removed", {{"cause", status.ToString()}});
  return {};
}

}  // namespace

Result<std::unique_ptr<Log>> open_rocks_log(const fs::path& folder, Held lock) {
  auto log = std::make_unique<RocksLog>(folder, TRY(open_database(folder)), std::move(lock));
  TRY(log->load());
  return log;
}

}  // namespace tocsin::store
