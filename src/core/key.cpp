// SPDX-License-Identifier: Apache-2.0
#include "core/key.hpp"

#include "core/table.hpp"

namespace tocsin::core {

// A zero byte ends a part; inside a part 0x00 and 0x01 are written 0x01 0x01 and 0x01 0x02, which
// keeps the order.
Key& Key::add(std::string_view part) {
  for (const char c : part) {
    if (c == '\0' || c == '\1') {
      bytes_ += '\1';
      bytes_ += static_cast<char>(c + 1);
    } else {
      bytes_ += c;
    }
  }
  bytes_ += '\0';
  return *this;
}

Key Key::from(const std::vector<std::string>& parts) {
  Key key;
  for (const auto& part : parts)
    key.add(part);
  return key;
}

std::vector<std::string> Key::split(std::string_view bytes) {
  std::vector<std::string> parts;
  std::string part;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\0') {
      parts.push_back(std::exchange(part, {}));
    } else if (bytes[i] == '\1' && i + 1 < bytes.size()) {
      part += static_cast<char>(bytes[++i] - 1);
    } else {
      part += bytes[i];
    }
  }
  return parts;
}

std::string row_key(std::string_view table, const Key& key) {
  std::string bytes;
  bytes.reserve(table.size() + 1 + key.bytes().size());
  return bytes.append(table).append(1, '\0').append(key.bytes());
}

}  // namespace tocsin::core
