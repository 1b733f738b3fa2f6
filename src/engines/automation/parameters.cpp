// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include "engines/automation/automation.hpp"

namespace tocsin::automation {
namespace {

Failure wrong(std::string message) {
  return fail("InvalidAutomationExecutionParametersException", std::move(message));
}

std::string_view noun_of(Type type) {
  switch (type) {
    case Type::String:
      return "string";
    case Type::StringList:
      return "string list";
    case Type::Boolean:
      return "boolean";
    case Type::Integer:
      return "integer";
    case Type::MapList:
      return "map list";
    case Type::StringMap:
      return "string map";
  }
  return "";
}

Failure wrong_type(const Parameter& parameter) {
  return wrong(fmt::format("Parameter type error. The value supplied for {} is not a valid {}.",
                           parameter.name, noun_of(parameter.type)));
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || text.empty() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Document> parsed(const Document& value) {
  const auto* text = value.if_string();
  if (!text) return value;
  auto json = parse_json(*text);
  return json ? std::optional<Document>(*std::move(json)) : std::nullopt;
}

std::optional<Document> list_of_texts(const Document& value) {
  auto list = value;
  if (const auto* text = value.if_string()) {
    auto json = text->starts_with("[") ? parsed(value) : std::nullopt;
    list = json && json->is_array() ? *std::move(json) : Document(Array{value});
  }
  auto* array = list.if_array();
  if (!array) return std::nullopt;
  for (auto& item : *array)
    item = Document(text_of(item));
  return list;
}

std::optional<Document> list_of_maps(const Document& value) {
  auto list = parsed(value);
  if (!list) return std::nullopt;
  if (list->is_object()) return Document(Array{*std::move(list)});
  auto* array = list->if_array();
  if (!array) return std::nullopt;
  for (auto& item : *array) {
    auto map = parsed(item);
    if (!map || !map->is_object()) return std::nullopt;
    item = *std::move(map);
  }
  return list;
}

/// The API's list of texts as the type's value.
std::optional<Document> value_of(const Array& given, Type type) {
  const bool list = type == Type::StringList || type == Type::MapList;
  if (given.size() == 1) return converted(given[0], type);
  if (list) return converted(Document(given), type);
  return std::nullopt;
}

Result<void> check_allowed(const Parameter& parameter, const Document& value) {
  if (parameter.allowed.empty()) return {};
  const auto items = shown(value);
  const auto allowed = shown(Document(parameter.allowed));
  for (const auto& item : items) {
    if (std::ranges::find(allowed, item) != allowed.end()) continue;
    std::vector<std::string> names;
    for (const auto& each : allowed)
      names.push_back(text_of(each));
    return wrong(fmt::format("Parameter \"{}\" has value \"{}\" not found in [{}].", parameter.name,
                             text_of(item), fmt::join(names, ", ")));
  }
  return {};
}

Result<void> check_pattern(const Parameter& parameter, const Document& value) {
  if (parameter.pattern.empty()) return {};
  const re2::RE2 pattern(parameter.pattern, re2::RE2::Quiet);
  for (const auto& item : shown(value)) {
    if (!re2::RE2::FullMatch(text_of(item), pattern)) {
      return wrong(fmt::format("Parameter \"{}\" has value \"{}\" not matching \"{}\".",
                               parameter.name, text_of(item), parameter.pattern));
    }
  }
  return {};
}

Result<void> check_range(const Parameter& parameter, std::string_view what, std::size_t size,
                         std::optional<std::int64_t> least, std::optional<std::int64_t> most) {
  const auto count = static_cast<std::int64_t>(size);
  if (least && count < *least) {
    return wrong(
        fmt::format("Parameter \"{}\" must have at least {} {}.", parameter.name, *least, what));
  }
  if (most && count > *most) {
    return wrong(
        fmt::format("Parameter \"{}\" must have at most {} {}.", parameter.name, *most, what));
  }
  return {};
}

Result<void> check_value(const Parameter& parameter, const Document& value) {
  TRY(check_allowed(parameter, value));
  TRY(check_pattern(parameter, value));
  if (const auto* list = value.if_array())
    return check_range(parameter, "items", list->size(), parameter.min_items, parameter.max_items);
  return check_range(parameter, "characters", text_of(value).size(), parameter.min_chars,
                     parameter.max_chars);
}

Result<Document> bound(const Parameter& parameter, const Object& given) {
  const auto* values = given.if_contains(parameter.name);
  if (!values) {
    if (parameter.fallback) return *parameter.fallback;
    return wrong(fmt::format("Missing required parameter: {} in user inputs.", parameter.name));
  }
  auto value = value_of(values->is_array() ? values->get_array() : Array{*values}, parameter.type);
  if (!value) return wrong_type(parameter);
  // An empty default stands for "not given"; so does the same value from a caller.
  if (!parameter.fallback || *parameter.fallback != *value) TRY(check_value(parameter, *value));
  return *std::move(value);
}

}  // namespace

std::optional<Document> converted(const Document& value, Type type) {
  switch (type) {
    case Type::String:
      return value.is_null() ? std::nullopt : std::optional<Document>(Document(text_of(value)));
    case Type::StringList:
      return list_of_texts(value);
    case Type::Boolean: {
      if (value.is_bool()) return value;
      const auto text = text_of(value);
      if (text == "true" || text == "True") return Document(true);
      if (text == "false" || text == "False") return Document(false);
      return std::nullopt;
    }
    case Type::Integer: {
      if (value.is_int64()) return value;
      const auto number = whole(text_of(value));
      return number ? std::optional<Document>(Document(*number)) : std::nullopt;
    }
    case Type::MapList:
      return list_of_maps(value);
    case Type::StringMap: {
      auto map = parsed(value);
      return map && map->is_object() ? map : std::nullopt;
    }
  }
  return std::nullopt;
}

Result<Object> bind(const std::vector<Parameter>& parameters, const Object& given) {
  for (const auto& each : given) {
    const auto known = std::ranges::any_of(
        parameters, [&](const Parameter& parameter) { return parameter.name == each.key(); });
    if (!known) {
      return wrong(fmt::format("Parameter \"{}\" is not defined in the document.",
                               std::string_view(each.key())));
    }
  }
  Object out;
  for (const auto& parameter : parameters)
    out[parameter.name] = TRY(bound(parameter, given));
  return out;
}

}  // namespace tocsin::automation
