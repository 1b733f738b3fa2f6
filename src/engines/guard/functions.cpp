// SPDX-License-Identifier: Apache-2.0
// Guard's functions. Most make one value of each that they can; values of other kinds are left out.
// https://github.com/aws-cloudformation/cloudformation-guard/blob/main/docs/FUNCTIONS.md
#include <boost/algorithm/string/case_conv.hpp>
#include <charconv>
#include <cmath>

#include "base/time.hpp"
#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {
namespace {

/// The first value, as text; of a literal or a query.
std::string first_text(const Results& results, std::string_view what) {
  if (!results.empty() && results[0].resolved()) {
    if (const auto* text = results[0].value.string()) return std::string(*text);
  }
  throw Problem{std::string(what) + " must be a string"};
}

std::optional<std::int64_t> first_index(const Results& results) {
  if (results.empty() || !results[0].resolved()) return std::nullopt;
  const auto* document = results[0].value.document;
  if (!document) return std::nullopt;
  if (document->is_int64()) return document->get_int64();
  if (document->is_double()) return static_cast<std::int64_t>(document->get_double());
  return std::nullopt;
}

[[noreturn]] void refuse(std::string_view function, const Document& value) {
  throw Problem{std::string(function) + " cannot convert " + to_json(value)};
}

template <class Number>
Number parsed_number(std::string_view function, const boost::json::string& text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end) refuse(function, Document(text));
  return value;
}

std::optional<Document> to_int(const Document& value) {
  if (value.is_int64()) return value;
  if (value.is_double()) {
    if (std::abs(value.get_double()) > 9e18) refuse("parse_int", value);
    return Document(static_cast<std::int64_t>(value.get_double()));
  }
  if (const auto* text = value.if_string())
    return Document(parsed_number<std::int64_t>("parse_int", *text));
  return std::nullopt;
}

std::optional<Document> to_float(const Document& value) {
  if (value.is_double()) return value;
  if (value.is_int64()) return Document(static_cast<double>(value.get_int64()));
  if (const auto* text = value.if_string())
    return Document(parsed_number<double>("parse_float", *text));
  return std::nullopt;
}

std::optional<Document> to_boolean(const Document& value) {
  if (value.is_bool()) return value;
  const auto* text = value.if_string();
  if (!text) return std::nullopt;
  const auto lower = boost::algorithm::to_lower_copy(std::string(*text));
  if (lower != "true" && lower != "false") refuse("parse_boolean", value);
  return Document(lower == "true");
}

std::optional<Document> to_text(const Document& value) {
  if (value.is_string()) return value;
  if (value.is_structured() || value.is_null()) return std::nullopt;
  return Document(boost::json::string(to_json(value)));
}

std::optional<Document> to_char(const Document& value) {
  if (value.is_int64() && value.get_int64() >= 0 && value.get_int64() <= 9)
    return Document(boost::json::string(std::to_string(value.get_int64())));
  if (const auto* text = value.if_string(); text && text->size() == 1) return value;
  if (!value.is_int64() && !value.is_string()) return std::nullopt;
  refuse("parse_char", value);
}

std::optional<Document> to_epoch(const Document& value) {
  const auto* text = value.if_string();
  if (!text) return std::nullopt;
  const auto time = parse_iso8601(*text);
  if (!time) throw Problem{"Failed to parse datetime: " + std::string(*text)};
  return Document(to_ms(*time) / 1000);
}

Document parsed_json(const boost::json::string& text) {
  auto parsed = parse_json(text);
  if (!parsed) throw Problem{"failed to parse the string as JSON: " + parsed.error().message};
  return *std::move(parsed);
}

