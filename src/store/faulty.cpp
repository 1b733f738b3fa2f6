// SPDX-License-Identifier: Apache-2.0
#include "store/faulty.hpp"

#include "store/failure.hpp"

namespace tocsin::store {
namespace {

Result<void> attempt(const Fails& fails, Operation operation) {
  if (!fails || !fails(operation)) return {};
  return unavailable(boost::describe::enum_to_string(operation, ""),
                     "No space left on device (injected)");
}

class FaultyWriter : public BlobWriter {
 public:
  FaultyWriter(std::unique_ptr<BlobWriter> writer, Fails fails)
      : writer_(std::move(writer)), fails_(std::move(fails)) {}

  Result<void> write(std::string_view bytes) override {
    TRY(attempt_or_discard(Operation::WriteBlob));
    return writer_->write(bytes);
  }

  Result<BlobRef> finish() override {
    TRY(attempt_or_discard(Operation::FinishBlob));
    return writer_->finish();
  }

 private:
  /// A writer that has failed once stays failed, as the real one.
  Result<void> attempt_or_discard(Operation operation) {
    if (!writer_) return unavailable("write a blob", "an earlier write has failed");
    auto attempted = attempt(fails_, operation);
    if (!attempted) writer_.reset();
    return attempted;
  }

  std::unique_ptr<BlobWriter> writer_;
  Fails fails_;
};

class FaultyReader : public BlobReader {
 public:
  FaultyReader(std::unique_ptr<BlobReader> reader, Fails fails)
      : reader_(std::move(reader)), fails_(std::move(fails)) {}

  std::uint64_t size() const override { return reader_->size(); }

  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    TRY(attempt(fails_, Operation::ReadBlob));
    return reader_->read(offset, length);
  }

 private:
  std::unique_ptr<BlobReader> reader_;
  Fails fails_;
};

}  // namespace

FaultyLog::FaultyLog(std::unique_ptr<Log> log, Fails fails)
    : log_(std::move(log)), fails_(std::move(fails)) {}

Result<void> FaultyLog::append(std::span<const std::string> entries) {
  TRY(attempt(fails_, Operation::Append));
  return log_->append(entries);
}

Result<void> FaultyLog::read(std::uint64_t from, const Visit& visit) const {
  TRY(attempt(fails_, Operation::ReadLog));
  return log_->read(from, visit);
}

Result<void> FaultyLog::truncate_below(std::uint64_t sequence) {
  TRY(attempt(fails_, Operation::Truncate));
  return log_->truncate_below(sequence);
}

FaultyState::FaultyState(std::unique_ptr<State> state, Fails fails)
    : state_(std::move(state)), fails_(std::move(fails)) {}

Result<void> FaultyState::commit(const Batch& batch) {
  TRY(attempt(fails_, Operation::Commit));
  return state_->commit(batch);
}

Result<void> FaultyState::checkpoint() {
  TRY(attempt(fails_, Operation::Checkpoint));
  return state_->checkpoint();
}

Result<void> FaultyState::clear() {
  TRY(attempt(fails_, Operation::Clear));
  return state_->clear();
}

FaultyBlobs::FaultyBlobs(std::unique_ptr<Blobs> blobs, Fails fails)
    : blobs_(std::move(blobs)), fails_(std::move(fails)) {}

Result<std::unique_ptr<BlobWriter>> FaultyBlobs::create() {
  TRY(attempt(fails_, Operation::CreateBlob));
  return std::make_unique<FaultyWriter>(TRY(blobs_->create()), fails_);
}

Result<std::unique_ptr<BlobReader>> FaultyBlobs::open(const BlobRef& ref) const {
  TRY(attempt(fails_, Operation::OpenBlob));
  return std::make_unique<FaultyReader>(TRY(blobs_->open(ref)), fails_);
}

Result<void> FaultyBlobs::erase(const std::string& sha256, Time unless_written_after) {
  TRY(attempt(fails_, Operation::EraseBlob));
  return blobs_->erase(sha256, unless_written_after);
}

Stores faulty(Stores stores, const Fails& fails) {
  return {std::make_unique<FaultyLog>(std::move(stores.log), fails),
          std::make_unique<FaultyState>(std::move(stores.state), fails),
          std::make_unique<FaultyBlobs>(std::move(stores.blobs), fails)};
}

}  // namespace tocsin::store
