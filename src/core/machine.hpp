// SPDX-License-Identifier: Apache-2.0
// The deterministic machine: input -> handler -> state + events + jobs. Same inputs, same state,
// byte for byte.
//
// One thread applies; `read` may be called on any thread with a snapshot of its own. The machine
// does not know the log: who drives it (Cloud, TestCloud, the simulator, replay) appends first,
// applies then, and answers last.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/context.hpp"
#include "core/input.hpp"
#include "core/registry.hpp"
#include "core/worker.hpp"

namespace tocsin::core {

struct Turn;
struct TaskRow;
struct TraceNode;

class Machine {
 public:
  /// Of the meaning of inputs. Raise it when the same input would yield another state; an upgrade
  /// is an input of its own (ARCHITECTURE.md, idea 9).
  static constexpr int kVersion = 3;
  /// The oldest version whose state this one can go on from.
  static constexpr int kOldest = 3;

  /// Error where the state is newer than this binary, or too old for it.
  static Result<std::unique_ptr<Machine>> open(const Registry& registry, store::State& state,
                                               store::Blobs& blobs, Secrets secrets);

  struct Reply {
    std::string request_id;
    Result<Document> result;
  };
  struct PendingJob {
    Job job;
    JobSpec::Delivery delivery;
    std::vector<std::string> secret_results = {};
  };
  struct Applied {
    std::vector<Reply> replies;    // of calls that came from outside
    std::vector<PendingJob> jobs;  // to be given to workers
  };
  /// Applies the input of `sequence` (applied() + 1) and commits its effects as one batch. An error
  /// means that the state could not be written: nothing was changed, and the machine must not go
  /// on.
  Result<Applied> apply(std::uint64_t sequence, const Input& input);

  struct Answer {
    Result<Document> reply;
    std::optional<Input> audit;  // to be appended before the reply is given
  };
  /// Answers a call of Effect::Read from `view`.
  Answer read(const store::View& view, Request request, Time now);

  std::uint64_t applied() const { return applied_; }
  std::uint64_t epoch() const { return epoch_; }
  int state_version() const { return version_; }
  /// Time of the last input: the next one's may not be earlier.
  Time last_time() const { return last_time_; }

  /// The moment of the earliest timer, and the ids of up to `limit` timers due at `now`, in order.
  std::optional<Time> next_timer() const;
  /// Whether one is not for upkeep: virtual time goes on.
  bool awaits_timer() const;
  std::vector<std::string> due_timers(Time now, std::size_t limit) const;
  std::size_t timers() const { return timers_.size(); }

  /// Every job that has not had its result, oldest first.
  std::vector<PendingJob> outbox() const;
  std::size_t outstanding_jobs() const { return jobs_.size(); }

  const Registry& registry() const { return registry_; }
  const Secrets& secrets() const { return secrets_; }
  store::Blobs& blobs() const { return blobs_; }
  store::State& state() const { return state_; }

 private:
  friend class Context;
  friend class Call;
  Machine(const Registry& registry, store::State& state, store::Blobs& blobs, Secrets secrets);
  Result<void> load();

  // machine.cpp
  void dispatch(Context& context, const Input& input);
  void settle(Context& context);
  void index_changes(const store::Batch& changes);
  void bootstrap(Context& context, const Document& body);
  void reset(Context& context, const Document& body);
  // calls.cpp: one call, from principal to audit
  struct Waiter {
    std::string request_id;  // a client
    std::string task_id;     // or a task; both empty: a handler that called and goes on itself
  };
  Outcome perform(Context& context, Request& request, const Principal* principal,
                  const Waiter& waiter);
  Outcome run_handler(Call& call, Request& request, const Operation& operation);
  Result<void> check_needs(Call& call, Request& request, const Operation& operation);
  void park(Context& context, const Token& token, const Waiter& waiter, Request& request,
            const Principal& principal, const TraceNode& node);
  void end_call(Context& context, TraceNode node, const Request& request,
                const Principal& principal, const Result<Document>& outcome);
  void record(Context& context, const Request& request, const Principal& principal,
              const Result<Document>& outcome, const std::string& event_id, bool read);
  void note_read(Context& context, const Request& request, const Principal& principal,
                 const Result<Document>& outcome);
  void record_reads(Context& context, const Document& body);
  bool resolve(Context& context, const Token& token, const Result<Document>& result);
  // tasks.cpp: the durable-execution kernel
  std::string start_task(Context& context, Task task);
  void run_task(Context& context, const std::string& id);
  void attempt(Context& context, const std::string& id, TaskRow row);
  void end_attempt(Context& context, const std::string& id, const Result<Document>& outcome);
  void job_result(Context& context, const Document& body);
  void fire_timer(Context& context, const std::string& id);
  void resume(Context& context, const Continuation& then, const Result<Document>& outcome,
              int attempts);
  PendingJob make_job(const std::string& task_id, int attempt, const TaskRow& row) const;
  // changes.cpp: resource changes
  /// Whether there were any since it was last called in this input.
  bool emit_changes(Context& context);

  const Registry& registry_;
  store::State& state_;
  store::Blobs& blobs_;
  Secrets secrets_;
  std::string id_key_;
  std::uint64_t applied_ = 0;
  std::uint64_t epoch_ = 0;
  int version_ = 0;
  Time last_time_{};
  // Indexes of the state, kept in step with each commit.
  std::set<std::pair<std::string, std::string>> timers_;  // due, id
  std::set<std::string> jobs_;                            // ids, in order of their start
};

}  // namespace tocsin::core
