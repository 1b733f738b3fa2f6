// SPDX-License-Identifier: Apache-2.0
#include "telemetry/check.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <vector>

#include "engines/pattern/number.hpp"

namespace tocsin::telemetry {
namespace {

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_hex(std::string_view digits) {
  return std::ranges::all_of(digits, [](char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
  });
}

/// Whether something stands twice among names that are mostly few.
std::optional<std::string_view> twice(std::span<std::string_view> names) {
  if (names.size() > 16) {
    std::ranges::sort(names);
    const auto found = std::ranges::adjacent_find(names);
    return found == names.end() ? std::nullopt : std::optional(*found);
  }
  for (std::size_t i = 1; i < names.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (names[i].size() == names[j].size() && names[i] == names[j]) return names[i];
    }
  }
  return std::nullopt;
}

bool good_escapes(std::string_view raw) {
  for (auto at = raw.find('\\'); at != raw.npos; at = raw.find('\\', at)) {
    const char escape = at + 1 < raw.size() ? raw[at + 1] : '\0';
    if (escape == 'u') {
      if (at + 6 > raw.size() || !is_hex(raw.substr(at + 2, 4))) return false;
    } else if (std::string_view("\"\\/bfnrt").find(escape) == std::string_view::npos) {
      return false;
    }
    at += 2;
  }
  return true;
}

class Check {
 public:
  Check(std::string_view text, std::span<const std::uint32_t> structure)
      : text_(text),
        structure_(structure),
        escapes_(std::memchr(text.data() + structure.front(), '\\',
                             structure.back() - structure.front())) {}

  std::optional<std::string> run() {
    // Each turn takes one value; opening brackets wait on a stack, so depth costs no recursion.
    do {
      if (!value()) return fault_;
      while (!open_.empty() && !fresh_) {
        if (!after_value()) return fault_;
        if (!closed_) break;
      }
      fresh_ = false;
    } while (!open_.empty());
    if (at_ != structure_.size()) grammar();
    return fault_;
  }

 private:
  struct Open {
    char bracket;
    std::size_t names;  // of the members, where they begin in names_
  };

  char peek() const { return at_ < structure_.size() ? text_[structure_[at_]] : '\0'; }
  bool bad(std::string what) {
    if (!fault_) fault_ = std::move(what);
    return false;
  }
  bool grammar() { return bad(fmt::format("the record is not JSON near its byte {}", place())); }
  std::size_t place() const {
    return (at_ < structure_.size() ? structure_[at_] : structure_.back()) - structure_.front();
  }

  /// A scalar, or the bracket that opens an object or array. `fresh_`: something was opened and is
  /// not empty.
  bool value() {
    const char c = peek();
    fresh_ = false;
    if (c == '{' || c == '[') return open(c);
    if (c == '"') return string().has_value() || grammar();
    const auto word = token();
    if (word == "true" || word == "false" || word == "null" || pattern::is_json_number(word))
      return (++at_, true);
    return grammar();
  }

  bool open(char bracket) {
    ++at_;
    if (peek() == (bracket == '{' ? '}' : ']')) return (++at_, true);
    open_.push_back({bracket, names_.size()});
    fresh_ = true;
    return bracket == '[' || name();
  }

  /// Behind a value: a comma, or what closes. `closed_`: that is a value in its turn.
  bool after_value() {
    const char c = peek();
    closed_ = c != ',';
    ++at_;
    const char bracket = open_.back().bracket;
    if (!closed_) return bracket == '[' || name();
    if (c != (bracket == '{' ? '}' : ']')) return (--at_, grammar());
    const bool twice = repeats(open_.back().names);
    names_.resize(open_.back().names);
    open_.pop_back();
    return !twice;
  }

  bool name() {
    if (peek() != '"') return grammar();
    const auto text = string();
    if (!text) return grammar();
    names_.push_back(*text);
    if (peek() != ':') return grammar();
    ++at_;
    return true;
  }

  bool repeats(std::size_t from) {
    const auto found = twice(std::span(names_).subspan(from));
    if (found) bad(fmt::format("the record has two members \"{}\" in one object", *found));
    return found.has_value();
  }

  /// What stands from this position to the next, without space.
  std::string_view token() const {
    if (at_ >= structure_.size()) return {};
    const std::size_t start = structure_[at_];
    std::size_t end = at_ + 1 < structure_.size() ? structure_[at_ + 1] : start;
    while (end > start && is_space(text_[end - 1]))
      --end;
    return text_.substr(start, end - start);
  }

  std::optional<std::string_view> string() {
    const auto quoted = token();
    if (quoted.size() < 2 || quoted.back() != '"') return std::nullopt;
    const auto raw = quoted.substr(1, quoted.size() - 2);
    if (escapes_ && !good_escapes(raw)) return std::nullopt;
    ++at_;
    return raw;
  }

  std::string_view text_;
  std::span<const std::uint32_t> structure_;
  const bool escapes_;
  std::size_t at_ = 0;
  bool fresh_ = false, closed_ = false;
  std::vector<Open> open_;
  std::vector<std::string_view> names_;
  std::optional<std::string> fault_;
};

}  // namespace

std::optional<std::string> find_fault(std::string_view text,
                                      std::span<const std::uint32_t> structure) {
  return Check(text, structure).run();
}

}  // namespace tocsin::telemetry
