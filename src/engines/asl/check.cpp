// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {

namespace {

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// "[Source: (String)"…"; line: 1, column: 4]": where AWS's parser stands, behind what it has read.
std::string position(std::string_view text, std::size_t at) {
  constexpr std::size_t kShown = 500;
  const auto before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto column = at - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1) + 1;
  const auto left = text.size() > kShown ? text.size() - kShown : 0;
  return fmt::format("[Source: (String)\"{}\"{}; line: {}, column: {}]", text.substr(0, kShown),
                     left ? fmt::format("[truncated {} chars]", left) : "", line, column);
}

/// The byte that `parse_json` names in its message.
std::size_t byte_of(std::string_view message) {
  std::size_t byte = 0;
  const auto at = message.rfind(' ');
  std::from_chars(message.data() + at + 1, message.data() + message.size(), byte);
  return byte;
}

/// A text that is not JSON.
Diagnostic syntax(std::string_view text, const Error& error) {
  auto at = std::min(byte_of(error.message), text.size());
  auto message = error.message.substr(0, error.message.rfind(" at byte"));
  const auto word = [&](std::size_t index) {
    return index < text.size() && std::isalnum(static_cast<unsigned char>(text[index]));
  };
  while (at > 0 && word(at - 1))
    --at;
  if (word(at) && !std::isdigit(static_cast<unsigned char>(text[at]))) {
    auto end = at;
    while (word(end))
      ++end;
    message = fmt::format(
        "Unrecognized token '{}': was expecting (JSON String, Number, Array, "
        "Object or token 'null', 'true' or 'false')",
        text.substr(at, end - at));
    at = end;
  }
  auto location = position(text, at);
  message += "\n at " + location;
  return {Diagnostic::Severity::Error, "INVALID_JSON_DESCRIPTION", std::move(message),
          std::move(location)};
}

}  // namespace

Compiled check(std::string_view definition, MachineType type) {
  Compiled out;
  const bool empty = std::all_of(definition.begin(), definition.end(), blank);
  const auto json = parse_json(definition);
  if (!json && !empty) {
    out.diagnostics.push_back(syntax(definition, json.error()));
    return out;
  }
  if (!json || !json->is_object()) {
    out.diagnostics.push_back({Diagnostic::Severity::Error, "SCHEMA_VALIDATION_FAILED",
                               "Definition must be a valid JSON object", ""});
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

Document validation(const Compiled& checked, Diagnostic::Severity least, std::size_t most) {
  constexpr std::size_t kMost = 100;
  if (most == 0) most = kMost;
  Array shown;
  bool truncated = false;
  for (const auto& each : checked.diagnostics) {
    if (each.severity > least) continue;
    if (shown.size() == most) {
      truncated = true;
      break;
    }
    const bool error = each.severity == Diagnostic::Severity::Error;
    Object one{{"severity", error ? "ERROR" : "WARNING"}, {"code", each.code}};
    one["message"] = each.message;
    if (!each.location.empty()) one["location"] = each.location;
    shown.push_back(std::move(one));
  }
  Object out{{"result", checked.machine ? "OK" : "FAIL"}};
  out["diagnostics"] = std::move(shown);
  out["truncated"] = truncated;
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
