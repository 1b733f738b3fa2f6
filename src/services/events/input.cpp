// SPDX-License-Identifier: Apache-2.0
// What a target receives: the event, a part of it, a constant, or a template.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
#include <algorithm>
#include <array>

#include "services/events/parts.hpp"
#include "services/events/path.hpp"

namespace tocsin::events {
namespace {

constexpr std::array<std::string_view, 5> kPredefined{"aws.events.rule-arn", "aws.events.rule-name",
                                                      "aws.events.event.ingestion-time",
                                                      "aws.events.event.json", "aws.events.event"};

/// A placeholder at the beginning of the text, without its brackets; empty where there is none.
std::string_view placeholder_at(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (!text.starts_with('<')) return {};
  const auto end = text.find_first_not_of(kAllowed, 1);
  return end != text.npos && text[end] == '>' ? text.substr(1, end - 1) : std::string_view();
}

/// As <aws.events.event> shows it: without its detail, and with names of its own.
Object without_detail(const Document& event) {
  constexpr std::array<std::pair<const char*, const char*>, 8> kMembers{
      {{"id", "id"},
       {"account", "account"},
       {"detailType", "detail-type"},
       {"time", "time"},
       {"source", "source"},
       {"region", "region"},
       {"resources", "resources"},
       {"version", "version"}}};
  Object out;
  for (const auto& [name, member] : kMembers) {
    if (const auto* value = find(event, member)) out[name] = *value;
  }
  return out;
}

class Template {
 public:
  Template(const Document& transformer, const Rule& rule, const Document& event, Time now)
      : paths_(object_of(transformer, "InputPathsMap")), rule_(rule), event_(event), now_(now) {}

  std::string fill(std::string_view pattern) const {
    std::string out;
    bool quoted = false;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
      const char c = pattern[at];
      if (const auto name = placeholder_at(pattern.substr(at)); is_known(name)) {
        add(out, value_of(name), quoted);
        at += name.size() + 1;
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

 private:
  bool is_known(std::string_view name) const {
    return !name.empty() && (is_predefined(name) || find(paths_, name));
  }

  std::optional<Document> value_of(std::string_view name) const {
    if (name == kPredefined[0]) return Document(boost::json::string(rule_.arn()));
    if (name == kPredefined[1]) return Document(boost::json::string(rule_.name));
    if (name == kPredefined[2]) return Document(boost::json::string(iso8601(now_)));
    if (name == kPredefined[3]) return event_;
    if (name == kPredefined[4]) return Document(without_detail(event_));
    return at_path(event_, text(paths_, name));
  }

  /// In quotes a text as it is, unescaped as on AWS, and JSON without its quotes; outside JSON.
  /// What the event does not have is an empty text.
  static void add(std::string& out, const std::optional<Document>& value, bool quoted) {
    if (!value) {
      out += quoted ? "" : "\"\"";
    } else if (!quoted) {
      out += to_json(*value);
    } else if (const auto* string = value->if_string()) {
      out.append(string->data(), string->size());
    } else {
      std::ranges::copy_if(to_json(*value), std::back_inserter(out),
                           [](char c) { return c != '"'; });
    }
  }

  const Object& paths_;
  const Rule& rule_;
  const Document& event_;
  Time now_;
};

}  // namespace

bool is_predefined(std::string_view placeholder) {
  return std::ranges::find(kPredefined, placeholder) != kPredefined.end();
}

std::vector<std::string_view> placeholders_of(std::string_view input_template) {
  std::vector<std::string_view> out;
  for (auto at = input_template.find('<'); at != input_template.npos;
       at = input_template.find('<', at + 1)) {
    if (const auto name = placeholder_at(input_template.substr(at)); !name.empty())
      out.push_back(name);
  }
  return out;
}

std::string input_for(const Document& target, const Rule& rule, const Document& event, Time now) {
  if (find(target, "Input")) return string_of(target, "Input");
  if (const auto path = text(target, "InputPath"); !path.empty())
    return to_json(at_path(event, path).value_or(nullptr));
  if (const auto* transformer = find(target, "InputTransformer"))
    return Template(*transformer, rule, event, now).fill(text(*transformer, "InputTemplate"));
  return to_json(event);
}

}  // namespace tocsin::events
