// SPDX-License-Identifier: Apache-2.0
// What evaluation handles: pointers into the document, into the rules, or into the evaluator's own
// store of made values. Nothing is copied.
#pragma once

#include <boost/container/small_vector.hpp>

#include "engines/guard/ast.hpp"

namespace tocsin::guard {

/// Exactly one is set. A literal that is plain is seen as its document.
struct Value {
  const Document* document = nullptr;
  const Literal* literal = nullptr;

  static Value of(const Document& document) { return {&document, nullptr}; }
  static Value of(const Literal& literal) {
    if (literal.kind == Literal::Kind::Plain) return {&literal.plain, nullptr};
    return {nullptr, &literal};
  }
  bool operator==(const Value&) const = default;  // the same place, not the same content

  bool is_list() const;
  bool is_struct() const;
  bool is_null() const { return document && document->is_null(); }
  bool is_scalar() const { return !is_list() && !is_struct(); }
  const boost::json::string* string() const { return document ? document->if_string() : nullptr; }
  std::size_t size() const;  // of a list or struct
  Value item(std::size_t index) const;
  /// None where this is no struct or has no such member.
  std::optional<Value> member(std::string_view key) const;
  std::string_view type() const;  // Guard's word: "String", "array", "map", "int" …
  std::string text() const;       // JSON; patterns as /…/
};

/// A result of a query.
struct Found {
  enum class Kind : std::uint8_t {
    Resolved,
    Literal,
    Unresolved  // `value` is how far it came, `query` and `part` what was left
  };
  Kind kind = Kind::Resolved;
  std::uint32_t part = 0;
  Value value;
  const Query* query = nullptr;

  bool resolved() const { return kind != Kind::Unresolved; }
};
using Results = boost::container::small_vector<Found, 2>;

enum class Answer : std::uint8_t { No, Yes, NotComparable };

/// Equality as `==` has it: patterns match, ranges contain, lists and structs member by member.
Answer equal(Value left, Value right);
/// For <, <=, >, >=; none: not comparable.
std::optional<std::partial_ordering> order(Value left, Value right);
inline bool same(Value left, Value right) {
  return equal(left, right) == Answer::Yes;
}

}  // namespace tocsin::guard
