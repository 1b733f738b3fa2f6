// SPDX-License-Identifier: Apache-2.0
#include "engines/guard/value.hpp"

#include <fmt/format.h>

namespace tocsin::guard {
namespace {

using Kind = Literal::Kind;

/// The number in a document; none where it is of another kind.
std::optional<double> number(const Document& document) {
  if (document.is_double()) return document.get_double();
  if (document.is_int64()) return static_cast<double>(document.get_int64());
  if (document.is_uint64()) return static_cast<double>(document.get_uint64());
  return std::nullopt;
}

/// The code point of a text of one character.
std::optional<double> character(const boost::json::string& text) {
  if (text.empty()) return std::nullopt;
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() != size) return std::nullopt;
  auto code = static_cast<std::uint32_t>(size == 1 ? lead : lead & (0x7FU >> size));
  for (std::size_t at = 1; at < size; ++at)
    code = code << 6 | (static_cast<unsigned char>(text[at]) & 0x3FU);
  return code;
}

Answer answer(bool yes) {
  return yes ? Answer::Yes : Answer::No;
}

Answer within(const Document& document, const Range& range) {
  std::optional<double> place;
  if (range.kind == Range::Kind::Char) {
    if (const auto* text = document.if_string()) place = character(*text);
  } else {
    place = number(document);
  }
  if (!place) return Answer::NotComparable;
  const bool above = range.with_lower ? *place >= range.lower : *place > range.lower;
  const bool below = range.with_upper ? *place <= range.upper : *place < range.upper;
  return answer(above && below);
}

Answer equal_special(const Literal& literal, Value other) {
  const auto* document = other.document;
  if (literal.kind == Kind::Pattern) {
    if (!document)
      return other.literal->kind == Kind::Pattern
                 ? answer(literal.pattern->expression() == other.literal->pattern->expression())
                 : Answer::NotComparable;
    const auto* text = document->if_string();
    if (!text) return Answer::NotComparable;
    const auto found = literal.pattern->search(*text);
    return found ? answer(*found) : Answer::NotComparable;
  }
  return document ? within(*document, literal.range) : Answer::NotComparable;
}

Answer equal_lists(Value left, Value right) {
  if (left.size() != right.size()) return Answer::No;
  for (std::size_t at = 0; at < left.size(); ++at) {
    if (const auto each = equal(left.item(at), right.item(at)); each != Answer::Yes) return each;
  }
  return Answer::Yes;
}

template <class Take>
Answer each_member(Value map, const Take& take) {
  if (map.document) {
    for (const auto& [key, value] : map.document->get_object()) {
      if (const auto each = take(key, Value::of(value)); each != Answer::Yes) return each;
    }
  } else {
    for (const auto& [key, value] : map.literal->members) {
      if (const auto each = take(key, Value::of(value)); each != Answer::Yes) return each;
    }
  }
  return Answer::Yes;
}

Answer equal_structs(Value left, Value right) {
  if (left.size() != right.size()) return Answer::No;
  return each_member(left, [&](std::string_view key, Value value) {
    const auto other = right.member(key);
    return other ? equal(value, *other) : Answer::No;
  });
}

bool is_special(Value value) {
  return value.literal &&
         (value.literal->kind == Kind::Pattern || value.literal->kind == Kind::Range);
}

std::string text_of(const Range& range) {
  const auto bound = [&](double value) {
    if (range.kind == Range::Kind::Char) return std::string(1, static_cast<char>(value));
    return to_json(Document(value));
  };
  return fmt::format("r{}{},{}{}", range.with_lower ? '[' : '(', bound(range.lower),
                     bound(range.upper), range.with_upper ? ']' : ')');
}

std::string text_of(const Literal& literal) {
  std::string out;
  switch (literal.kind) {
    case Kind::Plain:
      return to_json(literal.plain);
    case Kind::Pattern:
      return "\"/" + literal.pattern->expression() + "/\"";
    case Kind::Range:
      return "\"" + text_of(literal.range) + "\"";
    case Kind::List:
      for (const auto& item : literal.items)
        out += (out.empty() ? "" : ",") + text_of(item);
      return "[" + out + "]";
    case Kind::Map:
      for (const auto& [key, value] : literal.members)
        out += (out.empty() ? "" : ",") + to_json(Document(boost::json::string(key))) + ":" +
               text_of(value);
      return "{" + out + "}";
  }
  return out;
}

}  // namespace

bool Value::is_list() const {
  return document ? document->is_array() : literal->kind == Kind::List;
}

bool Value::is_struct() const {
  return document ? document->is_object() : literal->kind == Kind::Map;
}

std::size_t Value::size() const {
  if (!document)
    return literal->kind == Kind::List ? literal->items.size() : literal->members.size();
  return document->is_array() ? document->get_array().size() : document->get_object().size();
}

Value Value::item(std::size_t index) const {
  return document ? of(document->get_array()[index]) : of(literal->items[index]);
}

std::optional<Value> Value::member(std::string_view key) const {
  if (document) {
    const auto* object = document->if_object();
    const auto* value = object ? object->if_contains(key) : nullptr;
    return value ? std::optional(of(*value)) : std::nullopt;
  }
  for (const auto& [name, value] : literal->members) {
    if (name == key) return of(value);
  }
  return std::nullopt;
}

std::string_view Value::type() const {
  if (!document) {
    switch (literal->kind) {
      case Kind::Pattern:
        return "Regex";
      case Kind::Range:
        return "range";
      case Kind::List:
        return "array";
      default:
        return "map";
    }
  }
  switch (document->kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "bool";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return "int";
    case boost::json::kind::double_:
      return "float";
    case boost::json::kind::string:
      return "String";
    case boost::json::kind::array:
      return "array";
    case boost::json::kind::object:
      return "map";
  }
  return "null";
}

std::string Value::text() const {
  return document ? to_json(*document) : text_of(*literal);
}

Answer equal(Value left, Value right) {
  if (is_special(left)) return equal_special(*left.literal, right);
  if (is_special(right)) return equal_special(*right.literal, left);
  if (left.is_list() && right.is_list()) return equal_lists(left, right);
  if (left.is_struct() && right.is_struct()) return equal_structs(left, right);
  if (!left.document || !right.document) return Answer::NotComparable;
  if (left.document->is_bool() && right.document->is_bool())
    return answer(left.document->get_bool() == right.document->get_bool());
  const auto ordering = order(left, right);
  return ordering ? answer(*ordering == 0) : Answer::NotComparable;
}

std::optional<std::partial_ordering> order(Value left, Value right) {
  if (!left.document || !right.document) return std::nullopt;
  const auto& one = *left.document;
  const auto& two = *right.document;
  if (one.is_string() && two.is_string())
    return std::string_view(one.get_string()) <=> std::string_view(two.get_string());
  if (one.is_int64() && two.is_int64()) return one.get_int64() <=> two.get_int64();
  if (one.is_null() && two.is_null()) return std::partial_ordering::equivalent;
  const auto first = number(one);
  const auto second = number(two);
  if (!first || !second) return std::nullopt;
  return *first <=> *second;
}

}  // namespace tocsin::guard
