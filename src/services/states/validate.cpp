// SPDX-License-Identifier: Apache-2.0
#include "services/states/validate.hpp"

#include "engines/asl/asl.hpp"
#include "services/states/names.hpp"

namespace tocsin::states {

core::Outcome validate_state_machine_definition(core::Call& call) {
  const auto& params = call.params();
  const auto type = text(params, "type", "STANDARD"), severity = text(params, "severity", "ERROR");
  if (type != "STANDARD" && type != "EXPRESS")
    return violation(type, "type", "Member must satisfy enum value set: [STANDARD, EXPRESS]");
  if (severity != "ERROR" && severity != "WARNING")
    return violation(severity, "severity", "Member must satisfy enum value set: [ERROR, WARNING]");
  const auto most = integer(params, "maxResults").value_or(0);
  if (most < 0 || most > 100)
    return violation(std::to_string(most), "maxResults",
                     most < 0 ? "Member must have value greater than or equal to 0"
                              : "Member must have value less than or equal to 100");
  const auto checked =
      asl::check(opened(call, "definition"),
                 type == "EXPRESS" ? asl::MachineType::Express : asl::MachineType::Standard);
  return asl::validation(
      checked,
      severity == "WARNING" ? asl::Diagnostic::Severity::Warning : asl::Diagnostic::Severity::Error,
      static_cast<std::size_t>(most));
}

}  // namespace tocsin::states
