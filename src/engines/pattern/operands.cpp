// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/operands.hpp"

namespace tocsin::pattern {
namespace {

constexpr double kHalfTrillion = 5e11;

template <class Bits>
void append_bits(std::string& out, const Bits& bits) {
  out.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

template <class Items>
void sort_unique(Items& items) {
  std::ranges::sort(items);
  const auto rest = std::ranges::unique(items);
  items.erase(rest.begin(), rest.end());
}

Predicate caseless(Op op, const std::string& text) {
  Predicate out{op, text};
  out.caseless.emplace_back(text);
  return out;
}

}  // namespace

NumberKey lowest_in_range() {
  return number_key(-kHalfTrillion);
}
NumberKey highest_in_range() {
  return number_key(kHalfTrillion);
}

Predicate plain_text(const std::string& text) {
  return {Op::Text, text};
}
Predicate literal(const std::string& text) {
  return {Op::Literal, text};
}
Predicate prefix(const std::string& text) {
  return {Op::Prefix, text};
}
Predicate suffix(const std::string& text) {
  return {Op::Suffix, text};
}

Predicate exact_text(const std::string& text) {
  const auto address = parse_address(text);
  if (!address) return plain_text(text);
  return address_range({address->v6, address->bits, address->bits});
}

Predicate exact_number(const std::string& text) {
  const auto number = parse_number(text);
  return number ? number_range(*number, *number) : literal(text);
}

Predicate number_range(NumberKey low, NumberKey high) {
  Predicate out{Op::Number, ""};
  append_bits(out.key, low);
  append_bits(out.key, high);
  out.low = low;
  out.high = high;
  return out;
}

Predicate address_range(const AddressRange& range) {
  Predicate out{Op::Address, range.v6 ? "6" : "4"};
  append_bits(out.key, range.low);
  append_bits(out.key, range.high);
  out.addresses = range;
  return out;
}

Predicate equals_ignore_case(const std::string& text) {
  return caseless(Op::EqualsIgnoreCase, text);
}
Predicate prefix_ignore_case(const std::string& text) {
  return caseless(Op::PrefixIgnoreCase, text);
}
Predicate suffix_ignore_case(const std::string& text) {
  return caseless(Op::SuffixIgnoreCase, text);
}

Predicate wildcard(Wildcard parsed) {
  const auto& parts = parsed.parts();
  if (parts.size() == 1) return plain_text(parts[0]);
  if (parts.size() == 2 && parts[1].empty()) return prefix(parts[0]);
  if (parts.size() == 2 && parts[0].empty()) return suffix(parts[1]);
  Predicate out{Op::Wildcard, ""};
  for (const auto& part : parts) {
    out.key += std::to_string(part.size());
    out.key += ':';
    out.key += part;
  }
  out.wildcards.push_back(std::move(parsed));
  return out;
}

Predicate not_texts(Op op, std::vector<std::string> texts) {
  sort_unique(texts);
  Predicate out{op, ""};
  for (const auto& text : texts) {
    out.key += std::to_string(text.size());
    out.key += ':';
    out.key += text;
    if (op == Op::NotIgnoreCase) out.caseless.emplace_back(text);
  }
  out.texts = std::move(texts);
  return out;
}

Predicate not_numbers(std::vector<NumberKey> numbers) {
  sort_unique(numbers);
  Predicate out{Op::NotNumber, ""};
  for (const NumberKey number : numbers)
    append_bits(out.key, number);
  out.numbers = std::move(numbers);
  return out;
}

}  // namespace tocsin::pattern
