// SPDX-License-Identifier: Apache-2.0
#include "services/config/conformance_functions.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "services/config/conformance_template.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kFunctions[] = {"Ref",        "Fn::If",  "Fn::Join",     "Fn::Split",
                                           "Fn::Select", "Fn::Sub", "Fn::FindInMap"};
constexpr std::string_view kTests[] = {"Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or", "Condition"};

bool is_function(std::string_view name) {
  return std::ranges::find(kFunctions, name) != std::end(kFunctions) || name.starts_with("Fn::");
}

/// The one member of {"Fn::If": …}.
const boost::json::key_value_pair* only_member(const Document& value) {
  const auto* object = value.if_object();
  return object && object->size() == 1 ? &*object->begin() : nullptr;
}

}  // namespace

std::optional<std::string> scalar_text(const Document& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (value.is_bool() || value.is_number()) return to_json(value);
  return std::nullopt;
}

TemplateFunctions::Value TemplateFunctions::resolve(const Document& value) {
  if (const auto* array = value.if_array()) return of_array(*array);
  const auto* object = value.if_object();
  if (!object) return std::optional(value);
  const auto* only = only_member(value);
  if (only && is_function(only->key())) return call(only->key(), only->value());
  return of_object(*object);
}

TemplateFunctions::Value TemplateFunctions::of_object(const Object& object) {
  Object out;
  for (const auto& member : object) {
    if (auto resolved = TRY(resolve(member.value()))) out[member.key()] = *std::move(resolved);
  }
  return std::optional<Document>(std::move(out));
}

TemplateFunctions::Value TemplateFunctions::of_array(const Array& array) {
  Array out;
  for (const auto& element : array) {
    if (auto resolved = TRY(resolve(element))) out.push_back(*std::move(resolved));
  }
  return std::optional<Document>(std::move(out));
}

TemplateFunctions::Value TemplateFunctions::call(std::string_view function,
                                                 const Document& argument) {
  if (function == "Ref") return reference(scalar_text(argument).value_or(""));
  if (function == "Fn::If") return choose(argument);
  if (function == "Fn::Join") return join(argument);
  if (function == "Fn::Split") return split(argument);
  if (function == "Fn::Select") return select(argument);
  if (function == "Fn::Sub") return substitute(argument);
  if (function == "Fn::FindInMap") return find_in_map(argument);
  return bad_template(fmt::format("The function {} is not supported", function));
}

TemplateFunctions::Value TemplateFunctions::reference(std::string_view name) const {
  if (name == "AWS::NoValue") return std::optional<Document>();
  const auto found = names_.find(std::string(name));
  if (found == names_.end())
    return bad_template(fmt::format(
        "Template format error: Unresolved resource dependencies [{}] in the Resources block of "
        "the template",
        name));
  return std::optional(found->second);
}

Result<Array> TemplateFunctions::list_of(const Document& value, std::string_view function) {
  const auto resolved = TRY(resolve(value));
  if (resolved && resolved->is_array()) return resolved->get_array();
  return bad_template(fmt::format("Template error: every {} object requires a list", function));
}

Result<std::string> TemplateFunctions::text_of(const Document& value) {
  const auto resolved = TRY(resolve(value));
  if (auto text = resolved ? scalar_text(*resolved) : std::nullopt) return *std::move(text);
  return bad_template("Template error: a string is required");
}

TemplateFunctions::Value TemplateFunctions::choose(const Document& argument) {
  const auto* parts = argument.if_array();
  if (!parts || parts->size() != 3 || !(*parts)[0].is_string())
    return bad_template("Template error: Fn::If requires a list of a condition and two values");
  const bool chosen = TRY(condition(std::string((*parts)[0].get_string())));
  return resolve((*parts)[chosen ? 1 : 2]);
}

TemplateFunctions::Value TemplateFunctions::join(const Document& argument) {
  const auto* parts = argument.if_array();
  if (!parts || parts->size() != 2) return bad_template("Template error: Fn::Join is not valid");
  const auto between = TRY(text_of((*parts)[0]));
  std::string out;
  bool first = true;
  for (const auto& part : TRY(list_of((*parts)[1], "Fn::Join"))) {
    if (!std::exchange(first, false)) out += between;
    out += TRY(text_of(part));
  }
  return std::optional<Document>(boost::json::string(out));
}

