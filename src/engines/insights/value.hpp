// SPDX-License-Identifier: Apache-2.0
// What expressions yield. Texts are views: into the event, into the row's arena or into the plan.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::insights {

struct Value {
  enum class Kind : std::uint8_t {
    Null,
    Number,
    Time,     // milliseconds, in `number`
    Boolean,  // shown as 1 and 0
    Text,     // a number of a JSON message, too, as it is written there
    Json      // an object or an array, as text
  };
  Kind kind = Kind::Null;
  double number = 0;
  std::string_view text;

  static Value of(double number) { return {Kind::Number, number, {}}; }
  static Value of(bool truth) { return {Kind::Boolean, truth ? 1.0 : 0.0, {}}; }
  static Value of(std::string_view text) { return {Kind::Text, 0, text}; }
  static Value time(double ms) { return {Kind::Time, ms, {}}; }

  bool null() const { return kind == Kind::Null; }
  bool is_text() const { return kind == Kind::Text || kind == Kind::Json; }
};

/// Room for texts that live as long as a row.
class Arena {
 public:
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    auto* to = take(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }
  /// Bytes to write to.
  char* take(std::size_t size);
  void reset();

 private:
  static constexpr std::size_t kChunk = 64 * 1024;
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::size_t used_ = 0, room_ = 0;
};

/// The number that a value is or, as a whole, spells.
std::optional<double> number_of(const Value& value);
std::optional<double> number_in(std::string_view text);
bool truth(const Value& value);
/// As results show it; null is the empty text.
std::string shown(const Value& value);
/// The same where an Arena can keep it.
std::string_view shown(const Value& value, Arena& arena);

/// As = has it: numbers by value, also where a text spells one.
bool equal(const Value& left, const Value& right);
/// As < has it; none where either is null.
std::optional<int> compare(const Value& left, const Value& right);
/// As sort has it: nulls, then texts in their natural order, then numbers.
int sort_order(const Value& left, const Value& right);

}  // namespace tocsin::insights
