// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/drive.hpp"

#include <algorithm>

#include "services/ssm/outputs.hpp"

namespace tocsin::ssm {
namespace {

using automation::Reaction;
using core::Context;
using core::Key;

constexpr auto kKept = std::chrono::days(30);

std::string order_part(std::int64_t number) {
  return fmt::format("{:04}", number);
}

std::int64_t number_in(const Run& run, const Document& written, std::int64_t usual) {
  const auto resolved = automation::resolve(written, run.lookup());
  const auto value =
      resolved ? automation::converted(*resolved, automation::Type::Integer) : std::nullopt;
  return value && value->get_int64() > 0 ? value->get_int64() : usual;
}

Array valid_next_steps(const automation::Place& place) {
  const auto& step = *place.step;
  std::vector<std::string> names;
  for (const auto& choice : array_of(step.inputs, "Choices"))
    names.push_back(string_of(choice, "NextStep"));
  if (step.action == "aws:branch")
    names.push_back(string_of(step.inputs, "Default"));
  else if (!step.end)
    names.push_back(step.next.empty() ? following(place) : step.next);
  Array out;
  for (const auto& name : names)
    if (!name.empty()) out.push_back(Document(name));
  return out;
}

StepRow new_step(Run& run, const automation::Place& place) {
  const auto& step = *place.step;
  return {.id = run.context.new_uuid(),
          .name = step.name,
          .action = step.action,
          .most = number_in(run, step.attempts, 1),
          .timeout_s = number_in(run, step.timeout_s, usual_timeout_s(step.action)),
          .on_failure = step.on_failure.text(),
          .next = step.next,
          .is_end = step.end,
          .critical = step.is_critical(),
          .valid_next = valid_next_steps(place)};
}

/// The row of a step that is about to run: the pending one, or a further one where it ran before.
At at_step(Run& run, const automation::Place& place) {
  const auto& name = place.step->name;
  if (place.loop.empty()) {
    const auto known = run.row.latest.find(name);
    if (known != run.row.latest.end()) {
      auto step = load_step(run.context, run.row.id, known->second);
      if (step && step->status == Status::Pending) {
        step->most = number_in(run, place.step->attempts, 1);
        step->timeout_s = number_in(run, place.step->timeout_s, usual_timeout_s(step->action));
        return {run, known->second, *std::move(step), place};
      }
    }
  }
  At at{run, order_part(++run.row.rows), new_step(run, place), place};
  if (!run.row.frames.empty()) {
    const auto& frame = run.row.frames.back();
    at.order = fmt::format("{}.{}", frame.order, order_part(run.row.rows));
    at.step.parent = frame.order;
    at.step.iteration = frame.iteration;
    if (frame.each)
      at.step.iterator =
          automation::text_of(frame.items[static_cast<std::size_t>(frame.iteration - 1)]);
  }
  run.row.latest[name] = at.order;
  return at;
}

void add_suffix(std::string& message) {
  constexpr std::string_view kSuffix =
      "Please refer to Automation Service Troubleshooting Guide for more diagnosis details.";
  while (message.ends_with('.') || message.ends_with('\n'))
    message.pop_back();
  message += ". ";
  message += kSuffix;
}

std::string failure_text(const Ended& ended) {
  auto text = ended.status == Status::TimedOut
                  ? fmt::format("Step timed out while step is {}. {}", ended.doing, ended.message)
                  : fmt::format("Step fails when it is {}. {}", ended.doing, ended.message);
  while (text.ends_with(' '))
    text.pop_back();
  add_suffix(text);
  return text;
}

Ended unresolved(const std::string& name) {
  auto ended = failed(fmt::format(
      "Failed to resolve input: {0} to type String. {0} is not defined in the Automation Document.",
      name));
  ended.doing = "validating and resolving the step inputs";
  ended.stage = "InputValidation";
  ended.kind = "Verification";
  return ended;
}

/// The inputs with their references resolved. Error: the reference that has no value.
Result<void> resolve_inputs(At& at) {
  auto inputs = at.place.step->inputs;
  const auto lookup = at.run.lookup();
  std::optional<Document> script;
  if (const auto* found = inputs.if_contains("Script"))
    script = Document(automation::resolve_known(automation::text_of(*found), lookup));
  inputs.erase("Script");
  Object later;  // asked again at each iteration
  for (const auto* member : {"LoopCondition"}) {
    if (const auto* found = inputs.if_contains(member)) later[member] = *found;
    inputs.erase(member);
  }
  auto resolved = TRY(automation::resolve(Document(inputs), lookup));
  at.step.resolved = std::move(resolved.as_object());
  for (auto& member : later)
    at.step.resolved[member.key()] = member.value();
  if (script) at.step.resolved["Script"] = *std::move(script);
  for (const auto& input : at.step.resolved)
    at.step.inputs[input.key()] =
        input.value().is_string() ? to_json(input.value()) : automation::text_of(input.value());
  return {};
}

void attempt(At at) {
  auto& run = at.run;
  ++at.step.attempts;
  at.step.phase = 0;
  at.step.work.clear();
  run.row.waiting = at.attempt();
  if (const auto resolved = resolve_inputs(at); !resolved)
    return end_attempt(std::move(at), unresolved(resolved.error().message));
  if (at.step.timeout_s > 0 && at.step.timer.empty())
    at.step.timer = run.context.at(run.context.now() + std::chrono::seconds(at.step.timeout_s),
                                   at.then("ssm.timeout"));
  if (at.step.action == "aws:loop") return begin_loop(std::move(at));
  const auto advance = action_named(at.step.action);
  if (!advance) {
    auto refusal = failed(fmt::format("Tocsin does not serve the action {}", at.step.action));
    return end_attempt(std::move(at), std::move(refusal));
  }
  auto move = advance(at, nullptr);
  carry_out(std::move(at), std::move(move));
}

void begin_step(Run& run, const std::string& name) {
  const auto place = automation::find_step(run.runbook, name);
  if (!place.step) return end_execution(run, Status::Failed);
  auto at = at_step(run, place);
  at.step.status = Status::InProgress;
  at.step.start = run.context.now();
  run.row.step = name;
  run.row.action = at.step.action;
  if (!run.row.cancelling) run.row.status = Status::InProgress;
  run.tell(at.step);
  attempt(std::move(at));
}

void show_end(At& at, const Ended& ended) {
  auto& step = at.step;
  step.status = ended.status;
  step.end = at.run.context.now();
  if (ended.status == Status::Success) {
    step.response_code = "0";
    return;
  }
  if (ended.status == Status::Cancelled) return;
  step.failure = failure_text(ended);
  step.stage = ended.stage;
  step.kind = ended.kind;
  at.run.row.failure = step.failure;
}

void go_on(At& at, const Ended& ended) {
  auto& run = at.run;
  const auto& step = *at.place.step;
  const bool bad = ended.status != Status::Success;
  if (bad && at.step.critical) run.row.critical_failed = true;
  if (bad && step.on_failure.kind == Reaction::Kind::Abort)
    return end_execution(run, ended.status, at.step.failure);
  if (run.row.completing) return end_execution(run, Status::Success);
  if (bad && step.on_failure.kind == Reaction::Kind::Step) return go_to(run, step.on_failure.step);
  auto next = ended.next;
  if (next.empty() && !step.end) next = step.next.empty() ? following(at.place) : step.next;
  if (!next.empty()) return go_to(run, next);
  if (!run.row.frames.empty()) return end_iteration(run);
  end_execution(run, run.row.cancelling        ? Status::Cancelled
                     : run.row.critical_failed ? Status::Failed
                                               : Status::Success);
}

void count_open(Context& context, std::int64_t by) {
  const auto key = Key::of(context.scope());
  auto open = kOpen.get(context, key).value_or(Count{});
  open.value += by;
  kOpen.put(context, key, open);
}

void forget(Context& context, const core::Resumption& due) {
  const auto id = string_of(due.context, "id");
  const auto row = kExecutions.get(context, Key::of(context.scope(), id));
  if (!row) return;
  for (const auto& placed : load_steps(context, id))
    kSteps.erase(context, Key::of(context.scope(), id, placed.order));
  kStarted.erase(context, Key::of(context.scope(), moment_part(row->start), id));
  if (!row->parent.empty()) kChildren.erase(context, Key::of(context.scope(), row->parent, id));
  kPlans.erase(context, Key::of(context.scope(), id));
  kExecutions.erase(context, Key::of(context.scope(), id));
}

}  // namespace

void let_go(At& at) {
  for (auto* timer : {&at.step.timer, &at.step.wake}) {
    if (!timer->empty()) at.run.context.cancel(*timer);
    timer->clear();
  }
  at.run.row.waiting.clear();
}

void carry_out(At at, Move move) {
  auto& context = at.run.context;
  if (auto* ended = std::get_if<Ended>(&move)) return end_attempt(std::move(at), std::move(*ended));
  if (auto* call = std::get_if<core::CallSpec>(&move)) {
    context.start(
        {.work = std::move(*call), .retry = {.attempts = 3}, .then = at.then("ssm.answer")});
  } else if (auto* job = std::get_if<core::JobSpec>(&move)) {
    context.start(
        {.work = std::move(*job), .retry = {.attempts = 2}, .then = at.then("ssm.answer")});
  } else if (const auto* sleep = std::get_if<Sleep>(&move)) {
    at.step.wake = context.at(context.now() + sleep->until_next, at.then("ssm.woken"));
  } else if (std::get<Park>(move).status == Status::Waiting) {
    at.step.status = Status::Waiting;
    if (!at.run.row.cancelling) at.run.row.status = Status::Waiting;
    at.run.tell(at.step);
  }
  at.save();
  at.run.save();
}

void end_attempt(At at, Ended ended) {
  auto& run = at.run;
  if (ended.status == Status::Success) {
    if (auto kept = keep_outputs(at, ended); !kept) ended = failed(kept.error().message);
  }
  const bool again = (ended.status == Status::Failed || ended.status == Status::TimedOut) &&
                     at.step.attempts < at.step.most;
  let_go(at);
  if (again) {
    run.row.waiting = at.attempt();
    run.context.later(at.then("ssm.again"));
    at.save();
    return run.save();
  }
  show_end(at, ended);
  run.tell(at.step);
  at.save();
  go_on(at, ended);
  run.save();
}

void go_to(Run& run, const std::string& name) {
  const auto place = automation::find_step(run.runbook, name);
  while (!run.row.frames.empty() && run.row.frames.back().loop != place.loop)
    close_loop(run, Status::Success);
  if (!place.step || (!place.loop.empty() && run.row.frames.empty()))
    return end_execution(run, Status::Failed,
                         fmt::format("The step {} cannot be gone to from outside its loop.", name));
  if (run.row.interactive && place.loop.empty() && !run.row.cancelling) {
    run.row.step = name;
    run.row.action = place.step->action;
    run.row.status = Status::Waiting;
    return run.save();
  }
  run.context.later({"ssm.step", Object{{"id", run.row.id}, {"step", name}}});
  run.save();
}

void end_execution(Run& run, Status status, std::string message) {
  if (is_over(run.row.status)) return;
  while (!run.row.frames.empty())
    close_loop(run, status);
  run.row.status = status;
  run.row.end = run.context.now();
  run.row.waiting.clear();
  if (status == Status::Success) run.row.failure.clear();
  if (!message.empty()) run.row.failure = std::move(message);
  if (!run.row.deadline.empty()) run.context.cancel(run.row.deadline);
  run.save();
  count_open(run.context, -1);
  run.context.trace_outcome(run.row.node, status == Status::Success
                                              ? std::string("ok")
                                              : std::string(encode(status).get_string()));
  run.tell();
  run.context.upkeep(run.row.end + kKept, {"ssm.forget", Object{{"id", run.row.id}}});
  if (!run.row.parent.empty()) child_ended(run.context, run.row);
}

void begin_execution(Context& context, Execution row, const Document& content) {
  const auto scope = context.scope();
  const auto outer = context.cause();
  row.start = context.now();
  row.status = Status::InProgress;
  row.node = context.trace("automation", row.document);
  kPlans.put(context, Key::of(scope, row.id), {content});
  kStarted.put(context, Key::of(scope, moment_part(row.start), row.id), {});
  if (!row.parent.empty()) kChildren.put(context, Key::of(scope, row.parent, row.id), {});
  save_execution(context, row);
  count_open(context, 1);
  if (auto run = Run::load(context, row.id)) {
    run->tell();
    if (run->row.rate) {
      start_children(*run);
    } else {
      for (const auto& step : run->runbook.steps) {
        At at = at_step(*run, automation::find_step(run->runbook, step.name));
        at.save();
      }
      go_to(*run, run->runbook.steps.front().name);
    }
  }
  context.set_cause(outer);
}

std::optional<At> step_at_hand(Run& run) {
  if (run.row.waiting.empty()) return std::nullopt;
  const auto order = run.row.waiting.substr(0, run.row.waiting.find(':'));
  auto step = load_step(run.context, run.row.id, order);
  if (!step) return std::nullopt;
  auto place = automation::find_step(run.runbook, step->name);
  if (!place.step) return std::nullopt;
  return At{run, order, *std::move(step), std::move(place)};
}

void on_driving(core::Registry& registry) {
  registry.on_resume("ssm.step", [](Context& context, const core::Resumption& due) {
    auto run = Run::load(context, text(due.context, "id"));
    if (run && !is_over(run->row.status) && run->row.waiting.empty())
      begin_step(*run, string_of(due.context, "step"));
  });
  registry.on_resume("ssm.again", [](Context& context, const core::Resumption& due) {
    std::optional<Run> run;
    if (auto at = attempt_of(context, due.context, run)) attempt(*std::move(at));
  });
  const auto advance = [](Context& context, const core::Resumption& due, bool answered) {
    std::optional<Run> run;
    auto at = attempt_of(context, due.context, run);
    if (!at) return;
    at->step.wake.clear();
    auto move = action_named(at->step.action)(*at, answered ? &due.outcome : nullptr);
    carry_out(*std::move(at), std::move(move));
  };
  registry.on_resume("ssm.answer", [advance](Context& context, const core::Resumption& due) {
    advance(context, due, true);
  });
  registry.on_resume("ssm.woken", [advance](Context& context, const core::Resumption& due) {
    advance(context, due, false);
  });
  registry.on_resume("ssm.timeout", [](Context& context, const core::Resumption& due) {
    std::optional<Run> run;
    auto at = attempt_of(context, due.context, run);
    if (!at) return loop_timed_out(context, due.context);
    at->step.timer.clear();
    end_attempt(*std::move(at), {.status = Status::TimedOut,
                                 .kind = "Action",
                                 .doing = "Poll action status for completion"});
  });
  registry.on_resume("ssm.cancel", [](Context& context, const core::Resumption& due) {
    if (auto run = Run::load(context, text(due.context, "id"))) cancel_execution(*run);
  });
  registry.on_resume("ssm.forget", forget);
}

}  // namespace tocsin::ssm
