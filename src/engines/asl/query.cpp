// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/query.hpp"

#include <fmt/format.h>

#include "engines/asl/query_functions.hpp"

namespace tocsin::asl {
namespace {

bool word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The parts of a.b.c; empty where the text is anything else.
std::vector<std::string> plain_words(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    std::size_t size = 0;
    while (size < text.size() && word_character(text[size]))
      ++size;
    if (size == 0 || std::isdigit(static_cast<unsigned char>(text[0]))) return {};
    words.emplace_back(text.substr(0, size));
    if (size == text.size()) break;
    if (text[size] != '.') return {};
    text.remove_prefix(size + 1);
  }
  for (const auto& word : words)
    if (word == "and" || word == "or" || word == "in") return {};
  return words;
}

}  // namespace

bool is_query(std::string_view text) {
  return text.size() >= 4 && text.starts_with("{%") && text.ends_with("%}");
}

Failure query_error(std::string cause, std::string_view location) {
  Error error{"States.QueryEvaluationError", std::move(cause), 400, Fault::Client};
  error.members["location"] = location;
  return fail(std::move(error));
}

std::string_view type_name(const Document& value) {
  if (value.is_array()) return "array";
  if (value.is_object()) return "object";
  if (value.is_string()) return "string";
  if (value.is_number()) return "number";
  return value.is_bool() ? "boolean" : "null";
}

Result<Query> Query::parse(std::string_view text, std::string field) {
  Query query;
  query.source_ = trimmed(text.substr(2, text.size() - 4));
  query.field_ = std::move(field);
  query.expression_ = TRY(jsonata::Expression::parse(query.source_));
  query.look_at_names();
  query.find_shortcut();
  return query;
}

void Query::look_at_names() {
  const std::string_view source = source_;
  for (std::size_t at = source.find('$'); at != std::string_view::npos;
       at = source.find('$', at + 1)) {
    auto end = at + 1;
    while (end < source.size() && word_character(source[end]))
      ++end;
    const auto name = source.substr(at + 1, end - at - 1);
    if (name.empty()) continue;
    if (name != "states") {
      if (std::find(variables_.begin(), variables_.end(), name) == variables_.end())
        variables_.emplace_back(name);
      continue;
    }
    const auto rest = source.substr(end);
    const bool plain = rest.starts_with(".input") || rest.starts_with(".result") ||
                       rest.starts_with(".errorOutput") || rest.starts_with(".context");
    uses_states_ = true;
    uses_input_ |= !plain || rest.starts_with(".input");
    uses_result_ |= !plain || rest.starts_with(".result");
    uses_error_ |= !plain || rest.starts_with(".errorOutput");
    uses_context_ |= !plain || rest.starts_with(".context");
  }
}

void Query::find_shortcut() {
  if (!source_.starts_with('$')) return;
  auto words = plain_words(std::string_view(source_).substr(1));
  if (words.empty() || (words[0] == "states" && words.size() < 2)) return;
  shortcut_ = std::move(words);
}

const Document* Query::shortcut(const Scope& scope) const {
  if (shortcut_.empty()) return nullptr;
  std::size_t next = 1;
  const Document* at = nullptr;
  if (shortcut_[0] != "states") {
    at = scope.around.variable(shortcut_[0]);
  } else {
    const auto& part = shortcut_[next++];
    at = part == "input"         ? &scope.input
         : part == "result"      ? scope.result
         : part == "errorOutput" ? scope.error_output
         : part == "context"     ? &scope.around.context()
                                 : nullptr;
  }
  for (; at && next < shortcut_.size(); ++next)
    at = at->is_object() ? at->get_object().if_contains(shortcut_[next]) : nullptr;
  return at;
}

void Query::bind(jsonata::Options& options, const Scope& scope) const {
  if (uses_states_) {
    auto& members = options.bindings["states"].members;
    if (uses_input_) members.emplace_back("input", &scope.input);
    if (uses_result_ && scope.result) members.emplace_back("result", scope.result);
    if (uses_error_ && scope.error_output) members.emplace_back("errorOutput", scope.error_output);
    if (uses_context_) members.emplace_back("context", &scope.around.context());
  }
  for (const auto& name : variables_)
    if (const auto* value = scope.around.variable(name))
      options.bindings.emplace(name, jsonata::Binding{value});
}

Result<Document> Query::evaluate(const Scope& scope) const {
  if (const auto* value = shortcut(scope)) return *value;
  jsonata::Options options;
  options.functions_fail = true;
  bind(options, scope);
  options.now = scope.around.now();
  add_query_functions(options, variables_, scope.around);
  auto value = expression_->evaluate(nullptr, options);
  if (value && *value) return std::move(**value);
  const auto about =
      fmt::format("The JSONata expression '{}' specified for the field '{}'", source_, field_);
  if (value) return query_error(about + " returned nothing (undefined).", field_);
  if (value.error().code == "FunctionResult")
    return query_error(about + " returned an unsupported result type.", field_);
  return query_error(fmt::format("{} threw an error during evaluation. {}: {}", about,
                                 value.error().code, value.error().message),
                     field_);
}

Failure Query::unexpected(std::string_view wanted, const Document& value) const {
  return query_error(
      fmt::format("The JSONata expression '{}' specified for the field '{}' returned an unexpected "
                  "result type. Expected '{}', but was '{}' for value: {}",
                  source_, field_, wanted, type_name(value), to_json(value)),
      field_);
}

}  // namespace tocsin::asl
