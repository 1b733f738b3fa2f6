// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/rows.hpp"

namespace tocsin::ssm {
namespace {

using core::Context;
using core::Key;

Object opened(const Context& context, const Document& sealed) {
  const auto text = context.open(sealed);
  const auto parsed = text ? parse_json(*text) : Result<Document>(Document(nullptr));
  return parsed && parsed->is_object() ? parsed->get_object() : Object{};
}

void open_step(const Context& context, StepRow& step) {
  const auto data = opened(context, step.sealed);
  step.inputs = object_of(data, "inputs");
  step.outputs = object_of(data, "outputs");
  step.resolved = object_of(data, "resolved");
  step.work = object_of(data, "work");
}

}  // namespace

std::optional<Execution> load_execution(const Context& context, std::string_view id) {
  auto row = kExecutions.get(context, Key::of(context.scope(), id));
  if (!row) return row;
  const auto data = opened(context, row->sealed);
  row->given = object_of(data, "given");
  row->parameters = object_of(data, "parameters");
  row->variables = object_of(data, "variables");
  row->values = object_of(data, "values");
  return row;
}

void save_execution(Context& context, Execution& row) {
  const Object data{{"given", row.given},
                    {"parameters", row.parameters},
                    {"variables", row.variables},
                    {"values", row.values}};
  row.sealed = context.seal(to_json(data));
  kExecutions.put(context, Key::of(context.scope(), row.id), row);
}

std::optional<StepRow> load_step(const Context& context, std::string_view id,
                                 std::string_view order) {
  auto step = kSteps.get(context, Key::of(context.scope(), id, order));
  if (step) open_step(context, *step);
  return step;
}

void save_step(Context& context, std::string_view id, std::string_view order, StepRow& step) {
  const Object data{{"inputs", step.inputs},
                    {"outputs", step.outputs},
                    {"resolved", step.resolved},
                    {"work", step.work}};
  step.sealed = context.seal(to_json(data));
  kSteps.put(context, Key::of(context.scope(), id, order), step);
}

std::vector<PlacedStep> load_steps(const Context& context, std::string_view id) {
  std::vector<PlacedStep> out;
  kSteps.scan(context, Key::of(context.scope(), id), [&](const auto& key, const StepRow& row) {
    out.push_back({key.back(), row});
    open_step(context, out.back().step);
    return true;
  });
  return out;
}

}  // namespace tocsin::ssm
