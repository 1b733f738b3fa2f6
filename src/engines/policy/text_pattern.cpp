// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/text_pattern.hpp"

#include <algorithm>
#include <array>

#include "base/glob.hpp"

namespace tocsin::policy {
namespace {

using ArnParts = std::array<std::string_view, 6>;

std::optional<ArnParts> split_arn(std::string_view text) {
  ArnParts parts;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  parts.back() = text;
  return parts;
}

bool parts_match(const ArnParts& pattern, const ArnParts& text) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!wildcard_match(pattern[i], text[i])) return false;
  }
  return true;
}

/// A `*` that ends one of the first five parts reaches beyond the colon.
bool reaches_beyond(const ArnParts& pattern) {
  return std::any_of(pattern.begin(), pattern.end() - 1,
                     [](std::string_view part) { return part.ends_with(kAnyRun); });
}

bool resource_match(std::string_view pattern, std::string_view text) {
  const auto parts = split_arn(pattern);
  if (!parts || reaches_beyond(*parts)) return wildcard_match(pattern, text);
  const auto text_parts = split_arn(text);
  return text_parts && parts_match(*parts, *text_parts);
}

bool arn_match(std::string_view pattern, std::string_view text) {
  const auto text_parts = split_arn(text);
  if (!text_parts) return false;
  if (pattern.size() == 1 && pattern.front() == kAnyRun) return true;
  const auto parts = split_arn(pattern);
  return parts && parts_match(*parts, *text_parts);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

char compiled(char c, Wildcards wildcards) {
  if (wildcards == Wildcards::Plain) return c;
  return c == '*' ? kAnyRun : c == '?' ? kAnyOne : c;
}

/// What ${*}, ${?} and ${$} stand for; 0 for any other body.
char escaped(std::string_view body) {
  const bool special = body == "*" || body == "?" || body == "$";
  return special ? body.front() : '\0';
}

}  // namespace

bool wildcard_match(std::string_view pattern, std::string_view text) {
  constexpr auto kNone = std::string_view::npos;
  std::size_t p = 0, t = 0, star = kNone, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kAnyRun) {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == kAnyOne || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != kNone) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kAnyRun)
    ++p;
  return p == pattern.size();
}

TextPattern::TextPattern(std::string_view text, Wildcards wildcards, Variables variables) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool opens = variables == Variables::Active && text.substr(i).starts_with("${");
    const auto end = opens ? text.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      text_ += compiled(text[i], wildcards);
      continue;
    }
    parse_variable(text.substr(i + 2, end - i - 2));
    i = end;
  }
  const auto& front = variables_.empty() ? text_ : variables_.front().before;
  head_ = std::min(front.find_first_of(kWildcards), front.size());
  const auto last = text_.find_last_of(kWildcards);
  tail_ = last == std::string::npos ? text_.size() : text_.size() - last - 1;
  if (!variables_.empty()) return;
  const auto wildcard = text_.find_first_of(kWildcards);
  if (wildcard == std::string::npos) {
    shape_ = Shape::Literal;
  } else if (wildcard + 1 == text_.size() && text_.back() == kAnyRun) {
    shape_ = wildcard == 0 ? Shape::Any : Shape::Prefix;
  }
}

void TextPattern::parse_variable(std::string_view body) {
  if (const char c = escaped(body)) {
    text_ += c;
    return;
  }
  const auto comma = body.find(',');
  Variable variable{std::exchange(text_, {}), KeyName(trim(body.substr(0, comma))), {}};
  if (comma != std::string_view::npos) {
    const auto quoted = trim(body.substr(comma + 1));
    if (quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'') {
      variable.fallback = std::string(quoted.substr(1, quoted.size() - 2));
    }
  }
  variables_.push_back(std::move(variable));
}

std::optional<std::string> TextPattern::resolve(const Lookup& keys) const {
  std::string out;
  for (const auto& variable : variables_) {
    out += variable.before;
    const auto* found = keys.find(variable.key);
    const bool absent = !found || found->empty();
    if (absent && !variable.fallback) return std::nullopt;
    if (!absent && found->size() > 1) return std::nullopt;
    const auto& value = absent ? *variable.fallback : found->front();
    if (value.find_first_of(kWildcards) != std::string::npos) return std::nullopt;
    out += value;
  }
  return out + text_;
}

template <class Use>
bool TextPattern::with_text(const Lookup& keys, Use use) const {
  if (variables_.empty()) return use(std::string_view(text_));
  const auto resolved = resolve(keys);
  return resolved && use(std::string_view(*resolved));
}

std::optional<bool> TextPattern::quick_match(std::string_view text) const {
  switch (shape_) {
    case Shape::Any:
      return true;
    case Shape::Literal:
      return text == text_;
    case Shape::Prefix:
      return text.starts_with(std::string_view(text_).substr(0, text_.size() - 1));
    case Shape::General:
      break;
  }
  return std::nullopt;
}

bool TextPattern::ends_agree(std::string_view text) const {
  const auto& front = variables_.empty() ? text_ : variables_.front().before;
  return text.size() >= std::max(head_, tail_) &&
         text.starts_with(std::string_view(front).substr(0, head_)) &&
         text.ends_with(std::string_view(text_).substr(text_.size() - tail_));
}

bool TextPattern::equals(std::string_view text, const Lookup& keys) const {
  return with_text(keys, [&](std::string_view mine) { return mine == text; });
}

bool TextPattern::equals_caseless(std::string_view text, const Lookup& keys) const {
  return with_text(keys, [&](std::string_view mine) { return equals_ignore_case(mine, text); });
}

bool TextPattern::like(std::string_view text, const Lookup& keys) const {
  if (const auto quick = quick_match(text)) return *quick;
  if (!ends_agree(text)) return false;
  return with_text(keys, [&](std::string_view mine) { return wildcard_match(mine, text); });
}

bool TextPattern::matches_resource(std::string_view text, const Lookup& keys) const {
  if (const auto quick = quick_match(text)) return *quick;
  if (!ends_agree(text)) return false;
  return with_text(keys, [&](std::string_view mine) { return resource_match(mine, text); });
}

bool TextPattern::matches_arn(std::string_view text, const Lookup& keys) const {
  return with_text(keys, [&](std::string_view mine) { return arn_match(mine, text); });
}

bool TextPattern::resolvable(const Lookup& keys) const {
  return variables_.empty() || resolve(keys).has_value();
}

void TextPattern::add_keys(std::vector<std::string>& out) const {
  for (const auto& variable : variables_)
    out.push_back(variable.key.text);
}

}  // namespace tocsin::policy
