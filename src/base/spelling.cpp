// SPDX-License-Identifier: Apache-2.0
#include "base/spelling.hpp"

namespace tocsin {
namespace {

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
char small(char c) {
  return static_cast<char>(c - 'A' + 'a');
}

}  // namespace

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && is_capital(out[0])) out[0] = small(out[0]);
  return out;
}

std::string lower_head(std::string_view name) {
  std::string out(name);
  for (auto& letter : out) {
    if (!is_capital(letter)) break;
    letter = small(letter);
  }
  return out;
}

Document respelled(const Document& value, std::string (*spell)(std::string_view)) {
  if (const auto* list = value.if_array()) {
    Array out;
    for (const auto& each : *list)
      out.push_back(respelled(each, spell));
    return out;
  }
  const auto* object = value.if_object();
  if (!object) return value;
  Object out;
  for (const auto& [name, member] : *object)
    out[spell(name)] = respelled(member, spell);
  return out;
}

}  // namespace tocsin
