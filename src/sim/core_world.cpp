// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sim/delivery_service.hpp"
#include "sim/world.hpp"

namespace tocsin::sim {
namespace {

class CoreWorld final : public World {
 public:
  explicit CoreWorld(std::uint64_t seed) : World(seed, delivery_service()) {}

 private:
  void client_call() override {
    static constexpr const char* kOperations[] = {"Note", "Deliver", "Remind"};
    const std::string operation = kOperations[random() % 3];
    const auto id = fmt::format("{}", ++ids_);
    const auto fate =
        call("sim", operation,
             Object{{"Id", id}, {"Seconds", static_cast<std::int64_t>(random() % 600)}});
    if (fate == Fate::Logged)
      acknowledged_[id] = operation;
    else
      refused_.push_back(id);
  }

  Result<Document> receive(const core::Job&) override { return Document(Object{}); }

  std::int64_t times(const core::Table<Count>& table, const std::string& id) const {
    return table.get(state(), core::Key{id}).value_or(Count{}).times;
  }

  void check() override {
    report().acknowledged = acknowledged_.size();
    report().refused = refused_.size();
    for (const auto& [id, operation] : acknowledged_)
      check(id, operation);
    for (const auto& id : refused_) {
      if (times(kNotes, id)) violation(fmt::format("refused call {} is there", id));
    }
  }

  void check(const std::string& id, const std::string& operation) {
    if (times(kNotes, id) != 1)
      violation(fmt::format("acknowledged call {} is there {} times", id, times(kNotes, id)));
    if (operation == "Remind" && times(kFired, id) != 1) {
      violation(fmt::format("timer {} fired {} times", id, times(kFired, id)));
    }
    if (operation == "Deliver" && times(kDelivered, id) + times(kDeadLetters, id) != 1) {
      violation(fmt::format("delivery {}: {} times done, {} times dead", id, times(kDelivered, id),
                            times(kDeadLetters, id)));
    }
  }

  std::map<std::string, std::string> acknowledged_;  // id, operation
  std::vector<std::string> refused_;
  int ids_ = 0;
};

}  // namespace

Report simulate_core(std::uint64_t seed, int steps) {
  return CoreWorld(seed).run(steps);
}

}  // namespace tocsin::sim
