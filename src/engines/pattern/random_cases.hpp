// SPDX-License-Identifier: Apache-2.0
// Only for tests and fuzzing: patterns and events over a tiny alphabet, so that they meet often.
// What is drawn depends on the numbers of `draw` alone.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/document.hpp"

namespace tocsin::pattern {

class RandomCases {
 public:
  /// `draw(n)` gives a number below n.
  explicit RandomCases(std::function<std::size_t(std::size_t)> draw) : draw_(std::move(draw)) {}

  Document pattern() {
    Object out = fields(2, true);
    return out;
  }

  Document event() {
    Object out = members(3);
    return out;
  }

  /// Patterns and events in which it is arrays of objects that decide: the same few names at every
  /// level, values that nearly always occur somewhere, and absence.
  Document array_pattern() {
    Object out;
    out["a"] = array_fields(2);
    if (draw_(3) == 0) out["b"] = array_fields(1);
    return out;
  }

  Document array_event() {
    Object out;
    out["a"] = array_value(3);
    out["b"] = array_value(1);
    if (draw_(8) == 0) out["a.k"] = array_value(1);  // one path in two places
    return out;
  }

 private:
  std::string array_name() { return pick({"k", "x", "y"}); }

  Object array_fields(std::size_t depth) {
    Object out;
    for (std::size_t count = 2 + draw_(2); count > 0; --count) {
      if (depth > 0 && draw_(3) == 0) {
        out["m"] = array_fields(depth - 1);
        continue;
      }
      Array any = {static_cast<std::int64_t>(draw_(2))};
      if (draw_(6) == 0) any = {Document(one("exists", false))};
      if (draw_(8) == 0) any.push_back(one("exists", false));
      out[array_name()] = std::move(any);
    }
    return out;
  }

  Document array_value(std::size_t depth) {
    if (depth == 0) return static_cast<std::int64_t>(draw_(2));
    Array items;
    for (std::size_t count = 2 + draw_(3); count > 0; --count) {
      Object item;
      for (std::size_t members = 1 + draw_(4); members > 0; --members) {
        item[array_name()] = static_cast<std::int64_t>(draw_(2));
      }
      if (depth > 1 && draw_(3) > 0) item["m"] = array_value(depth - 1);
      items.push_back(std::move(item));
    }
    if (draw_(6) == 0) items.push_back(Document(Array{items}));
    if (draw_(6) == 0) items.push_back(static_cast<std::int64_t>(draw_(2)));
    return items;
  }

  static Object one(std::string_view key, Document value) {
    Object out;
    out[key] = std::move(value);
    return out;
  }

  std::string name() { return pick({"a", "b", "c", "d"}); }
  std::string pick(std::vector<std::string> from) { return from[draw_(from.size())]; }

  std::string word() {
    std::string out;
    for (std::size_t length = draw_(5); length > 0; --length)
      out += pick({"x", "y", "X", "é", "É"});
    return out;
  }
  std::string some_word() { return pick({"x", "y", "X"}) + word(); }

  Document number() {
    switch (draw_(3)) {
      case 0:
        return static_cast<std::int64_t>(draw_(4)) - 1;
      case 1:
        return static_cast<double>(draw_(8)) / 2 - 1;
      default:
        return static_cast<double>(draw_(4)) * 1e11;
    }
  }

  std::string address() {
    return pick(
        {"10.0.0.1", "10.0.0.200", "10.0.1.1", "2001:db8::1", "2001:DB8:0::1", "::ffff:a00:1"});
  }

  Document leaf() {
    switch (draw_(8)) {
      case 0:
        return nullptr;
      case 1:
        return true;
      case 2:
      case 3:
        return number();
      case 4:
        return Document(address());
      default:
        return Document(word());
    }
  }

  Object fields(std::size_t depth, bool may_branch) {
    Object out;
    for (std::size_t count = 1 + draw_(3); count > 0; --count) {
      if (may_branch && depth > 0 && draw_(6) == 0) {
        Array alternatives;
        for (std::size_t i = 2 + draw_(2); i > 0; --i)
          alternatives.push_back(fields(1, false));
        out["$or"] = std::move(alternatives);
      } else if (depth > 0 && draw_(2) == 0) {
        out[name()] = fields(depth - 1, may_branch);
      } else {
        out[draw_(12) == 0 ? name() + "." + name() : name()] = alternatives();
      }
    }
    return out;
  }

  Array alternatives() {
    Array out;
    for (std::size_t count = 1 + draw_(2); count > 0; --count)
      out.push_back(alternative());
    return out;
  }

  Document alternative() {
    switch (draw_(14)) {
      case 0:
        return one("exists", draw_(2) == 0);
      case 1:
        return one("prefix", Document(word()));
      case 2:
        return one("suffix", Document(word()));
      case 3:
        return one("equals-ignore-case", Document(word()));
      case 4:
        return one("prefix", one("equals-ignore-case", Document(word())));
      case 5:
        return one("suffix", one("equals-ignore-case", Document(word())));
      case 6:
        return one("wildcard", Document(wildcard()));
      case 7:
        return one("numeric", numeric());
      case 8:
        return one("cidr",
                   Document(pick({"10.0.0.0/24", "10.0.0.77/25", "2001:db8::/32", "::/0"})));
      case 9:
        return one("anything-but", excluded_values());
      case 10:
        return one("anything-but", excluded_texts());
      default:
        return leaf();
    }
  }

  std::string wildcard() {
    std::string out = draw_(2) == 0 ? "*" : "";
    for (std::size_t parts = 1 + draw_(2); parts > 0; --parts)
      out += some_word() + (draw_(3) > 0 ? "*" : "");
    return out;
  }

  Array numeric() {
    const auto low = static_cast<std::int64_t>(draw_(4)) - 1;
    if (draw_(2) == 0) return {Document(pick({"=", "<", "<=", ">", ">="})), number()};
    return {Document(pick({">", ">="})), low, Document(pick({"<", "<="})), low + 1.5};
  }

  Document excluded_values() {
    if (draw_(2) == 0) return draw_(2) == 0 ? number() : Document(word());
    Array out;
    const bool numbers = draw_(2) == 0;
    for (std::size_t i = 1 + draw_(3); i > 0; --i)
      out.push_back(numbers ? number() : Document(word()));
    return out;
  }

  Document excluded_texts() {
    const std::string op = pick({"prefix", "suffix", "equals-ignore-case", "wildcard"});
    const auto operand = [&] { return Document(op == "wildcard" ? wildcard() : some_word()); };
    if (draw_(2) == 0) return one(op, operand());
    Array out;
    for (std::size_t i = 1 + draw_(3); i > 0; --i)
      out.push_back(operand());
    return one(op, std::move(out));
  }

  Object members(std::size_t depth) {
    Object out;
    for (std::size_t count = draw_(5); count > 0; --count) {
      out[draw_(16) == 0 ? name() + "." + name() : name()] = value(depth);
    }
    return out;
  }

  Document value(std::size_t depth) {
    const std::size_t kind = depth == 0 ? 0 : draw_(6);
    if (kind < 2) return leaf();
    if (kind < 4) return members(depth - 1);
    Array out;
    for (std::size_t count = draw_(4); count > 0; --count) {
      out.push_back(draw_(3) == 0 ? value(depth - 1) : Document(members(depth - 1)));
    }
    return out;
  }

  std::function<std::size_t(std::size_t)> draw_;
};

}  // namespace tocsin::pattern
