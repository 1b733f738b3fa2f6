// SPDX-License-Identifier: Apache-2.0
// One leaf of an event. What is costly to know (its number, its address, its fold) is found out
// when it is first asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engines/pattern/address.hpp"
#include "engines/pattern/caseless.hpp"
#include "engines/pattern/number.hpp"

namespace tocsin::pattern {

class Value {
 public:
  enum class Kind : std::uint8_t { String, Number, Literal };

  Value() = default;
  /// A string's text without escapes, or a number or literal as written.
  Value(Kind kind, std::string_view text) : text_(text), kind_(kind) {}
  /// A number whose key is known.
  Value(std::string_view text, NumberKey number)
      : text_(text), kind_(Kind::Number), number_state_(State::Known), number_(number) {}

  std::string_view text() const { return text_; }
  bool is_string() const { return kind_ == Kind::String; }
  bool is_number() const { return kind_ == Kind::Number; }

  /// The key of a comparable number, else null.
  const NumberKey* number() const {
    if (number_state_ == State::Unknown) find_number();
    return number_state_ == State::Known ? &number_ : nullptr;
  }

  /// The address that a string is, else null.
  const Address* address() const {
    if (address_state_ == State::Unknown) find_address();
    return address_state_ == State::Known ? &address_ : nullptr;
  }

 private:
  enum class State : std::uint8_t { Unknown, None, Known };

  void find_number() const {
    const auto number = is_number() ? parse_number(text_) : std::nullopt;
    number_state_ = number ? State::Known : State::None;
    if (number) number_ = *number;
  }
  void find_address() const {
    const auto address = is_string() ? parse_address(text_) : std::nullopt;
    address_state_ = address ? State::Known : State::None;
    if (address) address_ = *address;
  }

  std::string_view text_;
  Kind kind_ = Kind::Literal;
  mutable State number_state_ = State::Unknown;
  mutable State address_state_ = State::Unknown;
  mutable NumberKey number_ = 0;
  mutable Address address_ = {};
};

}  // namespace tocsin::pattern
