// SPDX-License-Identifier: Apache-2.0
#include "engines/guard/pattern.hpp"

#include <algorithm>
#include <boost/regex.hpp>
#include <charconv>
#include <re2/re2.h>

namespace tocsin::guard {
namespace {

constexpr int kMostMemory = 4 << 20;

RE2::Options re2_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  return options;
}

class Linear : public Pattern {
 public:
  explicit Linear(std::string_view expression)
      : Pattern(expression), regex_(std::string(expression), re2_options()) {}
  bool good() const { return regex_.ok(); }
  const std::string& error() const { return regex_.error(); }

  std::optional<bool> search(std::string_view text) const override {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex_);
  }

 protected:
  bool each_match(std::string_view text,
                  const std::function<void(const Groups&)>& take) const override {
    const auto count = static_cast<std::size_t>(regex_.NumberOfCapturingGroups()) + 1;
    std::vector<re2::StringPiece> found(count);
    const re2::StringPiece whole(text.data(), text.size());
    std::size_t at = 0;
    while (at <= text.size() && regex_.Match(whole, at, text.size(), RE2::UNANCHORED, found.data(),
                                             static_cast<int>(count))) {
      Groups groups;
      for (const auto& piece : found)
        groups.emplace_back(piece.data(), piece.size());
      take(groups);
      const auto end = static_cast<std::size_t>(found[0].data() - text.data()) + found[0].size();
      at = found[0].empty() ? end + 1 : end;
    }
    return true;
  }
  int group_named(const std::string& name) const override {
    const auto& groups = regex_.NamedCapturingGroups();
    const auto found = groups.find(name);
    return found == groups.end() ? -1 : found->second;
  }

 private:
  RE2 regex_;
};

class Backtracking : public Pattern {
 public:
  explicit Backtracking(std::string_view expression)
      : Pattern(expression), regex_(expression.begin(), expression.end(), boost::regex::perl) {}

  std::optional<bool> search(std::string_view text) const override {
    try {
      return boost::regex_search(text.begin(), text.end(), regex_, kFlags);
    } catch (const std::runtime_error&) {
      return std::nullopt;
    }
  }

 protected:
  bool each_match(std::string_view text,
                  const std::function<void(const Groups&)>& take) const override try {
    using Iterator = boost::regex_iterator<std::string_view::const_iterator>;
    for (Iterator match(text.begin(), text.end(), regex_, kFlags), end; match != end; ++match) {
      Groups groups;
      for (const auto& group : *match)
        groups.push_back(group.matched ? std::string_view(group.first, group.second)
                                       : std::string_view());
      take(groups);
    }
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
  int group_named(const std::string&) const override { return -1; }

 private:
  static inline const auto kFlags =
      boost::regex_constants::match_single_line | boost::regex_constants::match_not_dot_newline;
  boost::regex regex_;
};

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

}  // namespace

Result<std::shared_ptr<const Pattern>> Pattern::compile(std::string_view expression) {
  auto linear = std::make_shared<Linear>(expression);
  if (linear->good()) return std::shared_ptr<const Pattern>(std::move(linear));
  try {
    return std::shared_ptr<const Pattern>(std::make_shared<Backtracking>(expression));
  } catch (const std::runtime_error&) {
    return fail("ParseError", linear->error());
  }
}

std::optional<std::string> Pattern::expand(std::string_view text,
                                           std::string_view replacement) const {
  std::string out;
  const bool whole =
      each_match(text, [&](const Groups& groups) { expand_one(groups, replacement, out); });
  if (!whole) return std::nullopt;
  return out;
}

void Pattern::expand_one(const Groups& groups, std::string_view replacement,
                         std::string& out) const {
  for (std::size_t at = 0; at < replacement.size(); ++at) {
    if (replacement[at] != '$' || at + 1 == replacement.size()) {
      out += replacement[at];
      continue;
    }
    const auto rest = replacement.substr(at + 1);
    if (rest[0] == '$') {
      out += '$';
      ++at;
      continue;
    }
    const bool braces = rest[0] == '{';
    const auto start = rest.substr(braces ? 1 : 0);
    const auto size =
        static_cast<std::size_t>(std::ranges::find_if_not(start, is_name) - start.begin());
    if (size == 0 || (braces && (size == start.size() || start[size] != '}'))) {
      out += '$';
      continue;
    }
    out += group(groups, std::string(start.substr(0, size)));
    at += size + (braces ? 2 : 0);
  }
}

std::string_view Pattern::group(const Groups& groups, const std::string& name) const {
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) number = group_named(name);
  if (number < 0 || static_cast<std::size_t>(number) >= groups.size()) return {};
  return groups[static_cast<std::size_t>(number)];
}

}  // namespace tocsin::guard
