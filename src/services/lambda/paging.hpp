// SPDX-License-Identifier: Apache-2.0
// Marker and MaxItems.
#pragma once

#include <algorithm>

#include "base/crypto.hpp"
#include "services/lambda/names.hpp"

namespace tocsin::lambda {

/// The reply of a list operation: {member: [...], "NextMarker": ...} with what `show` gives of each
/// row below `prefix` (null: not shown).
template <class Row>
core::Outcome list_page(core::Call& call, const core::Table<Row>& table, const core::Key& prefix,
                        std::string_view member, const std::function<Document(const Row&)>& show) {
  std::optional<core::Key> after;
  if (const auto marker = text(call.params(), "Marker"); !marker.empty()) {
    const auto parts = parse_json(unbase64(marker).value_or(""));
    if (!parts || !parts->is_array()) return invalid("Invalid value for Marker.");
    after.emplace();
    for (const auto& part : parts->as_array())
      after->add(part.is_string() ? std::string_view(part.get_string()) : std::string_view());
  }
  const auto most = static_cast<std::size_t>(
      std::clamp<std::int64_t>(integer(call.params(), "MaxItems").value_or(50), 1, 50));
  Array rows;
  Array last;
  bool more = false;
  table.scan(
      call, prefix,
      [&](const std::vector<std::string>& key, const Row& row) {
        auto shown = show(row);
        if (shown.is_null()) return true;
        if (rows.size() == most) return !(more = true);
        rows.push_back(std::move(shown));
        last.clear();
        for (const auto& part : key)
          last.push_back(boost::json::string(part));
        return true;
      },
      store::Direction::Forward, after);
  Object reply;
  reply[member] = std::move(rows);
  if (more) reply["NextMarker"] = base64(to_json(last));
  return reply;
}

}  // namespace tocsin::lambda
