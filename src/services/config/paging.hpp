// SPDX-License-Identifier: Apache-2.0
// Pages of lists: a token says after which entry the next one begins.
#pragma once

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/document.hpp"

namespace tocsin::config {

struct Page {
  std::size_t limit = 0;
  std::string after;  // empty: from the beginning
};

inline std::string token_after(std::string_view entry) {
  return base64(entry);
}

/// Errors InvalidLimitException, InvalidNextTokenException. A limit of 0 is the default.
inline Result<Page> page_of(const Document& params, std::string_view limit_name,
                            std::string_view token_name, std::size_t standard,
                            std::int64_t most = 100) {
  const auto limit = integer(params, limit_name).value_or(0);
  if (limit < 0 || limit > most) {
    return fail("InvalidLimitException",
                fmt::format("Value '{}' at 'limit' failed to satisfy constraint: Member must have "
                            "value less than or equal to {}",
                            limit, most));
  }
  Page page{limit ? static_cast<std::size_t>(limit) : standard, {}};
  const auto token = text(params, token_name);
  if (token.empty()) return page;
  auto after = unbase64(token);
  if (!after || after->empty())
    return fail("InvalidNextTokenException", "The nextToken provided is invalid");
  page.after = *std::move(after);
  return page;
}

}  // namespace tocsin::config
