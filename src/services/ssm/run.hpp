// SPDX-License-Identifier: Apache-2.0
// One input's work on one automation: its row, its runbook and the step at hand. drive.hpp goes on
// with it, actions.hpp says what a step does.
#pragma once

#include <variant>

#include "engines/automation/automation.hpp"
#include "services/ssm/names.hpp"
#include "services/ssm/rows.hpp"

namespace tocsin::ssm {

/// How a step (an attempt of it) ended.
struct Ended {
  Status status = Status::Success;
  std::string message = {};          // why it failed
  std::string stage = "Invocation";  // of a failure
  std::string kind = "Action";       // of a failure
  std::string doing = "Execute/Cancelling action";
  Object values = {};                  // outputs by name
  std::optional<Document> reply = {};  // what the step's selectors read, and its OutputPayload
  std::string next = {};               // where a branch goes
};
Ended failed(std::string message);
/// While what was started is waited for.
Ended failed_waiting(std::string message);

class Run {
 public:
  /// None where there is no such automation in the context's scope.
  static std::optional<Run> load(core::Context& context, std::string_view id);
  Run(core::Context& of, Execution execution, automation::Runbook read)
      : context(of), row(std::move(execution)), runbook(std::move(read)) {}

  core::Context& context;
  Execution row;
  automation::Runbook runbook;

  Scope scope() const { return context.scope(); }
  void save() { save_execution(context, row); }
  /// What a reference stands for.
  std::optional<Document> value_of(std::string_view reference) const;
  automation::Lookup lookup() const;
  /// Who makes the steps' calls: the assumed role, or who started the automation.
  core::CallSpec call(std::string service, std::string operation, Object params) const;

  // Events of EventBridge.
  void tell(const StepRow& step) const;
  void tell() const;

 private:
  Object detail(Status status, Time start, Time end) const;
  void emit(std::string type, Object detail) const;
};

/// A step of a run, while it is worked on.
struct At {
  Run& run;
  std::string order;
  StepRow step;
  automation::Place place;

  const Object& inputs() const { return step.resolved; }
  std::string input(std::string_view name) const;
  void save() { save_step(run.context, run.row.id, order, step); }
  /// What finds this attempt again: {"id", "order", "attempt"}.
  core::Continuation then(std::string name) const;
  std::string attempt() const { return fmt::format("{}:{}", order, step.attempts); }
};

/// The attempt that a continuation means, if it still is what the automation waits for. `run` must
/// be empty before.
std::optional<At> attempt_of(core::Context& context, const Document& reference,
                             std::optional<Run>& run);

}  // namespace tocsin::ssm
