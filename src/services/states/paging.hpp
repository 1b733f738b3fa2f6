// SPDX-License-Identifier: Apache-2.0
// nextToken and maxResults.
#pragma once

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/states/names.hpp"

namespace tocsin::states {

inline std::size_t limit_of(const core::Call& call, std::int64_t usual = 100,
                            std::int64_t most = 1000) {
  const auto wanted = integer(call.params(), "maxResults").value_or(0);
  return static_cast<std::size_t>(wanted <= 0 ? usual : std::min(wanted, most));
}

inline Failure invalid_token(std::string_view token) {
  return fail("InvalidToken", fmt::format("Invalid Token: '{}'", token));
}

/// A place in a list, as nextToken; tied to the list (its operation and what it is of).
std::string token_of(const core::Call& call, std::string_view of, std::string_view position);
/// The place that nextToken means; empty: from the start. Error InvalidToken.
Result<std::string> position_of(const core::Call& call, std::string_view of);

/// The reply of a list operation: {member: [...], "nextToken": ...} with what `show` gives of each
/// row below `prefix` (null: not shown). The position is the last part of the row's key.
template <class Row>
core::Outcome page_of(
    core::Call& call, const core::Table<Row>& table, const core::Key& prefix,
    std::string_view member,
    const std::function<Document(const std::vector<std::string>&, const Row&)>& show,
    store::Direction direction = store::Direction::Forward) {
  const auto position = TRY(position_of(call, prefix.bytes()));
  const auto most = limit_of(call);
  std::optional<core::Key> after;
  if (!position.empty()) after.emplace(prefix).add(position);
  Array shown;
  std::string last;
  bool more = false;
  table.scan(
      call, prefix,
      [&](const std::vector<std::string>& key, const Row& row) {
        auto one = show(key, row);
        if (one.is_null()) return true;
        if (shown.size() == most) return !(more = true);
        shown.push_back(std::move(one));
        last = key.back();
        return true;
      },
      direction, after);
  Object reply;
  reply[member] = std::move(shown);
  if (more) reply["nextToken"] = token_of(call, prefix.bytes(), last);
  return reply;
}

}  // namespace tocsin::states
