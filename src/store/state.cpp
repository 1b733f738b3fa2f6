// SPDX-License-Identifier: Apache-2.0
#include "store/state.hpp"

#include "base/crypto.hpp"

namespace tocsin::store {
namespace {

/// Length before content, so that no two different maps feed the same bytes.
void update_with_length(Hasher& hasher, std::string_view bytes) {
  std::array<char, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<char>(bytes.size() >> (8 * (7 - i)));
  }
  hasher.update({length.data(), length.size()});
  hasher.update(bytes);
}

}  // namespace

std::string digest(const View& view) {
  Hasher hasher(Hasher::Kind::Sha256);
  view.scan("", "", Direction::Forward, [&](std::string_view key, std::string_view value) {
    update_with_length(hasher, key);
    update_with_length(hasher, value);
    return true;
  });
  return hex(hasher.finish());
}

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff')
    end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace tocsin::store
