// SPDX-License-Identifier: Apache-2.0
// What a target receives: the event, a part of it, a constant, or a template.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
#include <charconv>

#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

/// "$.detail.list[0].name"; null where the path leads nowhere.
const Document* at_path(const Document& event, std::string_view path) {
  const Document* here = &event;
  path.remove_prefix(1);
  while (here && !path.empty()) {
    const bool element = path[0] == '[';
    path.remove_prefix(1);
    const auto end = element ? path.find(']') : path.find_first_of(".[");
    auto step = path.substr(0, end);
    path.remove_prefix(end == path.npos ? path.size() : end + (element ? 1 : 0));
    if (step.starts_with('\'') && step.size() > 1) {
      here = find(*here, step.substr(1, step.size() - 2));
    } else if (element) {
      std::size_t index = 0;
      const auto read = std::from_chars(step.data(), step.data() + step.size(), index);
      const auto* array = read.ec == std::errc() ? here->if_array() : nullptr;
      here = array && index < array->size() ? &(*array)[index] : nullptr;
    } else {
      here = find(*here, step);
    }
  }
  return here;
}

using Variables = std::map<std::string, Document, std::less<>>;

Variables variables_of(const Document& transformer, const Rule& rule, const Document& event,
                       Time now) {
  Variables out;
  for (const auto& [name, path] : object_of(transformer, "InputPathsMap")) {
    const auto* value = path.is_string() ? at_path(event, path.get_string()) : nullptr;
    out[std::string(name)] = value ? *value : Document(nullptr);
  }
  out["aws.events.rule-arn"] = rule.arn();
  out["aws.events.rule-name"] = rule.name;
  out["aws.events.event.ingestion-time"] = iso8601_ms(now);
  out["aws.events.event.json"] = event;
  auto without_detail = event.as_object();
  without_detail.erase("detail");
  out["aws.events.event"] = std::move(without_detail);
  return out;
}

/// Inside a JSON string the bare text, outside of one JSON.
std::string shown(const Document& value, bool quoted) {
  if (!quoted) return to_json(value);
  if (value.is_null()) return "";
  const auto inner = value.is_string() ? std::string(value.get_string()) : to_json(value);
  const auto escaped = to_json(Document(boost::json::string(inner)));
  return escaped.substr(1, escaped.size() - 2);
}

std::string fill(std::string_view pattern, const Variables& variables) {
  std::string out;
  bool quoted = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    const auto end = c == '<' ? pattern.find('>', at) : pattern.npos;
    const auto found = end == pattern.npos ? variables.end()
                                           : variables.find(pattern.substr(at + 1, end - at - 1));
    if (found != variables.end()) {
      out += shown(found->second, quoted);
      at = end;
      continue;
    }
    out += c;
    if (c == '\\' && at + 1 < pattern.size())
      out += pattern[++at];
    else if (c == '"')
      quoted = !quoted;
  }
  return out;
}

}  // namespace

std::string input_for(const Object& given, const Rule& rule, const Document& event, Time now) {
  const Document target = given;
  if (find(target, "Input")) return string_of(target, "Input");
  if (const auto path = text(target, "InputPath"); !path.empty()) {
    const auto* part = at_path(event, path);
    return part ? to_json(*part) : "null";
  }
  if (const auto* transformer = find(target, "InputTransformer")) {
    return fill(text(*transformer, "InputTemplate"), variables_of(*transformer, rule, event, now));
  }
  return to_json(event);
}

}  // namespace tocsin::events
