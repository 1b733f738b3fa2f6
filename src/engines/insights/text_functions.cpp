// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
#include <algorithm>

#include "engines/insights/functions.hpp"

namespace tocsin::insights {
namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";
constexpr std::size_t kLongest = 1 << 18;  // of a text that replace or concat makes

/// The text of an argument; none where it is null.
std::optional<std::string_view> text_at(const Node& node, Record& record, std::size_t index) {
  const auto value = node.children[index](record);
  if (value.null()) return std::nullopt;
  return shown(value, record.arena);
}

bool is_lead(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

Value length(const Node& node, Record& record) {
  const auto text = text_at(node, record, 0);
  if (!text) return {};
  return Value::of(static_cast<double>(std::ranges::count_if(*text, is_lead)));
}

template <class Change>
Value changed(const Node& node, Record& record, Change change) {
  const auto text = text_at(node, record, 0);
  if (!text) return {};
  auto* to = record.arena.take(text->size());
  std::ranges::transform(*text, to, change);
  return Value::of(std::string_view(to, text->size()));
}
Value upper_case(const Node& node, Record& record) {
  return changed(node, record,
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
}
Value lower_case(const Node& node, Record& record) {
  return changed(node, record,
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

Value trimmed(const Node& node, Record& record, bool left, bool right) {
  auto text = text_at(node, record, 0);
  if (!text) return {};
  const auto gone = node.children.size() > 1 ? text_at(node, record, 1).value_or("") : kSpace;
  if (left) text->remove_prefix(std::min(text->find_first_not_of(gone), text->size()));
  if (right) *text = text->substr(0, text->find_last_not_of(gone) + 1);
  return Value::of(*text);
}
Value trim(const Node& node, Record& record) {
  return trimmed(node, record, true, true);
}
Value trim_left(const Node& node, Record& record) {
  return trimmed(node, record, true, false);
}
Value trim_right(const Node& node, Record& record) {
  return trimmed(node, record, false, true);
}

Value concat(const Node& node, Record& record) {
  std::string out;
  for (std::size_t i = 0; i < node.children.size() && out.size() < kLongest; ++i)
    out += text_at(node, record, i).value_or("");
  return Value::of(record.arena.keep(out));
}

/// Where the character `count` begins.
std::size_t offset_of(std::string_view text, double count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (is_lead(text[at]) && count-- < 1) break;
  }
  return at;
}

Value substring(const Node& node, Record& record) {
  auto text = text_at(node, record, 0);
  const auto start = number_of(node.children[1](record));
  if (!text || !start) return {};
  text->remove_prefix(offset_of(*text, *start));
  if (node.children.size() > 2) {
    const auto count = number_of(node.children[2](record));
    if (!count) return {};
    *text = text->substr(0, offset_of(*text, *count));
  }
  return Value::of(*text);
}

Value replace(const Node& node, Record& record) {
  const auto text = text_at(node, record, 0), wanted = text_at(node, record, 1),
             other = text_at(node, record, 2);
  if (!text || !wanted || !other) return {};
  if (wanted->empty()) return Value::of(*text);
  std::string out;
  std::size_t at = 0;
  for (auto hit = text->find(*wanted); hit != std::string_view::npos && out.size() < kLongest;
       hit = text->find(*wanted, at)) {
    out.append(*text, at, hit - at).append(*other);
    at = hit + wanted->size();
  }
  out.append(text->substr(at));
  return Value::of(record.arena.keep(out));
}

Value contains(const Node& node, Record& record) {
  const auto text = text_at(node, record, 0), wanted = text_at(node, record, 1);
  return Value::of(text && wanted && text->find(*wanted) != std::string_view::npos);
}

Value is_empty(const Node& node, Record& record) {
  return Value::of(text_at(node, record, 0).value_or("").empty());
}
Value is_blank(const Node& node, Record& record) {
  const auto text = text_at(node, record, 0).value_or("");
  return Value::of(text.find_first_not_of(kSpace) == std::string_view::npos);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Value url_decoded(const Node& node, Record& record) {
  const auto text = text_at(node, record, 0);
  if (!text) return {};
  std::string out;
  for (std::size_t i = 0; i < text->size(); ++i) {
    const int high = i + 2 < text->size() && (*text)[i] == '%' ? hex_digit((*text)[i + 1]) : -1,
              low = high < 0 ? -1 : hex_digit((*text)[i + 2]);
    if (low < 0) {
      out += (*text)[i] == '+' ? ' ' : (*text)[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return Value::of(record.arena.keep(out));
}

}  // namespace

std::vector<Function> text_functions() {
  return {{"strlen", 1, 1, length},        {"toupper", 1, 1, upper_case},
          {"tolower", 1, 1, lower_case},   {"trim", 1, 2, trim},
          {"ltrim", 1, 2, trim_left},      {"rtrim", 1, 2, trim_right},
          {"concat", 1, 256, concat},      {"substr", 2, 3, substring},
          {"replace", 3, 3, replace},      {"strcontains", 2, 2, contains},
          {"isempty", 1, 1, is_empty},     {"isblank", 1, 1, is_blank},
          {"urldecode", 1, 1, url_decoded}};
}

}  // namespace tocsin::insights
