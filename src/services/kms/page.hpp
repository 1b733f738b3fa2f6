// SPDX-License-Identifier: Apache-2.0
// KMS's paging: Limit and Marker in; Truncated and NextMarker out. A marker is what the last page
// ended with, so that it stays good while rows come and go.
#pragma once

#include "base/crypto.hpp"
#include "core/context.hpp"
#include "services/kms/errors.hpp"

namespace tocsin::kms {

struct PageRule {
  std::string_view member;
  std::int64_t by_default;
  std::int64_t most;
};

Result<std::size_t> limit_of(const core::Call& call, const PageRule& rule);
/// None where the call begins at the beginning. Error InvalidMarkerException.
Result<std::optional<std::string>> marker_of(const core::Call& call);

inline Object page_reply(const PageRule& rule, Array items, const std::string& next) {
  Object out{{rule.member, std::move(items)}, {"Truncated", !next.empty()}};
  if (!next.empty()) out["NextMarker"] = base64(next);
  return out;
}

/// A page of the rows below `prefix`; the last part of a row's key is its marker.
template <class T, class Describe>
core::Outcome page_of(core::Call& call, const core::Table<T>& table, const core::Key& prefix,
                      const PageRule& rule, Describe describe) {
  const auto limit = TRY(limit_of(call, rule));
  const auto marker = TRY(marker_of(call));
  auto after = prefix;
  if (marker) after.add(*marker);
  Array items;
  std::string last, next;
  table.scan(
      call, prefix,
      [&](const std::vector<std::string>& key, const T& row) {
        if (items.size() == limit) {
          next = last;
          return false;
        }
        items.push_back(describe(row));
        last = key.back();
        return true;
      },
      store::Direction::Forward, marker ? std::optional(after) : std::nullopt);
  return page_reply(rule, std::move(items), next);
}

/// The same of a list that is small; the marker is a position.
template <class T, class Describe>
core::Outcome page_of_list(core::Call& call, const PageRule& rule, const std::vector<T>& all,
                           Describe describe) {
  const auto limit = TRY(limit_of(call, rule));
  const auto marker = TRY(marker_of(call));
  std::size_t at = marker ? std::strtoul(marker->c_str(), nullptr, 10) : 0;
  Array items;
  for (; at < all.size() && items.size() < limit; ++at)
    items.push_back(describe(all[at]));
  return page_reply(rule, std::move(items), at < all.size() ? std::to_string(at) : std::string());
}

}  // namespace tocsin::kms
