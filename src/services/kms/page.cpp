// SPDX-License-Identifier: Apache-2.0
#include "services/kms/page.hpp"

#include <fmt/format.h>

namespace tocsin::kms {

Result<std::size_t> limit_of(const core::Call& call, const PageRule& rule) {
  const auto limit = integer(call.params(), "Limit").value_or(rule.by_default);
  if (limit < 1)
    return constraint(std::to_string(limit), "limit", "have value greater than or equal to 1");
  if (limit > rule.most) {
    return constraint(std::to_string(limit), "limit",
                      fmt::format("have value less than or equal to {}", rule.most));
  }
  return static_cast<std::size_t>(limit);
}

Result<std::optional<std::string>> marker_of(const core::Call& call) {
  const auto marker = text(call.params(), "Marker");
  if (marker.empty()) return std::nullopt;
  auto decoded = unbase64(marker);
  if (!decoded || decoded->empty())
    return fail("InvalidMarkerException", "Could not deserialize marker");
  return decoded;
}

}  // namespace tocsin::kms
