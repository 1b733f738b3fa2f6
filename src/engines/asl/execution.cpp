// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/execution.hpp"

#include "engines/asl/run.hpp"

namespace tocsin::asl {

void ExecutionDeleter::operator()(Execution* execution) const {
  delete execution;
}

void name(Execution& execution, const StartOptions& names) {
  execution.arn = names.execution_arn;
  execution.name = names.execution_name;
  execution.role_arn = names.role_arn;
  execution.machine_arn = names.machine_arn;
  execution.machine_name = names.machine_name;
  execution.region = names.region;
}

Started start(const Machine& machine, const StartOptions& options, const Environment& environment) {
  Started out{ExecutionPtr(new Execution), {}};
  auto& execution = *out.execution;
  name(execution, options);
  execution.input = Value(options.input);
  execution.started = environment.now;
  execution.flow = options.processor;
  execution.map_item = options.map_item;
  out.step.history.reserve(16);
  Run(machine, execution, environment, out.step).begin();
  return out;
}

Step advance(const Machine& machine, Execution& execution, const Event& event,
             const Environment& environment) {
  Step step;
  Run(machine, execution, environment, step).handle(event);
  return step;
}

Status status(const Execution& execution) {
  return execution.status;
}

bool awaits(const Execution& execution, std::uint64_t task) {
  for (const auto& [id, branch] : execution.branches)
    if (branch.task == task && branch.phase == Branch::Phase::Task) return true;
  return false;
}

std::string_view name_of(Status status) {
  static constexpr std::string_view kNames[] = {"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT",
                                                "ABORTED"};
  return kNames[static_cast<std::size_t>(status)];
}

namespace {

/// What an ItemSelector sees of an item that a reader gave.
class ItemSurroundings final : public Surroundings {
 public:
  ItemSurroundings(std::int64_t index, const Document& item, const Environment& environment)
      : environment_(environment) {
    Object made{{"Index", index}};
    made["Value"] = item;
    Object map;
    map["Item"] = std::move(made);
    Object context;
    context["Map"] = std::move(map);
    context_ = std::move(context);
  }
  const Document& context() override { return context_; }
  const Document* variable(std::string_view) override { return nullptr; }
  std::uint64_t random() override { return environment_.random ? environment_.random() : 0; }
  Time now() const override { return environment_.now; }

 private:
  Document context_;
  const Environment& environment_;
};

}  // namespace

Result<Document> selected_item(const Machine& machine, std::string_view state, const Value& input,
                               std::int64_t index, const Document& item,
                               const Environment& environment) {
  const auto* named = machine.named(state);
  if (!named || !named->map || !named->map->selector) return Document(item);
  ItemSurroundings around(index, item, environment);
  return named->map->selector->document(Scope{around, *input});
}

}  // namespace tocsin::asl
