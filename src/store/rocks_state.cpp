// SPDX-License-Identifier: Apache-2.0
// The state in RocksDB, without a write-ahead log: what a crash loses, our own log replays. A batch
// is never split between two memtables, and memtables become durable in order and whole, so what a
// reopened state holds is always the state after some commit, at or after the last checkpoint.
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <thread>

#include "base/assert.hpp"
#include "store/failure.hpp"
#include "store/files.hpp"
#include "store/folder_parts.hpp"
#include "store/rocks.hpp"
#include "store/row_cache.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWriteBufferBytes = 16 << 20;
constexpr std::size_t kBlockCacheBytes = 32 << 20;
constexpr std::size_t kRowCacheBytes = 8 << 20;
constexpr std::size_t kKeptBatchBytes = 1 << 20;
constexpr std::size_t kLeastSpaceToFlush = 64 << 10;
constexpr auto kFlushPollInterval = std::chrono::milliseconds(1);
constexpr int kFlushPolls = 60'000;

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

std::optional<std::string> get_from(rocksdb::DB& db, const rocksdb::ReadOptions& options,
                                    std::string_view key) {
  std::string value;
  const auto status = db.Get(options, db.DefaultColumnFamily(), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) stop_unreadable("state", status.ToString());
  return value;
}

void scan_from(rocksdb::DB& db, rocksdb::ReadOptions options, std::string_view from,
               std::string_view to, Direction direction, const View::Visit& visit) {
  if (!to.empty() && to <= from) return;
  const auto lower = slice(from);
  const auto upper = slice(to);
  options.iterate_lower_bound = &lower;
  if (!to.empty()) options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(options));
  const bool forward = direction == Direction::Forward;
  forward ? at->Seek(lower) : at->SeekToLast();
  while (at->Valid() && visit(view(at->key()), view(at->value()))) {
    forward ? at->Next() : at->Prev();
  }
  if (!at->status().ok()) stop_unreadable("state", at->status().ToString());
}

class RocksView : public View {
 public:
  explicit RocksView(std::shared_ptr<rocksdb::DB> db) : db_(std::move(db)) {
    options_.snapshot = db_->GetSnapshot();
  }
  RocksView(const RocksView&) = delete;
  RocksView& operator=(const RocksView&) = delete;
  ~RocksView() override { db_->ReleaseSnapshot(options_.snapshot); }

  std::optional<std::string> get(std::string_view key) const override {
    return get_from(*db_, options_, key);
  }

  void scan(std::string_view from, std::string_view to, Direction direction,
            const Visit& visit) const override {
    scan_from(*db_, options_, from, to, direction, visit);
  }

 private:
  std::shared_ptr<rocksdb::DB> db_;
  rocksdb::ReadOptions options_;
};

class RocksState : public State {
 public:
  RocksState(fs::path folder, std::shared_ptr<rocksdb::DB> db, Held lock)
      : folder_(std::move(folder)), lock_(std::move(lock)), db_(std::move(db)) {}

  std::optional<std::string> get(std::string_view key) const override {
    return read_.get(key, [&] { return get_from(*db_, options_, key); });
  }

  void scan(std::string_view from, std::string_view to, Direction direction,
            const Visit& visit) const override {
    scan_from(*db_, options_, from, to, direction, visit);
  }

  Result<void> commit(const Batch& batch) override;
  std::unique_ptr<View> snapshot() const override { return std::make_unique<RocksView>(db_); }
  Result<void> checkpoint() override;
  Result<void> clear() override;

 private:
  Result<void> write(std::string_view doing);
  Result<void> expect_space() const;
  rocksdb::Status flush();
  std::uint64_t property(const std::string& name) const;
  rocksdb::Status resumed(const std::function<rocksdb::Status()>& attempt);

  fs::path folder_;
  Held lock_;
  std::shared_ptr<rocksdb::DB> db_;
  rocksdb::ReadOptions options_;
  rocksdb::WriteBatch batch_;
  mutable RowCache read_{kRowCacheBytes};
};

/// After a failed flush (a full disk) RocksDB refuses writes until Resume has flushed: once more
/// then.
rocksdb::Status RocksState::resumed(const std::function<rocksdb::Status()>& attempt) {
  auto status = attempt();
  if (!status.ok() && db_->Resume().ok()) status = attempt();
  return status;
}

Result<void> RocksState::write(std::string_view doing) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const auto status = resumed([&] { return db_->Write(options, &batch_); });
  if (batch_.GetDataSize() > kKeptBatchBytes) batch_ = rocksdb::WriteBatch();
  batch_.Clear();
  if (!status.ok()) return unavailable(doing, status);
  return {};
}

Result<void> RocksState::commit(const Batch& batch) {
  for (const auto& [key, value] : batch) {
    const auto status = value ? batch_.Put(slice(key), slice(*value)) : batch_.Delete(slice(key));
    TOCSIN_ASSERT(status.ok());
  }
  TRY(write("commit to the state"));
  read_.apply(batch);
  return {};
}

std::uint64_t RocksState::property(const std::string& name) const {
  std::uint64_t value = 0;
  TOCSIN_ASSERT(db_->GetIntProperty(name, &value));
  return value;
}

/// A flush that fails stops all commits, so one that has no chance is not begun. What is flushed is
/// compressed, and rarely fills its memtable.
Result<void> RocksState::expect_space() const {
  const auto wanted = property(rocksdb::DB::Properties::kCurSizeAllMemTables) / 4;
  if (space_left(folder_) >= std::max<std::uint64_t>(wanted, kLeastSpaceToFlush)) return {};
  return unavailable("checkpoint the state", ENOSPC);
}

/// DB::Flush alone is not enough: once a Resume has failed, it no longer waits
/// (github.com/facebook/rocksdb/issues/8046).
rocksdb::Status RocksState::flush() {
  using Properties = rocksdb::DB::Properties;
  const auto errors = property(Properties::kBackgroundErrors);
  auto status = db_->Flush(rocksdb::FlushOptions());
  for (int polls = 0; status.ok(); ++polls) {
    if (property(Properties::kNumImmutableMemTable) == 0) break;
    if (property(Properties::kBackgroundErrors) != errors || polls == kFlushPolls) {
      status = rocksdb::Status::IOError("the flush did not complete");
    }
    std::this_thread::sleep_for(kFlushPollInterval);
  }
  return status;
}

Result<void> RocksState::checkpoint() {
  TRY(expect_space());
  const auto status = resumed([&] { return flush(); });
  if (!status.ok()) return unavailable("checkpoint the state", status);
  return {};
}

Result<void> RocksState::clear() {
  std::optional<std::string> last;
  scan("", "", Direction::Backward, [&](std::string_view key, std::string_view) {
    last = key;
    return false;
  });
  if (!last) return {};
  auto status = batch_.DeleteRange(rocksdb::Slice(), slice(*last));
  if (status.ok()) status = batch_.Delete(slice(*last));
  TOCSIN_ASSERT(status.ok());
  TRY(write("clear the state"));
  read_.clear();
  return {};
}

}  // namespace

Result<std::unique_ptr<State>> open_rocks_state(const fs::path& folder, Held lock) {
  auto options = rocks_options(kWriteBufferBytes);
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes, 2);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return std::make_unique<RocksState>(folder, TRY(open_rocks(options, folder, "the state")),
                                      std::move(lock));
}

}  // namespace tocsin::store
