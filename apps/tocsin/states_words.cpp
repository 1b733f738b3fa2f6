// SPDX-License-Identifier: Apache-2.0
#include "states_words.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/arn.hpp"
#include "engines/asl/asl.hpp"
#include "engines/asl/query.hpp"

namespace tocsin::app {
namespace {

std::string value_words(const Document& value) {
  const auto* text = value.if_string();
  if (text && asl::is_query(*text)) {
    auto inner = std::string(text->begin() + 2, text->end() - 2);
    inner.erase(0, inner.find_first_not_of(" \t\n"));
    inner.erase(inner.find_last_not_of(" \t\n") + 1);
    return inner;
  }
  return text ? std::string(*text) : to_json(value);
}

std::string resource_words(std::string_view text) {
  const auto resource = asl::parse_resource(text);
  if (!resource) return std::string(text);
  if (resource->kind == asl::Resource::Kind::Service)
    return fmt::format("{}:{}", resource->service, resource->action);
  return Arn::parse(resource->arn)->resource;
}

std::string wait_words(const Object& state) {
  if (const auto* seconds = state.if_contains("Seconds"))
    return fmt::format("Wait {} s", value_words(*seconds));
  for (const auto field : {"SecondsPath", "Timestamp", "TimestampPath"})
    if (const auto* value = state.if_contains(field))
      return fmt::format("Wait {}{}", field == std::string_view("SecondsPath") ? "" : "until ",
                         value_words(*value));
  return "Wait";
}

std::string map_words(const Object& state) {
  const auto& processor =
      object_of(state, state.contains("Iterator") ? "Iterator" : "ItemProcessor");
  const bool distributed = text(object_of(processor, "ProcessorConfig"), "Mode") == "DISTRIBUTED";
  std::string out = distributed ? "Map, distributed" : "Map";
  for (const auto field : {"ItemsPath", "Items"})
    if (const auto* items = state.if_contains(field)) out += " of " + value_words(*items);
  return out;
}

std::string retry_words(const Object& state) {
  std::int64_t most = 0;
  for (const auto& retrier : array_of(state, "Retry"))
    most = std::max(most, integer(retrier, "MaxAttempts").value_or(3));
  return most > 0 ? fmt::format(" · {} {}", most, most == 1 ? "retry" : "retries") : "";
}

struct Operator {
  std::string_view ending, words;
};
constexpr Operator kOperators[] = {
    {"LessThanEquals", "<="}, {"GreaterThanEquals", ">="}, {"LessThan", "<"},
    {"GreaterThan", ">"},     {"Matches", "matches"},      {"Equals", "=="},
};

std::string joined(const Array& parts, std::string_view word) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) out += fmt::format(" {} ", word);
    out += part.is_object() ? condition_words(part.get_object()) : "";
  }
  return parts.size() > 1 ? "(" + out + ")" : out;
}

/// What the variable is compared with: "StringEquals": "x".
std::string comparison(std::string_view field, const Document& value) {
  if (field.starts_with("Is")) {
    std::string kind(field.substr(2));
    std::transform(kind.begin(), kind.end(), kind.begin(), ::tolower);
    return fmt::format("is {}{}", value == Document(false) ? "not " : "", kind);
  }
  auto name = field;
  const bool path = name.ends_with("Path");
  if (path) name.remove_suffix(4);
  for (const auto& each : kOperators) {
    if (!name.ends_with(each.ending)) continue;
    const bool quoted = value.is_string() && !path;
    return fmt::format("{} {}", each.words, quoted ? to_json(value) : value_words(value));
  }
  return fmt::format("{} {}", field, value_words(value));
}

}  // namespace

std::string state_words(const Object& state) {
  const auto type = text(state, "Type");
  std::string out(type);
  if (type == "Task") out = resource_words(text(state, "Resource"));
  if (type == "Wait") out = wait_words(state);
  if (type == "Map") out = map_words(state);
  if (type == "Choice") out.clear();
  if (const auto* error = state.if_contains("Error")) out += ": " + value_words(*error);
  return out + retry_words(state);
}

std::string condition_words(const Object& rule) {
  if (const auto* condition = rule.if_contains("Condition")) return value_words(*condition);
  if (const auto* negated = rule.if_contains("Not"); negated && negated->is_object())
    return "not " + condition_words(negated->get_object());
  for (const auto& [field, word] : {std::pair("And", "and"), std::pair("Or", "or")})
    if (rule.contains(field)) return joined(array_of(rule, field), word);
  const auto variable = string_of(rule, "Variable");
  for (const auto& member : rule) {
    const std::string_view field = member.key();
    if (field == "Variable" || field == "Next" || field == "Comment" || field == "Assign" ||
        field == "Output")
      continue;
    return fmt::format("{} {}", variable, comparison(field, member.value()));
  }
  return variable;
}

}  // namespace tocsin::app
