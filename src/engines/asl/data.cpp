// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engines/asl/run.hpp"

namespace tocsin::asl {

Result<Value> Run::select(const Selection& selection, const Value& from) {
  if (selection.kind == Selection::Kind::Whole) return from;
  if (selection.kind == Selection::Kind::Nothing) return Value(Object());
  Document storage;
  const auto found = read_path(selection.path, scope_of(from), storage);
  if (!found) {
    return runtime_error(
        fmt::format("Invalid path '{}' : {}", selection.path.text(), found.error().message));
  }
  return Value(Document(**found));
}

Result<Value> Run::effective_input(Branch& branch) {
  const auto& state = state_of(branch);
  auto effective = TRY(select(state.input_path, branch.input));
  if (!state.jsonata()) saw("afterInputPath", effective);
  return effective;
}

Result<Value> Run::with_parameters(const State& state, const Value& effective) {
  if (!state.parameters) {
    if (!state.jsonata()) saw("afterParameters", effective);
    return effective;
  }
  auto out = TRY(state.parameters->evaluate(scope_of(effective)));
  saw(state.jsonata() ? "afterArguments" : "afterParameters", out);
  return out;
}

Run::Outcome Run::fits(const Value& value, std::string_view what) {
  if (value.bytes() <= kMostBytes) return true;
  return fail("States.DataLimitExceeded",
              fmt::format("The state/task '{}' returned a result with a size exceeding the maximum "
                          "number of bytes service limit.",
                          what));
}

}  // namespace tocsin::asl
