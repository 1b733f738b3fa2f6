// SPDX-License-Identifier: Apache-2.0
#include "engines/automation/checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "engines/automation/actions.hpp"

namespace tocsin::automation {
namespace {

constexpr std::string_view kMembers[]{"schemaVersion", "description", "assumeRole", "parameters",
                                      "variables",     "mainSteps",   "outputs",    "files"};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
}

std::vector<std::string> names_of(const Object& inputs) {
  std::vector<std::string> out;
  for (const auto& each : inputs)
    out.emplace_back(each.key());
  return out;
}

Result<void> check_inputs(const Step& step) {
  const auto* action = action_named(step.action);
  if (!action) {
    return invalid(
        fmt::format("Step \"{}\" has an unsupported action \"{}\".", step.name, step.action));
  }
  std::vector<std::string_view> known(action->optional.begin(), action->optional.end());
  known.insert(known.end(), action->required.begin(), action->required.end());
  const auto provided = names_of(step.inputs);
  const auto is_known = [&](const std::string& name) {
    return action->open || std::ranges::find(known, name) != known.end();
  };
  if (!std::ranges::all_of(provided, is_known)) {
    return invalid(fmt::format("Unknown input names provided. Known=[ [{}] ], Provided=[ [{}] ].",
                               fmt::join(known, ", "), fmt::join(provided, ", ")));
  }
  for (const auto name : action->required) {
    if (step.inputs.contains(name)) continue;
    return invalid(
        fmt::format("Missing required input names. Required=[ [{}] ], Provided =[ [{}] ].",
                    fmt::join(action->required, ", "), fmt::join(provided, ", ")));
  }
  return {};
}

Result<void> check_loop(const Step& step) {
  const bool each = step.inputs.contains("Iterators");
  if (step.steps.empty())
    return invalid(fmt::format("Step \"{}\" has no Steps to repeat.", step.name));
  if (each == step.inputs.contains("LoopCondition")) {
    return invalid(
        fmt::format("Step \"{}\" must have either Iterators or LoopCondition.", step.name));
  }
  return {};
}

class Checker {
 public:
  explicit Checker(const Runbook& runbook) : runbook_(runbook) {
    for (const auto& parameter : runbook.parameters)
      parameters_.insert(parameter.name);
  }

  Result<void> run() {
    if (runbook_.steps.empty()) return invalid("The document has no mainSteps.");
    for (const auto& parameter : runbook_.parameters) {
      if (!is_name(parameter.name))
        return invalid(fmt::format("Parameter name \"{}\" is not alpha-numeric.", parameter.name));
    }
    TRY(collect(runbook_.steps));
    TRY(check_references(Document(runbook_.assume_role)));
    for (const auto& output : runbook_.outputs)
      TRY(check_reference(output));
    return check_steps(runbook_.steps);
  }

 private:
  Result<void> collect(const std::vector<Step>& steps) {
    for (const auto& step : steps) {
      if (!is_name(step.name))
        return invalid(fmt::format("Step name \"{}\" is not alpha-numeric.", step.name));
      if (!names_.insert(step.name).second)
        return invalid(fmt::format("Duplicate step name \"{}\".", step.name));
      TRY(collect(step.steps));
    }
    return {};
  }

  Result<void> check_target(const Step& step, std::string_view member, const std::string& target) {
    if (target.empty() || names_.contains(target)) return {};
    return invalid(fmt::format("Step \"{}\" has {} \"{}\", which is not a step of the document.",
                               step.name, member, target));
  }

  Result<void> check_steps(const std::vector<Step>& steps) {
    for (const auto& step : steps) {
      TRY(check_inputs(step));
      TRY(check_target(step, "nextStep", step.next));
      TRY(check_target(step, "onFailure", step.on_failure.step));
      TRY(check_target(step, "onCancel", step.on_cancel.step));
      if (step.action == "aws:loop") TRY(check_loop(step));
      if (step.action == "aws:branch") TRY(check_branch(step));
      auto inputs = step.inputs;
      inputs.erase("Script");  // a program may have braces of its own
      TRY(check_references(Document(inputs)));
      TRY(check_steps(step.steps));
    }
    return {};
  }

  Result<void> check_branch(const Step& step) {
    for (const auto& choice : array_of(step.inputs, "Choices")) {
      if (!find(choice, "NextStep"))
        return invalid(fmt::format("Step \"{}\" has a choice without NextStep.", step.name));
      TRY(check_target(step, "NextStep", string_of(choice, "NextStep")));
    }
    return check_target(step, "Default", string_of(step.inputs, "Default"));
  }

  Result<void> check_references(const Document& value) {
    for (const auto& name : references(value))
      TRY(check_reference(name));
    return {};
  }

  Result<void> check_reference(const std::string& name) {
    if (name.starts_with("global:") || name.starts_with("automation:")) return {};
    if (name.starts_with("variable:")) {
      if (runbook_.variables.contains(name.substr(9))) return {};
      return invalid(fmt::format("Variable \"{}\" is not declared.", name.substr(9)));
    }
    const auto dot = name.find('.');
    const auto head = name.substr(0, dot);
    if (dot != name.npos ? names_.contains(head) || parameters_.contains(head)
                         : parameters_.contains(head))
      return {};
    if (dot != name.npos)
      return invalid(
          fmt::format("Step \"{}\" of \"{}\" is not a step of the document.", head, name));
    return invalid(fmt::format("Parameter \"{}\" is not declared.", name));
  }

  const Runbook& runbook_;
  std::set<std::string, std::less<>> names_, parameters_;
};

}  // namespace

Result<void> check_members(const Object& content) {
  for (const auto& member : content) {
    if (std::ranges::find(kMembers, std::string_view(member.key())) == std::end(kMembers)) {
      return invalid(fmt::format("The document has an unknown member \"{}\".",
                                 std::string_view(member.key())));
    }
  }
  return {};
}

Result<void> check(const Runbook& runbook) {
  return Checker(runbook).run();
}

}  // namespace tocsin::automation
