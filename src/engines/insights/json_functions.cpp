// SPDX-License-Identifier: Apache-2.0
// jsonParse, jsonStringify, and members of what was parsed.
#include "base/document.hpp"
#include "engines/insights/functions.hpp"

namespace tocsin::insights {
namespace {

Value value_of(const Document& document, Arena& arena) {
  if (document.is_null()) return {};
  if (const auto* text = document.if_string())
    return Value::of(arena.keep(std::string_view(text->data(), text->size())));
  if (document.is_bool()) return Value::of(document.get_bool());
  if (document.is_structured()) return {Value::Kind::Json, 0, arena.keep(to_json(document))};
  return Value::of(arena.keep(to_json(document)));
}

Value parse(const Node& node, Record& record) {
  const auto value = node.children[0](record);
  if (!value.is_text()) return {};
  const auto document = parse_json(value.text);
  return document ? value_of(*document, record.arena) : Value{};
}

Value stringify(const Node& node, Record& record) {
  const auto value = node.children[0](record);
  if (value.null()) return {};
  if (value.kind == Value::Kind::Json) return Value::of(value.text);
  if (value.kind == Value::Kind::Boolean)
    return Value::of(std::string_view(value.number != 0 ? "true" : "false"));
  if (number_of(value)) return Value::of(shown(value, record.arena));
  return Value::of(record.arena.keep(to_json(boost::json::string(value.text))));
}

const Document* step(const Document& from, std::string_view name) {
  if (const auto* items = from.if_array()) {
    const auto index = number_in(name);
    const bool good = index && *index >= 0 && *index < static_cast<double>(items->size());
    return good ? &(*items)[static_cast<std::size_t>(*index)] : nullptr;
  }
  return find(from, name);
}

}  // namespace

Value json_member(const Node& node, Record& record) {
  const auto& value = record.slots[static_cast<std::size_t>(node.slot)];
  if (value.kind != Value::Kind::Json) return {};
  const auto document = parse_json(value.text);
  const auto* at = document ? &*document : nullptr;
  for (auto name = node.path.begin(); at && name != node.path.end(); ++name)
    at = step(*at, *name);
  return at ? value_of(*at, record.arena) : Value{};
}

std::vector<Function> json_functions() {
  return {{"jsonparse", 1, 1, parse}, {"jsonstringify", 1, 1, stringify}};
}

}  // namespace tocsin::insights
