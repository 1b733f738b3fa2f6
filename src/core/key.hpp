// SPDX-License-Identifier: Apache-2.0
// Keys of the state: a table's name and parts, ordered part by part.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/arn.hpp"

namespace tocsin::core {

/// Parts of a key. `{account, region, name}`; any bytes are allowed in a part.
class Key {
 public:
  Key() = default;
  Key(std::initializer_list<std::string_view> parts) {
    for (const auto part : parts)
      add(part);
  }
  /// Key::of(scope, name): account, region, then the parts.
  template <class... Parts>
  static Key of(const Scope& scope, const Parts&... parts) {
    return Key{std::string_view(scope.account.str()), std::string_view(scope.region),
               std::string_view(parts)...};
  }
  /// Of a scanned row.
  static Key from(const std::vector<std::string>& parts);
  Key& add(std::string_view part);
  const std::string& bytes() const { return bytes_; }

  /// The parts of encoded bytes.
  static std::vector<std::string> split(std::string_view bytes);

 private:
  std::string bytes_;  // each part escaped and ended by a zero byte
};

}  // namespace tocsin::core
