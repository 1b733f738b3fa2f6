// SPDX-License-Identifier: Apache-2.0
// NextToken and Limit.
#pragma once

#include <algorithm>

#include "base/crypto.hpp"
#include "services/events/names.hpp"

namespace tocsin::events {

inline std::size_t limit_of(const core::Call& call) {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(integer(call.params(), "Limit").value_or(100), 1, 100));
}

/// The last name of the page before; none for the first page.
inline Result<std::string> position_of(const core::Call& call) {
  const auto token = text(call.params(), "NextToken");
  auto name = unbase64(token);
  if (!token.empty() && !name) return invalid("Parameter NextToken is not valid.");
  return name.value_or("");
}

/// The reply of a list operation: {member: [...], "NextToken": ...} with what `show` gives of each
/// row below `prefix` (null: not shown).
template <class Row>
core::Outcome page_of(core::Call& call, const core::Table<Row>& table, const core::Key& prefix,
                      std::string_view member, const std::function<Document(const Row&)>& show) {
  const auto position = TRY(position_of(call));
  auto after = prefix;
  after.add(position);
  Array shown;
  std::string last;
  bool more = false;
  table.scan(
      call, prefix,
      [&](const std::vector<std::string>& key, const Row& row) {
        auto one = show(row);
        if (one.is_null()) return true;
        if (shown.size() == limit_of(call)) return !(more = true);
        shown.push_back(std::move(one));
        last = key.back();
        return true;
      },
      store::Direction::Forward, position.empty() ? std::nullopt : std::optional(after));
  Object reply;
  reply[member] = std::move(shown);
  if (more) reply["NextToken"] = base64(last);
  return reply;
}

}  // namespace tocsin::events
