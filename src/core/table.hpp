// SPDX-License-Identifier: Apache-2.0
// Typed tables over the state. A service declares its tables once, in its state.hpp:
//
//   inline constexpr core::Table<Topic> kTopics{"sns.topics"};
//
//   auto topic = kTopics.get(call, Key::of(call.scope(), name));
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/describe.hpp"
#include "core/key.hpp"
#include "core/transaction.hpp"

namespace tocsin::core {

/// The state key of a table's row.
std::string row_key(std::string_view table, const Key& key);

template <class T>
class Table {
 public:
  constexpr explicit Table(std::string_view name) : name_(name) {}
  std::string_view name() const { return name_; }

  std::optional<T> get(const store::View& view, const Key& key) const {
    const auto bytes = view.get(row_key(name_, key));
    if (!bytes) return std::nullopt;
    return decode_row(*bytes);
  }
  bool contains(const store::View& view, const Key& key) const {
    return view.get(row_key(name_, key)).has_value();
  }
  void put(Transaction& transaction, const Key& key, const T& value) const {
    transaction.put(row_key(name_, key), to_json(encode(value)));
  }
  void erase(Transaction& transaction, const Key& key) const {
    transaction.erase(row_key(name_, key));
  }

  /// Rows whose key begins with `prefix`, in key order; `after` (a full Key) skips up to and
  /// including it. The visitor gets the row's key parts and value, and returns false to stop.
  using Visit = std::function<bool(const std::vector<std::string>& key, const T& value)>;
  void scan(const store::View& view, const Key& prefix, const Visit& visit,
            store::Direction direction = store::Direction::Forward,
            const std::optional<Key>& after = std::nullopt) const {
    const auto head = row_key(name_, {}).size();
    auto from = row_key(name_, prefix);
    auto to = store::prefix_end(from);
    if (after && direction == store::Direction::Forward) from = row_key(name_, *after) + '\0';
    if (after && direction == store::Direction::Backward) to = row_key(name_, *after);
    view.scan(from, to, direction, [&](std::string_view key, std::string_view value) {
      return visit(Key::split(key.substr(head)), decode_row(value));
    });
  }

  /// All rows below `prefix`. For small sets; long ones page with `scan`.
  std::vector<T> all(const store::View& view, const Key& prefix) const {
    std::vector<T> rows;
    scan(view, prefix, [&](const auto&, const T& row) {
      rows.push_back(row);
      return true;
    });
    return rows;
  }

 private:
  static T decode_row(std::string_view bytes) {
    return decoded<T>(boost::json::parse(boost::json::string_view(bytes.data(), bytes.size())));
  }
  std::string_view name_;
};

}  // namespace tocsin::core
