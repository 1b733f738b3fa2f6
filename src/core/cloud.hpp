// SPDX-License-Identifier: Apache-2.0
// Drives the machine in the real world: log first, then apply, then answer. One thread appends
// groups of inputs (one sync each) and applies them; reads run on their callers' threads; workers
// carry out the jobs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/machine.hpp"
#include "core/worker.hpp"
#include "store/store.hpp"

namespace tocsin::core {

enum class ClockKind {
  Real,
  Virtual  // jumps to the next timer when nothing else is to be done; stands still while a job is
           // outstanding
};

struct CloudOptions {
  ClockKind clock = ClockKind::Real;
  AccountId account{"123456789012"};
  std::size_t queue = 65'536;         // inputs that may wait; past it calls are throttled
  std::size_t group = 1'024;          // inputs in one append
  std::uint64_t checkpoint = 50'000;  // inputs between checkpoints
  std::size_t bulk = 32 * 1024;       // longer bulk members go to blobs before append
  std::chrono::milliseconds sweep_every = std::chrono::minutes(10);
  std::chrono::milliseconds blob_grace = std::chrono::hours(1);  // see core/blob_sweep.hpp
};

class Cloud {
 public:
  using Done = std::move_only_function<void(Result<Document>)>;

  /// Opens the state, replays the rest of the log, bootstraps an empty machine. Errors: a state or
  /// log of another version (docs: upgrade rule), a log that does not reach the state.
  static Result<std::unique_ptr<Cloud>> open(CloudOptions options, Registry registry,
                                             store::Stores stores, Secrets secrets);
  ~Cloud();

  void add_worker(std::unique_ptr<Worker> worker);
  void start();
  /// Answers what has been accepted, writes a checkpoint, joins all threads.
  void stop();

  /// One call. `done` runs once: on the caller's thread or the machine's; it must not block. Any
  /// thread.
  void call(Request request, Done done);
  /// Empties the machine; returns when it is done. Any thread but the machine's.
  Result<void> reset();

  /// For the check of signatures. Any thread.
  std::optional<Authorizer::Secret> secret_of(std::string_view access_key_id) const;
  store::Blobs& blobs() const { return *stores_.blobs; }
  const Registry& registry() const { return registry_; }

  struct Stats {
    std::uint64_t inputs, reads, appends, refused;
    std::size_t waiting, timers, jobs;
  };
  Stats stats() const;

 private:
  struct Waiting {
    Input input;
    Done done;                               // may be empty
    std::optional<Result<Document>> answer;  // of a read: given once the audit record is durable
  };

  Cloud(CloudOptions options, Registry registry, store::Stores stores);
  Result<void> recover();
  Result<void> replay();
  Result<Machine::Applied> append_and_apply(Input input);
  Result<std::optional<store::BlobRef>> divert(const Document& member);
  Result<void> divert_bulk(Request& request);
  void enqueue(Waiting waiting);
  void run();
  std::vector<Waiting> collect(std::unique_lock<std::mutex>& lock);
  void add_due_timers(std::vector<Waiting>& group);
  std::optional<std::chrono::milliseconds> until_next_timer() const;
  bool may_jump() const;
  void process(std::vector<Waiting> group);
  void refuse(std::vector<Waiting>& group, const Error& error);
  void apply_one(std::uint64_t sequence, Waiting& waiting, std::vector<Machine::PendingJob>& jobs);
  void dispatch(Machine::PendingJob pending);
  void checkpoint_if_due();
  bool checkpoint();
  // cloud_sweep.cpp
  void answer_wanted_checkpoint(std::unique_lock<std::mutex>& lock);
  bool want_checkpoint(std::unique_lock<std::mutex>& lock);
  void sweep_blobs();
  Time present() const;

  CloudOptions options_;
  Registry registry_;
  store::Stores stores_;
  std::unique_ptr<Machine> machine_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::map<std::string, Worker*, std::less<>> worker_of_;
  std::map<std::string, Done> clients_;  // by request id; the machine's thread only
  std::uint64_t last_checkpoint_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::uint64_t wanted_checkpoint_ = 0,
                had_checkpoint_ = 0;  // numbers of what the sweeper asked for and got
  std::condition_variable sweeper_wake_;
  std::thread thread_, sweeper_;
  std::atomic<std::int64_t> last_time_ms_{0};
  std::atomic<std::uint64_t> inputs_{0}, reads_{0}, appends_{0}, refused_{0};
  std::atomic<std::size_t> timers_{0}, jobs_{0};
};

}  // namespace tocsin::core
