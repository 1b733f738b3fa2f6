// SPDX-License-Identifier: Apache-2.0
// One simulated run: a machine on stores that fail, crash and forget, and whatever clients and
// receivers a derived world plays. Everything is drawn from one seed.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/machine.hpp"
#include "sim/simulator.hpp"
#include "store/memory.hpp"
#include "store/store.hpp"

namespace tocsin::sim {

class World {
 public:
  World(std::uint64_t seed, core::Registry registry);
  virtual ~World() = default;

  /// `steps` random steps, then rest without faults, then the checks.
  Report run(int steps);

 protected:
  virtual void set_up() {}  // before the faults begin
  virtual void client_call() = 0;
  /// What the receiver of a job answers when it takes it.
  virtual Result<Document> receive(const core::Job& job) = 0;
  virtual void check() = 0;  // after rest: calls violation()

  enum class Fate { Refused, Logged };
  /// Appends and applies; may crash in between, when the log has it and the state has not.
  Fate put(core::Input input);
  /// A call as the root of the account. Null while no reply came.
  Fate call(std::string_view service, std::string_view operation, Document params,
            Document* reply = nullptr);
  /// The same without faults: a failure is a violation.
  Document must(std::string_view service, std::string_view operation, Document params);

  /// Virtual time goes on until what was begun has ended.
  void rest();

  bool chance(unsigned percent) { return random_() % 100 < percent; }
  std::uint64_t random() { return random_(); }
  void violation(std::string text) { report_.violations.push_back(std::move(text)); }
  const store::View& state() const { return *stores_.state; }
  store::Blobs& blobs() { return *stores_.blobs; }
  Report& report() { return report_; }

 private:
  void step();
  void apply(std::uint64_t sequence, std::string_view entry);
  void fire_timers();
  void worker_result();
  void crash();
  void recover();
  std::unique_ptr<core::Machine> open_on(store::State& state);
  Result<void> apply_log(core::Machine& machine);
  std::string replayed();

  std::mt19937_64 random_;
  bool failing_ = false;
  core::Registry registry_;
  store::MemoryFolder folder_;
  store::Stores stores_;
  std::unique_ptr<core::Machine> machine_;
  Time now_ = from_ms(1'790'000'000'000);
  std::vector<core::Job> running_;
  std::map<std::string, Result<Document>> replies_;
  std::uint64_t calls_ = 0;
  Report report_;
};

}  // namespace tocsin::sim
