// SPDX-License-Identifier: Apache-2.0
// Wrappers that fail when the caller says so, as a full disk does: with "ServiceUnavailable" 503
// and nothing changed. For the simulator and for tests.
#pragma once

#include <functional>
#include <memory>

#include "store/store.hpp"

namespace tocsin::store {

enum class Operation {
  Append,
  ReadLog,
  Truncate,
  Commit,
  Checkpoint,
  Clear,
  CreateBlob,
  WriteBlob,
  FinishBlob,
  OpenBlob,
  ReadBlob,
  EraseBlob,
};
BOOST_DESCRIBE_ENUM(Operation, Append, ReadLog, Truncate, Commit, Checkpoint, Clear, CreateBlob,
                    WriteBlob, FinishBlob, OpenBlob, ReadBlob, EraseBlob)

/// Asked before each operation, on the thread that does it; true: this one fails.
using Fails = std::function<bool(Operation)>;

class FaultyLog : public Log {
 public:
  FaultyLog(std::unique_ptr<Log> log, Fails fails);
  Result<void> append(std::span<const std::string> entries) override;
  Result<void> read(std::uint64_t from, const Visit& visit) const override;
  std::uint64_t first() const override { return log_->first(); }
  std::uint64_t next() const override { return log_->next(); }
  Result<void> truncate_below(std::uint64_t sequence) override;

 private:
  std::unique_ptr<Log> log_;
  Fails fails_;
};

/// Reads do not fail, as the port says.
class FaultyState : public State {
 public:
  FaultyState(std::unique_ptr<State> state, Fails fails);
  std::optional<std::string> get(std::string_view key) const override { return state_->get(key); }
  void scan(std::string_view from, std::string_view to, Direction direction,
            const Visit& visit) const override {
    state_->scan(from, to, direction, visit);
  }
  Result<void> commit(const Batch& batch) override;
  std::unique_ptr<View> snapshot() const override { return state_->snapshot(); }
  Result<void> checkpoint() override;
  Result<void> clear() override;

 private:
  std::unique_ptr<State> state_;
  Fails fails_;
};

class FaultyBlobs : public Blobs {
 public:
  FaultyBlobs(std::unique_ptr<Blobs> blobs, Fails fails);
  Result<std::unique_ptr<BlobWriter>> create() override;
  Result<std::unique_ptr<BlobReader>> open(const BlobRef& ref) const override;
  void list(const Visit& visit) const override { blobs_->list(visit); }
  Result<void> erase(const std::string& sha256, Time unless_written_after) override;

 private:
  std::unique_ptr<Blobs> blobs_;
  Fails fails_;
};

/// All three, with one predicate.
Stores faulty(Stores stores, const Fails& fails);

}  // namespace tocsin::store