TemplateFunctions::Value TemplateFunctions::split(const Document& argument) {
  const auto* parts = argument.if_array();
  if (!parts || parts->size() != 2) return bad_template("Template error: Fn::Split is not valid");
  const auto between = TRY(text_of((*parts)[0]));
  const auto whole = TRY(text_of((*parts)[1]));
  if (between.empty()) return bad_template("Template error: Fn::Split requires a delimiter");
  Array out;
  for (std::size_t at = 0; at <= whole.size();) {
    const auto end = std::min(whole.find(between, at), whole.size());
    out.push_back(boost::json::string(whole.substr(at, end - at)));
    at = end + between.size();
  }
  return std::optional<Document>(std::move(out));
}

TemplateFunctions::Value TemplateFunctions::select(const Document& argument) {
  const auto* parts = argument.if_array();
  if (!parts || parts->size() != 2) return bad_template("Template error: Fn::Select is not valid");
  const auto number = TRY(text_of((*parts)[0]));
  const auto list = TRY(list_of((*parts)[1], "Fn::Select"));
  std::size_t index = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), index);
  if (read.ec != std::errc{} || index >= list.size())
    return bad_template("Template error: Fn::Select cannot select nonexistent value at index " +
                        number);
  return std::optional(list[index]);
}

TemplateFunctions::Value TemplateFunctions::substitute(const Document& argument) {
  const auto* parts = argument.if_array();
  const auto text = parts && !parts->empty() ? scalar_text((*parts)[0]) : scalar_text(argument);
  if (!text) return bad_template("Template error: Fn::Sub requires a string");
  static const Object kNone;
  const auto* own = parts && parts->size() > 1 ? (*parts)[1].if_object() : &kNone;
  std::string out;
  for (std::size_t at = 0; at < text->size();) {
    const auto begin = text->find("${", at);
    const auto end = begin == text->npos ? begin : text->find('}', begin);
    out += text->substr(at, std::min(begin, text->size()) - at);
    if (end == text->npos) {
      if (begin != text->npos) out += text->substr(begin);
      break;
    }
    const auto name = text->substr(begin + 2, end - begin - 2);
    if (name.starts_with('!')) {
      out += "${" + name.substr(1) + "}";
    } else if (const auto* given = own ? own->if_contains(name) : nullptr) {
      out += TRY(text_of(*given));
    } else {
      out += TRY(text_of(Object{{"Ref", name}}));
    }
    at = end + 1;
  }
  return std::optional<Document>(boost::json::string(out));
}

TemplateFunctions::Value TemplateFunctions::find_in_map(const Document& argument) {
  const auto* parts = argument.if_array();
  if (!parts || parts->size() != 3)
    return bad_template("Template error: Fn::FindInMap requires a list of three");
  const auto map = TRY(text_of((*parts)[0]))
  , first = TRY(text_of((*parts)[1]))
  , second = TRY(text_of((*parts)[2]));
  if (const auto* found = find(object_of(object_of(mappings_, map), first), second))
    return std::optional(*found);
  return bad_template(
      fmt::format("Template error: Unable to get mapping for {}::{}::{}", map, first, second));
}

Result<bool> TemplateFunctions::condition(const std::string& name) {
  const auto* expression = conditions_.if_contains(name);
  if (!expression)
    return bad_template(fmt::format(
        "Template format error: Unresolved condition dependency {} in the Conditions block", name));
  if (!deciding_.insert(name).second)
    return bad_template(fmt::format("Circular dependency of the condition {}", name));
  const auto decided = truth(*expression);
  deciding_.erase(name);
  return decided;
}

Result<bool> TemplateFunctions::truth(const Document& expression) {
  const auto* only = only_member(expression);
  const std::string_view test = only ? std::string_view(only->key()) : std::string_view();
  if (std::ranges::find(kTests, test) == std::end(kTests))
    return bad_template("Template format error: a condition must be a condition function");
  if (test == "Condition") return condition(scalar_text(only->value()).value_or(""));
  const auto* parts = only->value().if_array();
  if (!parts || parts->empty())
    return bad_template(fmt::format("Template validation error: {} requires a list", test));
  if (test == "Fn::Equals") {
    if (parts->size() != 2)
      return bad_template("Template validation error: Fn::Equals requires two values");
    return TRY(text_of((*parts)[0]))
    == TRY(text_of((*parts)[1]));
  }
  if (test == "Fn::Not") return !TRY(truth((*parts)[0]));
  const bool wanted = test == "Fn::Or";
  for (const auto& part : *parts) {
    if (TRY(truth(part)) == wanted) return wanted;
  }
  return !wanted;
}

}  // namespace tocsin::config
