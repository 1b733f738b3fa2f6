// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {

Compiled check(std::string_view definition, MachineType type) {
  Compiled out;
  const auto json = parse_json(definition);
  if (!json || !json->is_object()) {
    out.diagnostics.push_back({Diagnostic::Severity::Error, "INVALID_JSON_DESCRIPTION",
                               json ? "The definition must be a JSON object" : json.error().message,
                               ""});
    return out;
  }
  Builder builder(type);
  builder.build(json->get_object());
  out.diagnostics = std::move(builder.diagnostics);
  const bool refused = std::any_of(
      out.diagnostics.begin(), out.diagnostics.end(),
      [](const Diagnostic& each) { return each.severity == Diagnostic::Severity::Error; });
  if (!refused) out.machine = builder.take();
  return out;
}

Result<MachinePtr> compile(std::string_view definition, MachineType type) {
  auto checked = check(definition, type);
  if (checked.machine) return std::move(checked.machine);
  std::vector<std::string> lines;
  for (const auto& each : checked.diagnostics) {
    if (each.severity == Diagnostic::Severity::Error)
      lines.push_back(fmt::format("{}: {} at {}", each.code, each.message,
                                  each.location.empty() ? "null" : each.location));
  }
  return fail("InvalidDefinition",
              fmt::format("Invalid State Machine Definition: '{}'", fmt::join(lines, ", ")));
}

}  // namespace tocsin::asl
