// SPDX-License-Identifier: Apache-2.0
// Rules, assignments and blocks. Clauses that stand in no rule make the rule "default".
#include "engines/guard/parser.hpp"

namespace tocsin::guard {

RuleSet Parser::parse() {
  Rule ownerless;
  ownerless.name = "default";
  reader_.skip_blanks();
  while (!reader_.ended()) {
    const auto from = reader_.at();
    if (reader_.name_ahead() == "rule") {
      rule();
    } else if (!assignment(set_.lets)) {
      reader_.back_to(from);
      ownerless.block.clauses.push_back(disjunction({.references = false, .types = true}));
    }
    reader_.skip_blanks();
  }
  if (!ownerless.block.clauses.empty()) set_.rules.insert(set_.rules.begin(), std::move(ownerless));
  return std::move(set_);
}

int Parser::variable(std::string_view name) {
  const auto [place, added] =
      variables_.try_emplace(std::string(name), static_cast<int>(set_.variables.size()));
  if (added) set_.variables.emplace_back(name);
  return place->second;
}

void Parser::rule() {
  Rule out;
  out.at = reader_.position(reader_.at());
  reader_.name();
  if (!reader_.skip_blanks()) reader_.refuse("expecting a blank behind rule");
  out.name = reader_.name();
  if (out.name.empty()) reader_.refuse("expecting the name of a rule");
  const bool callable = reader_.peek() == '(';
  if (callable) parameters(out);
  reader_.skip_blanks();
  if (!callable && reader_.take_word("when", "WHEN")) {
    out.conditional = true;
    out.conditions = conditions();
  }
  out.block = block(true);
  (callable ? set_.callable : set_.rules).push_back(std::move(out));
}

void Parser::parameters(Rule& rule) {
  reader_.take("(");
  do {
    reader_.skip_blanks();
    const auto name = reader_.name();
    if (name.empty()) reader_.refuse("expecting the name of a parameter");
    rule.parameters.push_back(variable(name));
    reader_.skip_blanks();
  } while (reader_.take(","));
  if (!reader_.take(")")) reader_.refuse("expecting , or ) behind a parameter");
}

/// `let name = …`; false where none stands here.
bool Parser::assignment(std::vector<Let>& lets) {
  const auto from = reader_.at();
  if (!reader_.take_word("let", "let") || !reader_.skip_blanks()) {
    reader_.back_to(from);
    return false;
  }
  const auto name = reader_.name();
  if (name.empty()) {
    reader_.back_to(from);
    return false;
  }
  reader_.skip_blanks();
  if (reader_.looking_at("==") || !(reader_.take(":=") || reader_.take("=")))
    reader_.refuse("expecting = or := behind the name of a variable");
  Let let;
  let.variable = variable(name);
  let.value = operand();
  lets.push_back(std::move(let));
  return true;
}

Block Parser::block(bool in_rule) {
  const Depth depth(*this);
  reader_.skip_blanks();
  if (!reader_.take("{")) reader_.refuse("expecting { at the start of a block");
  Block out;
  reader_.skip_blanks();
  while (!reader_.take("}")) {
    if (reader_.ended()) reader_.refuse("expecting } at the end of a block");
    if (!assignment(out.lets))
      out.clauses.push_back(disjunction({.references = in_rule, .types = in_rule}));
    reader_.skip_blanks();
  }
  if (out.lets.empty() && out.clauses.empty()) reader_.refuse("There were no clauses present");
  return out;
}

}  // namespace tocsin::guard
