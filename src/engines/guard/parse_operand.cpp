// SPDX-License-Identifier: Apache-2.0
// Values, calls of functions, and what else stands on the right of a comparison.
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "engines/guard/parser.hpp"

namespace tocsin::guard {
namespace {

struct Signature {
  std::string_view name;
  Function function;
  std::size_t arguments;
  bool ours = false;
};
constexpr std::array<Signature, 18> kFunctions{
    {{"count", Function::Count, 1},
     {"json_parse", Function::JsonParse, 1},
     {"regex_replace", Function::RegexReplace, 3},
     {"substring", Function::Substring, 3},
     {"to_upper", Function::ToUpper, 1},
     {"to_lower", Function::ToLower, 1},
     {"join", Function::Join, 2},
     {"url_decode", Function::UrlDecode, 1},
     {"parse_int", Function::ParseInt, 1},
     {"parse_float", Function::ParseFloat, 1},
     {"parse_string", Function::ParseString, 1},
     {"parse_boolean", Function::ParseBoolean, 1},
     {"parse_char", Function::ParseChar, 1},
     {"parse_epoch", Function::ParseEpoch, 1},
     {"now", Function::Now, 0},
     {"days_since", Function::DaysSince, 1, true},
     {"outside_ports", Function::OutsidePorts, 2, true},
     {"policy_statements", Function::PolicyStatements, 1, true}}};

const Signature* signature_of(std::string_view name) {
  const auto* found = std::ranges::find(kFunctions, name, &Signature::name);
  return found == kFunctions.end() ? nullptr : found;
}

Literal plain(Document document) {
  Literal out;
  out.plain = std::move(document);
  return out;
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The expression of a regex_replace, where the rules have it as text; null: it is worked out.
const boost::json::string* replaced_expression(const Call& call) {
  if (call.function != Function::RegexReplace) return nullptr;
  const auto* literal = std::get_if<Literal>(&call.arguments[1].value);
  return literal ? literal->plain.if_string() : nullptr;
}

bool all_plain(const std::vector<Literal>& items) {
  return std::ranges::all_of(items,
                             [](const auto& each) { return each.kind == Literal::Kind::Plain; });
}

}  // namespace

Operand Parser::operand() {
  reader_.skip_blanks();
  if (Literal value; literal(value)) return {std::move(value)};
  const auto from = reader_.at();
  const auto name = reader_.name();
  if (!name.empty() && reader_.peek() == '(') return {call(name, from)};
  reader_.back_to(from);
  return {query()};
}

bool Parser::literal(Literal& into) {
  const Depth depth(*this);
  switch (reader_.peek()) {
    case '"':
    case '\'':
      into = quoted();
      return true;
    case '/':
      into = pattern();
      return true;
    case '[':
      into = list();
      return true;
    case '{':
      into = map();
      return true;
    default:
      break;
  }
  return number(into) || range(into) || word_literal(into);
}

bool Parser::word_literal(Literal& into) {
  if (reader_.take_word("null", "NULL")) {
    into = plain(nullptr);
  } else if (reader_.take_word("true", "True") || reader_.take_word("TRUE", "TRUE")) {
    into = plain(true);
  } else if (reader_.take_word("false", "False") || reader_.take_word("FALSE", "FALSE")) {
    into = plain(false);
  } else {
    return false;
  }
  return true;
}

bool Parser::number(Literal& into) {
  const auto rest = reader_.rest();
  std::size_t size = rest.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const auto start = size;
    while (size < rest.size() && is_digit(rest[size]))
      ++size;
    return size != start;
  };
  if (!digits()) return false;
  bool whole = true;
  if (const auto before = size; size < rest.size() && rest[size] == '.') {
    ++size;
    if (digits())
      whole = false;
    else
      size = before;
  }
  if (const auto before = size; size < rest.size() && (rest[size] == 'e' || rest[size] == 'E')) {
    ++size;
    if (size < rest.size() && (rest[size] == '+' || rest[size] == '-')) ++size;
    if (digits())
      whole = false;
    else
      size = before;
  }
  if (size < rest.size() && is_word(rest[size]))
    reader_.refuse("a number cannot be followed directly by a letter, digit or underscore");
  const auto* end = rest.data() + size;
  if (std::int64_t value = 0; whole) {
    if (std::from_chars(rest.data(), end, value).ec != std::errc())
      reader_.refuse("Could not parse integer");
    into = plain(value);
  } else {
    double fraction = 0;
    if (std::from_chars(rest.data(), end, fraction).ec != std::errc())
      reader_.refuse("Float literal is out of range for a 64 bit float");
    into = plain(fraction);
  }
  reader_.advance(size);
  return true;
}

std::string Parser::quoted_text() {
  const auto from = reader_.at();
  const char quote = reader_.peek();
  reader_.advance();
  std::string out;
  for (; !reader_.ended(); reader_.advance()) {
    const char c = reader_.peek();
    if (c == quote && out.ends_with('\\')) {
      out.back() = quote;
    } else if (c == quote) {
      reader_.advance();
      return out;
    } else {
      out += c;
    }
  }
  reader_.back_to(from);
  reader_.refuse("Could not parse string");
}

Literal Parser::quoted() {
  return plain(boost::json::string(quoted_text()));
}

Literal Parser::pattern() {
  const auto from = reader_.at();
  reader_.advance();
  std::string expression;
  while (!reader_.ended() && reader_.peek() != '/') {
    if (reader_.looking_at("\\/")) {
      expression += '/';
      reader_.advance(2);
    } else {
      expression += reader_.peek();
      reader_.advance();
    }
  }
  if (!reader_.take("/") || expression.empty()) {
    reader_.back_to(from);
    reader_.refuse("Could not parse regular expression");
  }
  auto compiled = Pattern::compile(expression);
  if (!compiled) {
    reader_.back_to(from);
    reader_.refuse("Could not parse regular expression: " + compiled.error().message);
  }
  Literal out;
  out.kind = Literal::Kind::Pattern;
  out.pattern = *std::move(compiled);
  return out;
}

bool Parser::bound(Range& range, double& value) {
  reader_.skip_spaces();
  if (Literal read; number(read)) {
    range.kind = read.plain.is_double() ? Range::Kind::Float : Range::Kind::Int;
    value = read.plain.to_number<double>();
  } else {
    if (reader_.ended()) return false;
    range.kind = Range::Kind::Char;
    value = static_cast<unsigned char>(reader_.peek());
    reader_.advance();
  }
  reader_.skip_spaces();
  return true;
}

bool Parser::range(Literal& into) {
  if (!reader_.looking_at("r(") && !reader_.looking_at("r[")) return false;
  const auto from = reader_.at();
  into = {};
  into.kind = Literal::Kind::Range;
  auto& range = into.range;
  range.with_lower = reader_.peek(1) == '[';
  reader_.advance(2);
  const bool lower = bound(range, range.lower);
  const auto kind = range.kind;
  bool whole = lower && reader_.take(",") && bound(range, range.upper) && kind == range.kind;
  range.with_upper = reader_.peek() == ']';
  whole = whole && (reader_.take("]") || reader_.take(")"));
  if (!whole) {
    reader_.back_to(from);
    reader_.refuse("Could not parse range");
  }
  return true;
}

Literal Parser::list() {
  reader_.advance();
  std::vector<Literal> items;
  reader_.skip_blanks();
  while (!reader_.take("]")) {
    if (!items.empty() && !reader_.take(",")) reader_.refuse("expecting , or ] in a list");
    reader_.skip_blanks();
    Literal item;
    if (!literal(item)) reader_.refuse("expecting a value in a list");
    items.push_back(std::move(item));
    reader_.skip_blanks();
  }
  if (all_plain(items)) {
    Array array;
    for (auto& item : items)
      array.push_back(std::move(item.plain));
    return plain(std::move(array));
  }
  Literal out;
  out.kind = Literal::Kind::List;
  out.items = std::move(items);
  return out;
}

std::string Parser::map_key() {
  if (reader_.peek() == '"' || reader_.peek() == '\'') return quoted_text();
  std::string out;
  for (; is_word(reader_.peek()) || reader_.peek() == '-'; reader_.advance())
    out += reader_.peek();
  if (out.empty()) reader_.refuse("expecting a key in a map");
  return out;
}

Literal Parser::map() {
  reader_.advance();
  Literal out;
  out.kind = Literal::Kind::Map;
  bool simple = true;
  reader_.skip_blanks();
  while (!reader_.take("}")) {
    if (!out.members.empty() && !reader_.take(",")) reader_.refuse("expecting , or } in a map");
    reader_.skip_blanks();
    auto name = map_key();
    reader_.skip_blanks();
    if (!reader_.take(":")) reader_.refuse("expecting : in a map");
    reader_.skip_blanks();
    Literal value;
    if (!literal(value)) reader_.refuse("expecting a value in a map");
    simple = simple && value.kind == Literal::Kind::Plain;
    out.members.emplace_back(std::move(name), std::move(value));
    reader_.skip_blanks();
  }
  if (!simple) return out;
  Object object;
  for (auto& [name, value] : out.members)
    object[name] = std::move(value.plain);
  return plain(std::move(object));
}

std::vector<Operand> Parser::arguments() {
  const Depth depth(*this);
  std::vector<Operand> out;
  reader_.take("(");
  reader_.skip_blanks();
  while (!reader_.take(")")) {
    if (!out.empty() && !reader_.take(",")) reader_.refuse("expecting , or ) in a call");
    out.push_back(operand());
    reader_.skip_blanks();
  }
  return out;
}

Call Parser::call(std::string_view name, std::size_t from) {
  const auto* signature = signature_of(name);
  auto given = arguments();
  const auto refuse = [&](std::string context) {
    reader_.back_to(from);
    reader_.refuse(std::move(context));
  };
  if (!signature || (signature->ours && !options_.extensions))
    refuse(fmt::format("No function with the name {} exists", name));
  if (signature->arguments != given.size())
    refuse(fmt::format("function: {} requires: {} parameters to be passed, but received: {}", name,
                       signature->arguments, given.size()));
  Call out{.function = signature->function, .arguments = std::move(given), .pattern = nullptr};
  if (const auto* expression = replaced_expression(out)) {
    auto compiled = Pattern::compile(*expression);
    if (!compiled) refuse("Could not parse regular expression: " + compiled.error().message);
    out.pattern = *std::move(compiled);
  }
  return out;
}

}  // namespace tocsin::guard