/// Where the code point `index` of a text starts.
std::size_t offset_of(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
      ++at;
  }
  return at;
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    int byte = 0;
    const auto* digits = text.data() + at + 1;
    if (text[at] == '%' && at + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

Results Evaluator::call_function(const Call& call, Scope& scope, Value root) {
  std::vector<Results> given;
  for (const auto& argument : call.arguments)
    given.push_back(operand(argument, scope, root));
  Results out;
  switch (call.function) {
    case Function::Count: {
      std::int64_t count = 0;
      for (const auto& each : given[0])
        count += each.resolved() ? 1 : 0;
      return {keep(count, {})};
    }
    case Function::Now:
      return {keep(inputs_.now, {})};
    case Function::Join:
      return joined(given[0], given[1]);
    case Function::Substring:
      return substrings(given[0], given[1], given[2]);
    case Function::RegexReplace:
      return replaced(call, given);
    case Function::DaysSince:
      return ages(given[0]);
    case Function::OutsidePorts:
      return outside_ports(given[0], given[1]);
    case Function::PolicyStatements:
      return statements(given[0]);
    default:
      each_text(call.function, given[0], out);
      return out;
  }
}

/// Functions of one argument, over each value and over the elements of each list.
void Evaluator::each_text(Function function, const Results& over, Results& out) {
  const auto take = [&](Value value) {
    spend();
    if (auto made = made_of(function, value)) out.push_back(keep(*std::move(made), value));
  };
  for (const auto& each : over) {
    if (!each.resolved()) continue;
    if (!each.value.is_list()) {
      take(each.value);
      continue;
    }
    for (std::size_t at = 0; at < each.value.size(); ++at)
      take(each.value.item(at));
  }
}

std::optional<Document> Evaluator::made_of(Function function, Value value) const {
  if (!value.document) return std::nullopt;
  const auto& document = *value.document;
  switch (function) {
    case Function::ParseInt:
      return to_int(document);
    case Function::ParseFloat:
      return to_float(document);
    case Function::ParseBoolean:
      return to_boolean(document);
    case Function::ParseString:
      return to_text(document);
    case Function::ParseChar:
      return to_char(document);
    case Function::ParseEpoch:
      return to_epoch(document);
    default:
      break;
  }
  const auto* text = document.if_string();
  if (!text) return std::nullopt;
  switch (function) {
    case Function::JsonParse:
      return parsed_json(*text);
    case Function::ToUpper:
      return Document(boost::json::string(boost::algorithm::to_upper_copy(std::string(*text))));
    case Function::ToLower:
      return Document(boost::json::string(boost::algorithm::to_lower_copy(std::string(*text))));
    default:
      return Document(boost::json::string(percent_decoded(*text)));
  }
}

Results Evaluator::joined(const Results& over, const Results& between) {
  const auto delimiter = first_text(between, "the delimiter of join");
  boost::json::string out;
  bool first = true;
  for (const auto& each : over) {
    if (!each.resolved())
      throw Problem{"Joining unresolved values is not allowed " + reason_of(each)};
    const auto* text = each.value.string();
    if (!text) throw Problem{"Joining non string values " + each.value.text()};
    if (!std::exchange(first, false)) out += delimiter;
    out += *text;
  }
  return {keep(Document(std::move(out)), over.empty() ? Value{} : over[0].value)};
}

Results Evaluator::substrings(const Results& over, const Results& from, const Results& to) {
  const auto start = first_index(from);
  const auto end = first_index(to);
  if (!start || !end) throw Problem{"substring takes whole numbers as second and third argument"};
  Results out;
  for (const auto& each : over) {
    const auto* text = each.resolved() ? each.value.string() : nullptr;
    if (!text || text->empty() || *start < 0 || *start >= *end) continue;
    const auto length = std::ranges::count_if(
        *text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
    if (*end > length) continue;
    const auto first = offset_of(*text, static_cast<std::size_t>(*start));
    const auto last = offset_of(*text, static_cast<std::size_t>(*end));
    out.push_back(
        keep(Document(boost::json::string(text->subview(first, last - first))), each.value));
  }
  return out;
}

Results Evaluator::replaced(const Call& call, const std::vector<Results>& given) {
  auto pattern = call.pattern;
  if (!pattern) {
    auto compiled = Pattern::compile(first_text(given[1], "the expression of regex_replace"));
    if (!compiled) throw Problem{"Regex expression parse error " + compiled.error().message};
    pattern = *std::move(compiled);
  }
  const auto replacement = first_text(given[2], "the replacement of regex_replace");
  Results out;
  for (const auto& each : given[0]) {
    const auto* text = each.resolved() ? each.value.string() : nullptr;
    if (!text) continue;
    const auto made = pattern->expand(*text, replacement);
    if (!made) throw Problem{"the expression of regex_replace costs too much on its text"};
    out.push_back(keep(Document(boost::json::string(*made)), each.value));
  }
  return out;
}

}  // namespace tocsin::guard
