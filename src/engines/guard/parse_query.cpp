// SPDX-License-Identifier: Apache-2.0
// Queries: some Resources.*[ Type == 'AWS::S3::Bucket' ].Properties.'a key'[0].%variable
#include <algorithm>
#include <cctype>

#include "engines/guard/parser.hpp"

namespace tocsin::guard {
namespace {

constexpr std::size_t kMostParts = 256;

/// The words of a key: at blanks, dashes and underscores, and before a capital behind a small
/// letter. None where it has other characters.
std::vector<std::string> words_of(std::string_view key) {
  std::vector<std::string> words;
  bool open = false;
  char before = '\0';
  for (const char c : key) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '_' || c == '-' || c == ' ') {
      open = false;
    } else if (std::isalnum(code) == 0) {
      return {};
    } else {
      const bool rises = std::isupper(code) && std::islower(static_cast<unsigned char>(before));
      if (!open || rises) words.emplace_back();
      open = true;
      words.back() += static_cast<char>(std::tolower(code));
    }
    before = c;
  }
  return words;
}

std::string joined(const std::vector<std::string>& words, std::string_view between, bool capitals,
                   bool first_capital) {
  std::string out;
  for (const auto& word : words) {
    const bool first = out.empty();
    if (!first) out += between;
    const auto at = out.size();
    out += word;
    if (first ? first_capital : capitals)
      out[at] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[at])));
  }
  return out;
}

/// instanceType, InstanceType, instance-type, instance_type, Instance Type, Instance-Type: Guard's
/// order. One that is the key itself, or was there before, is left empty.
std::array<std::string, kSpellings> spellings_of(const std::string& key) {
  const auto words = words_of(key);
  if (words.empty()) return {};
  std::array<std::string, kSpellings> out{
      joined(words, "", true, false),   joined(words, "", true, true),
      joined(words, "-", false, false), joined(words, "_", false, false),
      joined(words, " ", true, true),   joined(words, "-", true, true)};
  for (std::size_t at = 0; at < out.size(); ++at) {
    if (out[at] == key || std::find(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(at),
                                    out[at]) != out.begin() + static_cast<std::ptrdiff_t>(at))
      out[at].clear();
  }
  return out;
}

bool is_number(std::string_view key) {
  if (key.starts_with('-')) key.remove_prefix(1);
  return !key.empty() && key.size() < 10 &&
         std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Query Parser::query() {
  Query out;
  const auto from = reader_.at();
  if (reader_.take_word("some", "SOME")) {
    if (reader_.skip_blanks())
      out.some = true;
    else
      reader_.back_to(from);
  }
  const auto start = reader_.at();
  out.parts.push_back(first_part());
  for (auto end = reader_.at();; end = reader_.at()) {
    if (out.parts.size() > kMostParts) reader_.refuse("a query has too many parts");
    reader_.skip_blanks();
    if (reader_.peek() == '.')
      out.parts.push_back(dotted_part());
    else if (reader_.peek() == '[')
      out.parts.push_back(bracket_part());
    else {
      reader_.back_to(end);
      break;
    }
  }
  // %name[*] and %name stand for its values alike; what follows looks into each.
  auto& parts = out.parts;
  if (parts[0].kind == Part::Kind::Variable && parts.size() > 1 &&
      parts[1].kind == Part::Kind::AllIndices)
    parts.erase(parts.begin() + 1);
  out.captures = std::ranges::any_of(parts, [](const Part& part) { return part.capture >= 0; });
  out.text = reader_.source(start);
  return out;
}

Part Parser::key(std::string_view name) const {
  Part part;
  part.text = name;
  if (is_number(name)) {
    part.kind = Part::Kind::Index;
    part.index = std::stoi(part.text);
  } else {
    part.spellings = spellings_of(part.text);
  }
  return part;
}

Part Parser::first_part() {
  if (reader_.take_word("this", "THIS")) {
    Part part;
    part.kind = Part::Kind::This;
    return part;
  }
  if (reader_.peek() == '"' || reader_.peek() == '\'') return key(quoted_text());
  const bool is_variable = reader_.take("%");
  const auto name = reader_.name();
  if (name.empty())
    reader_.refuse(is_variable ? "expecting the name of a variable"
                               : "expecting a property access, a variable or a value");
  if (!is_variable) return key(name);
  Part part;
  part.kind = Part::Kind::Variable;
  part.text = name;
  part.variable = variable(name);
  return part;
}

Part Parser::dotted_part() {
  reader_.advance();
  if (reader_.take("*")) {
    Part part;
    part.kind = Part::Kind::AllValues;
    return part;
  }
  if (Literal index; number(index)) {
    if (!index.plain.is_int64()) reader_.refuse("expecting a whole number as index");
    return key(to_json(index.plain));
  }
  if (reader_.peek() == '%' || reader_.peek() == '"' || reader_.peek() == '\'' ||
      !reader_.name_ahead().empty()) {
    const auto name = reader_.name_ahead();
    if (name == "this" || name == "THIS") return key(reader_.name());
    return first_part();
  }
  reader_.refuse("expecting a property, an index, a variable or * behind the dot");
}

std::string Parser::close_bracket() {
  reader_.skip_blanks();
  if (!reader_.take("]")) reader_.refuse("expecting ]");
  return {};
}

/// The name in [ name | … ].
int Parser::capture_name() {
  const auto from = reader_.at();
  const auto name = reader_.name();
  if (!name.empty()) {
    reader_.skip_spaces();
    if (reader_.peek() == '|' && !reader_.looking_at("|OR|")) {
      reader_.advance();
      reader_.skip_blanks();
      return variable(name);
    }
  }
  reader_.back_to(from);
  return -1;
}

Part Parser::bracket_part() {
  const Depth depth(*this);
  reader_.advance();
  reader_.skip_blanks();
  Part part;
  const auto from = reader_.at();
  const auto closes = [&] {
    reader_.skip_blanks();
    return reader_.take("]");
  };
  if (reader_.take("*")) {
    part.kind = Part::Kind::AllIndices;
    close_bracket();
    return part;
  }
  if (Literal index; number(index) && index.plain.is_int64()) {
    part = key(to_json(index.plain));
    close_bracket();
    return part;
  }
  reader_.back_to(from);
  if (reader_.peek() == '"' || reader_.peek() == '\'') {
    const auto name = quoted_text();
    if (closes()) return key(name);
    reader_.back_to(from);
  }
  if (const auto name = reader_.name(); !name.empty() && closes()) {
    part.kind = Part::Kind::AllValues;
    part.capture = variable(name);
    return part;
  }
  reader_.back_to(from);
  part.capture = capture_name();
  if (reader_.take_word("keys", "KEYS")) return key_filter(part.capture);
  part.kind = Part::Kind::Filter;
  part.filter = conjunction({});
  close_bracket();
  return part;
}

Part Parser::key_filter(int capture) {
  Part part;
  part.kind = Part::Kind::KeyFilter;
  part.capture = capture;
  reader_.skip_blanks();
  if (reader_.take("==")) {
    part.comparison = Comparison::Equal;
  } else if (reader_.take("!=")) {
    part.comparison = Comparison::Equal;
    part.negated = true;
  } else {
    part.negated = take_not();
    if (!reader_.take_word("in", "IN"))
      reader_.refuse("expecting ==, !=, IN or NOT IN behind keys");
    part.comparison = Comparison::In;
  }
  part.with = std::make_shared<Operand>(operand());
  close_bracket();
  return part;
}

}  // namespace tocsin::guard
