// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/compiled.hpp"
#include "engines/pattern/hash.hpp"

namespace tocsin::pattern {
namespace {

template <class Items, class Test>
bool any(const Items& items, Test test) {
  return std::any_of(items.begin(), items.end(), test);
}

bool in_numbers(const Predicate& predicate, const Value& value) {
  const NumberKey* number = value.number();
  return number != nullptr && std::ranges::binary_search(predicate.numbers, *number);
}

/// Of sorted texts; most lists have one.
bool contains(const std::vector<std::string>& texts, std::string_view text) {
  if (texts.size() == 1) return equal_bytes(texts.front(), text);
  return std::ranges::binary_search(texts, text);
}

void append_sized(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

}  // namespace

bool Predicate::matches(const Value& value) const {
  const std::string_view text = value.text();
  const bool string = value.is_string();
  switch (op) {
    case Op::Text:
      return string && equal_bytes(text, key);
    case Op::Literal:
      return !string && equal_bytes(text, key);
    case Op::Number: {
      const NumberKey* number = value.number();
      return number != nullptr && low <= *number && *number <= high;
    }
    case Op::Address: {
      const Address* address = value.address();
      return address != nullptr && addresses.contains(*address);
    }
    case Op::Prefix:
      return string && text.starts_with(key);
    case Op::Suffix:
      return string && text.ends_with(key);
    case Op::EqualsIgnoreCase:
      return string && caseless[0].equals(text);
    case Op::PrefixIgnoreCase:
      return string && caseless[0].starts(text);
    case Op::SuffixIgnoreCase:
      return string && caseless[0].ends(text);
    case Op::Wildcard:
      return string && wildcards[0].matches(text);
    case Op::Exists:
      return true;
    case Op::NotText:
      return !(string && contains(texts, text));
    case Op::NotNumber:
      return !in_numbers(*this, value);
    case Op::NotPrefix:
      return !(string && any(texts, [&](auto& t) { return text.starts_with(t); }));
    case Op::NotSuffix:
      return !(string && any(texts, [&](auto& t) { return text.ends_with(t); }));
    case Op::NotIgnoreCase:
      return !(string && any(caseless, [&](auto& c) { return c.equals(text); }));
    case Op::NotWildcard:
      return !(string && any(wildcards, [&](auto& w) { return w.matches(text); }));
  }
  return false;
}

std::string Condition::key() const {
  std::string out = absent ? "-" : "+";
  for (const auto& predicate : any) {
    out += static_cast<char>('a' + static_cast<int>(predicate.op));
    append_sized(out, predicate.key);
  }
  return out;
}

}  // namespace tocsin::pattern
