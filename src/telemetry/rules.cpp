// SPDX-License-Identifier: Apache-2.0
#include "telemetry/rules.hpp"

#include <fmt/format.h>
#include <set>

namespace tocsin::telemetry {
namespace {

Failure bad(std::string message) {
  return fail("Rules", std::move(message));
}

Result<RuleText> rule_of(std::string name, const Document& pattern) {
  if (const auto* text = pattern.if_string()) return RuleText{std::move(name), std::string(*text)};
  if (pattern.is_object()) return RuleText{std::move(name), to_json(pattern)};
  return bad(fmt::format("rule {}: a pattern is a JSON object", name));
}

Result<void> add_named(std::vector<RuleText>& rules, const std::string& name,
                       const Document& value) {
  const auto* list = value.if_array();
  if (!list) {
    rules.push_back(TRY(rule_of(name, value)));
    return {};
  }
  for (const auto& entry : *list) {
    const auto* pattern = find(entry, "pattern");
    const auto numbered = fmt::format("{}/{}", name, &entry - list->begin() + 1);
    rules.push_back(TRY(rule_of(numbered, pattern ? *pattern : entry)));
  }
  return {};
}

Result<RuleText> rule_of_line(std::size_t number, std::string_view line) {
  const auto value = parse_json(line);
  if (!value) return bad(fmt::format("rule in line {}: {}", number, value.error().message));
  const auto* pattern = find(*value, "pattern");
  const auto name = text(*value, "name");
  const bool named = pattern && !name.empty() && value->as_object().size() == 2;
  if (named) return rule_of(std::string(name), *pattern);
  if (!value->is_object())
    return bad(fmt::format("rule in line {}: a pattern is a JSON object", number));
  return RuleText{std::to_string(number), std::string(line)};
}

Result<std::vector<RuleText>> rules_of_lines(std::string_view text) {
  std::vector<RuleText> rules;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") != line.npos)
      rules.push_back(TRY(rule_of_line(number, line)));
  }
  return rules;
}

Result<void> check_names(const std::vector<RuleText>& rules) {
  if (rules.empty()) return bad("there are no rules");
  std::set<std::string_view> names;
  for (const auto& rule : rules) {
    if (!names.insert(rule.name).second)
      return bad(fmt::format("two rules have the name {}", rule.name));
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const RuleBook>> make_rule_book(std::vector<RuleText> rules) {
  std::vector<pattern::Pattern> patterns;
  for (const auto& rule : rules) {
    const auto parsed = pattern::parse_pattern(rule.pattern);
    if (!parsed)
      return fail(parsed.error().code,
                  fmt::format("rule {}: {}", rule.name, parsed.error().message));
    patterns.push_back(*parsed);
  }
  pattern::RuleSet set;
  // Added twice: where a rule waits depends on what the others ask for, and the first ones could
  // not know.
  for (int round = 0; round < 2; ++round) {
    for (std::size_t id = 0; id < rules.size(); ++id)
      set.add(id, patterns[id]);
  }
  return std::make_shared<const RuleBook>(RuleBook{std::move(rules), set.snapshot()});
}

Result<std::vector<RuleText>> parse_rules(std::string_view text) {
  std::vector<RuleText> rules;
  const auto whole = parse_json(text);
  if (whole && whole->is_object()) {
    for (const auto& member : whole->as_object()) {
      if (!member.key().starts_with("_"))
        TRY(add_named(rules, std::string(member.key()), member.value()));
    }
  } else {
    rules = TRY(rules_of_lines(text));
  }
  TRY(check_names(rules));
  return rules;
}

}  // namespace tocsin::telemetry
