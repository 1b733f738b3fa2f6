// SPDX-License-Identifier: Apache-2.0
#include "sim/simulator.hpp"

#include <deque>
#include <map>
#include <random>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "core/machine.hpp"
#include "sim/delivery_service.hpp"
#include "store/faulty.hpp"
#include "store/memory.hpp"

namespace tocsin::sim {
namespace {

using core::Input;
using core::Key;
using core::Machine;

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed), registry_(delivery_service()) {
    report_.seed = seed;
    recover();
    put({.kind = Input::Kind::Bootstrap, .body = Object{{"account", "123456789012"}}});
  }

  void step() {
    now_ += std::chrono::milliseconds(random_() % 2'000);
    const auto dice = random_() % 100;
    if (dice < 40) client_call();
    else if (dice < 60) fire_timers();
    else if (dice < 85) worker_result();
    else if (dice < 92) TOCSIN_ASSERT(stores_.state->checkpoint());
    else if (dice < 97) crash();
  }

  /// No more faults: everything that was begun must end.
  Report rest() {
    failing_ = false;
    crash();
    while (machine_->outstanding_jobs() || machine_->next_timer()) {
      for (const auto& pending : machine_->outbox()) put(core::job_result_input(pending.job.id, Document(Object{})));
      if (const auto next = machine_->next_timer()) now_ = std::max(now_, *next);
      fire_timers();
    }
    check();
    report_.digest = store::digest(*stores_.state);
    if (replayed() != report_.digest) violation("the log replays to another state");
    return std::move(report_);
  }

 private:
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  void violation(std::string text) { report_.violations.push_back(std::move(text)); }

  /// Appends and applies; false where the append failed. May crash in between, when the log has it and the state has not.
  bool put(Input input) {
    input.version = Machine::kVersion;
    input.time = now_;
    const std::string entry = to_bytes(input);
    if (!stores_.log->append(std::span(&entry, 1))) return false;
    if (failing_ && chance(3)) {
      crash();
      return true;
    }
    apply(machine_->applied() + 1, entry);
    return true;
  }

  void apply(std::uint64_t sequence, std::string_view entry) {
    auto applied = machine_->apply(sequence, *core::input_from(entry));
    TOCSIN_ASSERT(applied);
    for (auto& job : applied->jobs) running_.push_back(job.job.id);
  }

  void client_call() {
    const auto id = fmt::format("{}", ++calls_);
    static constexpr const char* kOperations[] = {"Note", "Deliver", "Remind"};
    const std::string operation = kOperations[random_() % 3];
    core::Request request{.id = id, .service = "sim", .operation = operation,
                          .params = Object{{"Id", id}, {"Seconds", static_cast<std::int64_t>(random_() % 600)}}};
    if (put(core::call_input(request))) {
      acknowledged_[id] = operation;
    } else {
      refused_.push_back(id);
    }
  }

  void fire_timers() {
    for (const auto& id : machine_->due_timers(now_, 3)) {
      if (!put(core::timer_input(id))) return;
      if (chance(5)) put(core::timer_input(id));  // twice: the second has no effect
    }
  }

  /// The oldest or any running job ends: well, badly, twice, or its result is lost.
  void worker_result() {
    if (running_.empty()) return;
    const auto at = running_.begin() + static_cast<std::ptrdiff_t>(random_() % running_.size());
    const auto id = *at;
    if (chance(10)) {
      running_.erase(at);  // lost: it comes again after the next crash
      return;
    }
    Result<Document> outcome = Document(Object{});
    if (chance(40)) {
      outcome = fail("ServiceUnavailable", "the receiver is down", 503);
      ++report_.retried;
    } else if (chance(5)) {
      outcome = fail("NotFound", "no such receiver", 404);
    }
    if (!put(core::job_result_input(id, outcome))) return;
    if (chance(15)) put(core::job_result_input(id, Document(Object{})));
    std::erase(running_, id);
  }

  /// What was not checkpointed is gone; the log is not.
  void crash() {
    ++report_.crashes;
    recover();
  }

  void recover() {
    machine_.reset();
    stores_ = {};
    stores_ = store::faulty(folder_.open(), [this](store::Operation operation) {
      return operation == store::Operation::Append && failing_ && chance(10);
    });
    machine_ = open_on(*stores_.state);
    TOCSIN_ASSERT(apply_log(*machine_));
    running_.clear();
    for (const auto& pending : machine_->outbox()) running_.push_back(pending.job.id);
  }

  std::unique_ptr<Machine> open_on(store::State& state) {
    return *Machine::open(registry_, state, *stores_.blobs, core::Secrets(std::string(32, 's')));
  }

  /// Applies what the log has and the machine has not.
  Result<void> apply_log(Machine& machine) {
    return stores_.log->read(machine.applied() + 1, [&](std::uint64_t sequence, std::string_view entry) -> Result<void> {
      TRY(machine.apply(sequence, TRY(core::input_from(entry))));
      return {};
    });
  }

  std::string replayed() {
    const auto empty = store::in_memory();
    const auto machine = open_on(*empty.state);
    TOCSIN_ASSERT(apply_log(*machine));
    return store::digest(*empty.state);
  }

  std::int64_t times(const core::Table<Count>& table, const std::string& id) const {
    return table.get(*stores_.state, Key{id}).value_or(Count{}).times;
  }

  void check() {
    report_.acknowledged = acknowledged_.size();
    report_.refused = refused_.size();
    for (const auto& [id, operation] : acknowledged_) {
      if (times(kNotes, id) != 1) violation(fmt::format("acknowledged call {} is there {} times", id, times(kNotes, id)));
      if (operation == "Remind" && times(kFired, id) != 1) violation(fmt::format("timer {} fired {} times", id, times(kFired, id)));
      if (operation == "Deliver" && times(kDelivered, id) + times(kDeadLetters, id) != 1) {
        violation(fmt::format("delivery {}: {} times done, {} times dead", id, times(kDelivered, id), times(kDeadLetters, id)));
      }
    }
    for (const auto& id : refused_) {
      if (times(kNotes, id)) violation(fmt::format("refused call {} is there", id));
    }
  }

  std::mt19937_64 random_;
  bool failing_ = true;
  core::Registry registry_;
  store::MemoryFolder folder_;
  store::Stores stores_;
  std::unique_ptr<Machine> machine_;
  Time now_ = from_ms(1'790'000'000'000);
  std::vector<std::string> running_;
  std::map<std::string, std::string> acknowledged_;
  std::vector<std::string> refused_;
  int calls_ = 0;
  Report report_;
};

}  // namespace

Report simulate(std::uint64_t seed, int steps) {
  World world(seed);
  for (int i = 0; i < steps; ++i) world.step();
  return world.rest();
}

}  // namespace tocsin::sim
