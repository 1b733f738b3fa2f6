// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "services/cloudcontrol/parts.hpp"

namespace tocsin::cloudcontrol {

Result<Object> patched(const Object& document, std::string_view patch) {
  try {
    const auto after = nlohmann::json::parse(to_json(document)).patch(nlohmann::json::parse(patch));
    auto parsed = TRY(parse_json(after.dump()));
    if (parsed.is_object()) return std::move(parsed.as_object());
    return fail("ValidationException", "Invalid patch: it leaves no object of properties");
  } catch (const nlohmann::json::exception& refused) {
    return fail("ValidationException", fmt::format("Invalid patch: {}", refused.what()));
  }
}

}  // namespace tocsin::cloudcontrol
