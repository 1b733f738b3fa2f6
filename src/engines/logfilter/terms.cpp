// SPDX-License-Identifier: Apache-2.0
// Text patterns: every term must be there, none of the -excluded ones; of ?optional terms one,
// where there are no others.
#include <algorithm>
#include <fmt/format.h>

#include "engines/logfilter/pattern.hpp"

namespace tocsin::logfilter {
namespace {

struct Term {
  std::string text;
  std::shared_ptr<const Regex> regex;

  bool in(std::string_view message) const {
    return regex ? regex->search(message) : message.find(text) != std::string_view::npos;
  }
  const std::string& literal() const { return regex ? regex->literal() : text; }
};

struct Terms : Pattern {
  std::vector<Term> required, optional, excluded;

  bool matches(std::string_view message) const override {
    const auto inside = [&](const Term& term) { return term.in(message); };
    if (!std::ranges::all_of(required, inside) || std::ranges::any_of(excluded, inside))
      return false;
    return optional.empty() || std::ranges::any_of(optional, inside);
  }
};

Failure bad_character(std::string_view term) {
  return fail("InvalidParameterException", fmt::format("Invalid character(s) in term '{}'", term));
}

Result<Term> read_term(Reader& reader) {
  if (reader.peek() == '%') return Term {
      .regex = TRY(reader.regex())
      .regex
    };
  if (reader.peek() == '"') return Term {
      .text = TRY(reader.quoted())
    };
  const auto text = reader.run([](char c) { return !is_space(c); });
  if (text.empty() || !std::ranges::all_of(text, is_word)) return bad_character(text);
  return Term{.text = std::string(text)};
}

}  // namespace

Result<PatternPtr> parse_terms(std::string_view pattern) {
  auto out = std::make_shared<Terms>();
  Reader reader(pattern);
  for (reader.skip_space(); !reader.done(); reader.skip_space()) {
    auto& kind = reader.take("?")   ? out->optional
                 : reader.take("-") ? out->excluded
                                    : out->required;
    if (&kind == &out->excluded) reader.skip_space();  // ERROR - "Exiting"
    kind.push_back(TRY(read_term(reader)));
    out->regexes += kind.back().regex != nullptr;
  }
  // Among terms of other kinds those with a question mark count for nothing.
  if (!out->required.empty() || !out->excluded.empty()) out->optional.clear();
  for (const auto& term : out->required) {
    if (term.literal().size() > out->hint.text.size()) out->hint.text = term.literal();
  }
  out->everything = out->required.empty() && out->optional.empty() && out->excluded.empty();
  return out;
}

}  // namespace tocsin::logfilter
