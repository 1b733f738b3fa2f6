// SPDX-License-Identifier: Apache-2.0
// Marker, MaxItems and IsTruncated: how IAM lists.
#pragma once

#include "services/iam/state.hpp"

namespace tocsin::iam {

/// One page of a list, filled in the order of keys. The marker hides the key of the last item.
class Page {
 public:
  explicit Page(core::Call& call);

  /// The key behind which this page begins; empty: at the beginning. Error: the marker is none.
  Result<std::string> after() const;
  /// False where the page is full: the list goes on.
  bool add(std::string_view key, Document item);
  /// {member: items, IsTruncated, Marker}
  Object reply(std::string_view member) &&;

  bool truncated() const { return truncated_; }
  std::string marker() const;
  Array& items() { return items_; }

 private:
  std::string given_;
  std::size_t limit_;
  std::string last_;
  Array items_;
  bool truncated_ = false;
};

/// Pages over what is at hand: documents by their keys.
core::Outcome paged(core::Call& call, std::string_view member,
                    const std::map<std::string, Document>& all, Object out = {});

/// Pages over a table's rows below `account`, which `describe` turns into items or leaves out.
template <class Row, class Describe>
core::Outcome paged_rows(core::Call& call, std::string_view member, const core::Table<Row>& table,
                         Describe describe) {
  Page page(call);
  const auto after = page.after();
  if (!after) return after.error();
  const auto& account = call.account().str();
  table.scan(
      call, core::Key{account},
      [&](const auto& key, const Row& row) {
        const std::optional<Object> item = describe(row);
        return !item || page.add(key[1], *item);
      },
      store::Direction::Forward,
      after->empty() ? std::nullopt : std::optional(core::Key{account, *after}));
  return std::move(page).reply(member);
}

}  // namespace tocsin::iam
