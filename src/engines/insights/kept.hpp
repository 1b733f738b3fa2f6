// SPDX-License-Identifier: Apache-2.0
// What outlives the row it came from.
#pragma once

#include "engines/insights/value.hpp"

namespace tocsin::insights {

struct Source;

/// A value with its text.
struct Kept {
  Value::Kind kind = Value::Kind::Null;
  double number = 0;
  std::string text;

  Kept() = default;
  explicit Kept(const Value& value) : kind(value.kind), number(value.number), text(value.text) {}
  Value value() const { return {kind, number, text}; }
  std::size_t size() const { return sizeof(Kept) + text.capacity(); }
};

/// Where a row stands among all: what decides between equals, whatever the order of arrival.
struct Rank {
  std::int64_t time = 0;
  const Source* source = nullptr;  // null: not an event; `ordinal` counts the rows
  std::int64_t ordinal = 0;
};
/// By time, then stream and ordinal.
int order(const Rank& left, const Rank& right);

/// A text that is equal for equal values only.
void append_key(std::string& key, const Value& value);

/// Bytes that a run may hold.
inline constexpr std::size_t kMostMemory = 256 << 20;

}  // namespace tocsin::insights
