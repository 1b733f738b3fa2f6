// SPDX-License-Identifier: Apache-2.0
#include "engines/insights/discovery.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace tocsin::insights {
namespace {

namespace json = simdjson::ondemand;

constexpr int kDeepest = 64;
constexpr std::size_t kMostFields = 1'000;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

simdjson::padded_string_view padded(std::string_view text) {
  static_assert(kPadding >= simdjson::SIMDJSON_PADDING);
  return simdjson::padded_string_view(text.data(), text.size(), text.size() + kPadding);
}

/// A text, number or truth value as discovered fields have it; null for all else.
Value scalar(json::value& value) {
  json::json_type type;
  if (value.type().get(type)) return {};
  switch (type) {
    case json::json_type::string: {
      std::string_view text;
      return value.get_string().get(text) ? Value{} : Value::of(text);
    }
    case json::json_type::number: {
      std::string_view text = value.raw_json_token();
      return Value::of(trimmed(text));
    }
    case json::json_type::boolean: {
      bool truth = false;
      return value.get_bool().get(truth) ? Value{} : Value::of(truth);
    }
    default:
      return {};
  }
}

/// Every leaf of a document with its name.
class Flat {
 public:
  explicit Flat(std::vector<Field>& out) : out_(out) {}

  void visit(json::value value, const std::string& name, int depth) {
    if (out_.size() >= kMostFields || depth > kDeepest) return;
    json::object object;
    json::array array;
    if (!value.get_object().get(object))
      members(object, name, depth);
    else if (!value.get_array().get(array))
      items(array, name, depth);
    else if (const auto found = scalar(value); !found.null())
      out_.push_back({name, shown(found)});
  }

  void members(json::object object, const std::string& name, int depth) {
    for (auto field : object) {
      std::string_view key;
      json::value value;
      if (field.unescaped_key().get(key)) return;
      auto full = name.empty() ? std::string(key) : fmt::format("{}.{}", name, key);
      if (field.value().get(value)) return;
      visit(value, full, depth + 1);
    }
  }

 private:
  void items(json::array array, const std::string& name, int depth) {
    std::size_t index = 0;
    for (auto item : array) {
      json::value value;
      if (item.get(value)) return;
      visit(value, fmt::format("{}.{}", name, index++), depth + 1);
    }
  }

  std::vector<Field>& out_;
};

}  // namespace

std::size_t json_begin(const Event& event) {
  const auto first = event.message.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || event.message[first] == '{') return first;
  return is_lambda(event) ? event.message.find('{') : std::string_view::npos;
}

void Discovery::walk(json::object object, const Wanted& wanted) {
  for (auto field : object) {
    std::string_view key;
    json::value value;
    if (field.unescaped_key().get(key)) return;
    const auto found = wanted.members.find(key);
    if (found == wanted.members.end()) continue;
    if (field.value().get(value)) return;
    take(value, found->second);
    if (missing_ == 0) return;
  }
}

void Discovery::walk(json::array array, const Wanted& wanted) {
  std::size_t index = 0;
  for (auto item : array) {
    json::value value;
    if (item.get(value)) return;
    const auto found = wanted.members.find(fmt::format_int(index++).c_str());
    if (found != wanted.members.end()) take(value, found->second);
    if (missing_ == 0) return;
  }
}

void Discovery::take(json::value value, const Wanted& wanted) {
  json::object object;
  json::array array;
  json::json_type type;
  if (value.type().get(type)) return;
  if (type == json::json_type::object) {
    if (wanted.below && !value.get_object().get(object)) walk(object, wanted);
  } else if (type == json::json_type::array) {
    if (wanted.below && !value.get_array().get(array)) walk(array, wanted);
  } else if (wanted.slot >= 0) {
    auto& slot = record_->slots[static_cast<std::size_t>(wanted.slot)];
    if (!slot.null()) return;
    slot = scalar(value);
    missing_ -= !slot.null();
  }
}

void Record::discover() {
  if (std::exchange(found, true) || !event || plan->special.empty()) return;
  discovery->fill(*this);
}

void Discovery::fill(Record& record) {
  record_ = &record;
  const auto& plan = *record.plan;
  const auto& event = *record.event;
  missing_ = plan.wanted.below;
  if (!plan.special.empty()) {
    const auto visit = [&](std::string_view name, std::string_view value) {
      const auto wanted = plan.special.find(std::string(name));
      if (wanted == plan.special.end()) return;
      record.slots[static_cast<std::size_t>(wanted->second)] = Value::of(record.arena.keep(value));
      --missing_;
    };
    if (is_lambda(event))
      lambda_fields(event, visit);
    else
      flow_fields(event.message, visit);
  }
  const auto begin = json_begin(event);
  if (missing_ <= 0 || begin == std::string_view::npos) return;
  json::document document;
  json::object object;
  if (parser_.iterate(padded(event.message.substr(begin))).get(document)) return;
  if (!document.get_object().get(object)) walk(object, plan.wanted);
}

std::vector<Field> discovered(const Event& event) {
  std::vector<Field> out{{"@ingestionTime", std::to_string(event.ingested)},
                         {"@log", event.source->log},
                         {"@logStream", event.source->stream},
                         {"@message", std::string(event.message)},
                         {"@timestamp", std::to_string(event.timestamp)}};
  const auto add = [&](std::string_view name, std::string_view value) {
    out.push_back({std::string(name), std::string(value)});
  };
  if (is_lambda(event))
    lambda_fields(event, add);
  else
    flow_fields(event.message, add);
  const auto begin = json_begin(event);
  if (begin == std::string_view::npos) return out;
  json::parser parser;
  json::document document;
  json::object object;
  if (parser.iterate(padded(event.message.substr(begin))).get(document)) return out;
  if (!document.get_object().get(object)) Flat(out).members(object, {}, 0);
  return out;
}

}  // namespace tocsin::insights
