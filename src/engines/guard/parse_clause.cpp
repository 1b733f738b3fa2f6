// SPDX-License-Identifier: Apache-2.0
// Clauses: comparisons, blocks, when, types, rules by name and by call.
#include <array>
#include <boost/algorithm/string/trim.hpp>

#include "engines/guard/parser.hpp"

namespace tocsin::guard {
namespace {

constexpr std::string_view kNoComparison =
    "expecting comparison binary operators like >, <= or unary operators KEYS, EXISTS, EMPTY or "
    "NOT";

struct Sign {
  std::string_view text;
  Comparison comparison;
  bool negated;
};
constexpr std::array<Sign, 6> kSigns{{{"==", Comparison::Equal, false},
                                      {"!=", Comparison::Equal, true},
                                      {">=", Comparison::GreaterEqual, false},
                                      {"<=", Comparison::LessEqual, false},
                                      {">", Comparison::Greater, false},
                                      {"<", Comparison::Less, false}}};

struct Word {
  std::string_view lower, upper;
  Comparison comparison;
};
constexpr std::array<Word, 10> kWords{{{"in", "IN", Comparison::In},
                                       {"exists", "EXISTS", Comparison::Exists},
                                       {"empty", "EMPTY", Comparison::Empty},
                                       {"is_string", "IS_STRING", Comparison::IsString},
                                       {"is_list", "IS_LIST", Comparison::IsList},
                                       {"is_struct", "IS_STRUCT", Comparison::IsStruct},
                                       {"is_bool", "IS_BOOL", Comparison::IsBool},
                                       {"is_int", "IS_INT", Comparison::IsInt},
                                       {"is_float", "IS_FLOAT", Comparison::IsFloat},
                                       {"is_null", "IS_NULL", Comparison::IsNull}}};

/// What a block says where there is nothing that it could judge.
std::string first_message(const Conjunction& clauses) {
  for (const auto& line : clauses) {
    for (const auto& each : line) {
      if (!each.message.empty()) return each.message;
    }
  }
  return {};
}

}  // namespace

Conjunction Parser::conjunction(Place place) {
  Conjunction out;
  for (;;) {
    reader_.skip_blanks();
    const char next = reader_.peek();
    if (reader_.ended() || next == ']' || next == '}' || next == '{') break;
    out.push_back(disjunction(place));
  }
  if (out.empty()) reader_.refuse("There were no clauses present");
  return out;
}

Disjunction Parser::disjunction(Place place) {
  Disjunction out;
  do {
    reader_.skip_blanks();
    out.push_back(clause(place));
  } while (take_or());
  // In rules of ours the message behind the last alternative is that of all.
  if (options_.extensions) {
    for (auto& each : out) {
      if (each.message.empty()) each.message = out.back().message;
    }
  }
  return out;
}

bool Parser::take_or() {
  const auto from = reader_.at();
  reader_.skip_blanks();
  if ((reader_.take("|OR|") || reader_.take_word("or", "OR")) && reader_.skip_blanks()) return true;
  reader_.back_to(from);
  return false;
}

bool Parser::take_not() {
  if (reader_.take("!")) return true;
  const auto from = reader_.at();
  if (reader_.take_word("not", "NOT") && (reader_.peek() == ' ' || reader_.peek() == '\t')) {
    reader_.skip_spaces();
    return true;
  }
  reader_.back_to(from);
  return false;
}

Clause Parser::clause(Place place) {
  const Depth depth(*this);
  const auto from = reader_.at();
  if (place.blocks && reader_.take_word("when", "WHEN")) {
    reader_.back_to(from);
    return when_clause();
  }
  if (const auto name = reader_.name_ahead();
      !name.empty() && reader_.rest().substr(name.size()).starts_with("::")) {
    if (!place.types) reader_.refuse("a type block cannot stand here");
    return type_clause();
  }
  const bool negated = take_not();
  if (const auto name = reader_.name_ahead(); !name.empty() && reader_.peek(name.size()) == '(')
    return call_clause(from, negated);
  return access_clause(from, negated, place);
}

Conjunction Parser::conditions() {
  if (!reader_.skip_blanks()) reader_.refuse("expecting a blank behind when");
  return conjunction({.references = true, .types = false, .blocks = false});
}

Clause Parser::when_clause() {
  Clause out;
  out.kind = Clause::Kind::When;
  out.at = reader_.position(reader_.at());
  reader_.take_word("when", "WHEN");
  out.conditional = true;
  out.conditions = conditions();
  out.block = std::make_shared<Block>(block(true));
  return out;
}

std::string Parser::type_name() {
  std::string out;
  do {
    const auto part = reader_.name();
    if (part.empty()) reader_.refuse("expecting the name of a resource type");
    if (out.ends_with("::") && part == "MODULE") {
      out.resize(out.size() - 2);
      break;
    }
    out += part;
    if (!reader_.take("::")) break;
    out += "::";
  } while (true);
  return out;
}

Clause Parser::type_clause() {
  Clause out;
  const auto from = reader_.at();
  out.kind = Clause::Kind::Type;
  out.at = reader_.position(from);
  out.name = type_name();
  out.text = out.name;
  if (!reader_.skip_blanks()) reader_.refuse("expecting a blank behind the resource type");
  if (reader_.take_word("when", "WHEN")) {
    out.conditional = true;
    out.conditions = conditions();
  }
  reader_.skip_blanks();
  if (out.conditional || reader_.peek() == '{') {
    out.block = std::make_shared<Block>(block(false));
    return out;
  }
  Block single;
  single.clauses.push_back({clause({})});
  out.block = std::make_shared<Block>(std::move(single));
  return out;
}

std::string Parser::message() {
  const auto from = reader_.at();
  reader_.skip_blanks();
  if (!reader_.take("<<")) {
    reader_.back_to(from);
    return {};
  }
  const auto end = reader_.rest().find(">>");
  if (end == std::string_view::npos) reader_.refuse("Unable to find a closing >> tag for message");
  std::string out(reader_.rest().substr(0, end));
  reader_.advance(end + 2);
  boost::algorithm::trim(out);
  return out;
}

Clause Parser::call_clause(std::size_t from, bool negated) {
  Clause out;
  out.kind = Clause::Kind::Call;
  out.at = reader_.position(from);
  out.negated = negated;
  out.name = reader_.name();
  out.arguments = arguments();
  out.text = reader_.source(from);
  out.message = message();
  return out;
}

/// Whether `query {` or `query !empty {` stands here; reads to the brace.
bool Parser::block_follows(Clause& clause) {
  const auto from = reader_.at();
  reader_.skip_blanks();
  if (take_not()) {
    clause.not_empty = reader_.take_word("empty", "EMPTY");
    reader_.skip_blanks();
    if (clause.not_empty && reader_.peek() == '{') return true;
    clause.not_empty = false;
  } else if (reader_.peek() == '{') {
    return true;
  }
  reader_.back_to(from);
  return false;
}

bool Parser::comparison(Clause& clause) {
  if (reader_.looking_at("<<")) return false;
  for (const auto& sign : kSigns) {
    if (!reader_.take(sign.text)) continue;
    clause.comparison = sign.comparison;
    clause.comparison_negated = sign.negated;
    return true;
  }
  const auto from = reader_.at();
  clause.comparison_negated = take_not();
  if (unary_comparison(clause.comparison)) return true;
  reader_.back_to(from);
  return false;
}

bool Parser::unary_comparison(Comparison& comparison) {
  for (const auto& word : kWords) {
    if (!reader_.take_word(word.lower, word.upper)) continue;
    comparison = word.comparison;
    return true;
  }
  return false;
}

/// Behind the bare name of a rule: the end of the line, of the block or of the text, `or`, a
/// message.
bool Parser::reference_ends() {
  const auto from = reader_.at();
  const bool more = take_or();
  reader_.back_to(from);
  reader_.skip_spaces();
  const char next = reader_.peek();
  const bool ends = more || reader_.ended() || next == '\n' || next == '\r' || next == '#' ||
                    next == '{' || next == '}' || next == ']' || reader_.looking_at("<<");
  reader_.back_to(from);
  return ends;
}

Clause Parser::access_clause(std::size_t from, bool negated, Place place) {
  Clause out;
  out.at = reader_.position(from);
  out.negated = negated;
  out.query = query();
  const auto behind = reader_.at();
  if (place.blocks && !negated && block_follows(out)) {
    out.kind = Clause::Kind::Block;
    out.text = out.query.text;
    out.block = std::make_shared<Block>(block(false));
    out.message = first_message(out.block->clauses);
    return out;
  }
  reader_.skip_blanks();
  if (comparison(out)) {
    if (!is_unary(out.comparison)) out.with = operand();
    out.text = reader_.source(from);
    out.message = message();
    return out;
  }
  reader_.back_to(behind);
  const auto& parts = out.query.parts;
  const bool bare =
      parts.size() == 1 && parts[0].kind == Part::Kind::Key && parts[0].text == out.query.text;
  if (!place.references || !bare || !reference_ends()) {
    reader_.skip_blanks();
    reader_.refuse(std::string(kNoComparison));
  }
  out.kind = Clause::Kind::Reference;
  out.name = out.query.text;
  out.text = reader_.source(from);
  out.message = message();
  return out;
}

}  // namespace tocsin::guard
