// SPDX-License-Identifier: Apache-2.0
#include "base/document.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <vector>

namespace tocsin {
namespace {

const Array kEmptyArray;
const Object kEmptyObject;

/// The object that a document is; an empty one where it is of another kind.
const Object& object_in(const Document& document) {
  const auto* object = document.if_object();
  return object ? *object : kEmptyObject;
}

boost::json::string_view sv(std::string_view text) {
  return {text.data(), text.size()};
}

std::vector<const boost::json::key_value_pair*> sorted_members(const Object& object) {
  std::vector<const boost::json::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object)
    members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* left, const auto* right) { return left->key() < right->key(); });
  return members;
}

void write_escape(unsigned char c, std::string& out) {
  constexpr std::string_view kShort = "\bb\tt\nn\ff\rr\"\"\\\\";
  for (std::size_t at = 0; at < kShort.size(); at += 2) {
    if (kShort[at] == static_cast<char>(c)) return void(out.append(1, '\\') += kShort[at + 1]);
  }
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
}

void write_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t plain = 0;  // where the run begins that needs no escape
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, at - plain);
    write_escape(c, out);
    plain = at + 1;
  }
  out.append(text, plain).append(1, '"');
}

void write_double(double value, std::string& out) {
  if (value == 0) return void(out += '0');
  if (!std::isfinite(value)) return void(out += boost::json::serialize(Document(value)));
  if (std::signbit(value)) out += '-';
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific)
          .ptr;
  const std::string_view all(buffer, static_cast<std::size_t>(end - buffer));
  const auto e = all.find('e');
  std::string digits(1, all[0]);
  if (e > 2) digits += all.substr(2, e - 2);
  int exponent = 0;
  std::from_chars(buffer + e + (all[e + 1] == '+' ? 2 : 1), end, exponent);
  const int count = static_cast<int>(digits.size()), point = exponent + 1;
  if (point > 21 || point <= -6) {
    out += digits[0];
    if (count > 1) out.append(1, '.').append(digits, 1);
    fmt::format_to(std::back_inserter(out), "e{:+}", exponent);
  } else if (point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (count <= point) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    out.append(digits, 0, point).append(1, '.').append(digits, point);
  }
}

template <class Integer>
void write_integer(Integer value, std::string& out) {
  const fmt::format_int text(value);
  out.append(text.data(), text.size());
}

/// Anything but an object or array.
void write_scalar(const Document& document, std::string& out) {
  switch (document.kind()) {
    case boost::json::kind::string:
      return write_string(document.get_string(), out);
    case boost::json::kind::int64:
      return write_integer(document.get_int64(), out);
    case boost::json::kind::uint64:
      return write_integer(document.get_uint64(), out);
    case boost::json::kind::double_:
      return write_double(document.get_double(), out);
    case boost::json::kind::bool_:
      return void(out += document.get_bool() ? "true" : "false");
    default:
      out += "null";
  }
}

void write(const Document& document, std::string& out) {
  char before = '{';
  if (const auto* object = document.if_object()) {
    if (object->empty()) out += before;
    for (const auto& member : *object) {
      out += std::exchange(before, ',');
      write_string(member.key(), out);
      out += ':';
      write(member.value(), out);
    }
    out += '}';
  } else if (const auto* array = document.if_array()) {
    before = '[';
    if (array->empty()) out += before;
    for (const auto& element : *array) {
      out += std::exchange(before, ',');
      write(element, out);
    }
    out += ']';
  } else {
    write_scalar(document, out);
  }
}

void write_canonical(const Document& document, std::string& out) {
  if (const auto* object = document.if_object()) {
    out += '{';
    bool first = true;
    for (const auto* member : sorted_members(*object)) {
      if (!std::exchange(first, false)) out += ',';
      write_string(member->key(), out);
      out += ':';
      write_canonical(member->value(), out);
    }
    out += '}';
  } else if (const auto* array = document.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i) out += ',';
      write_canonical((*array)[i], out);
    }
    out += ']';
  } else {
    write_scalar(document, out);
  }
}

void write_pretty(const Document& document, std::string& out, int indent) {
  const auto line = [&](int depth) { out.append("\n").append(depth * 2, ' '); };
  const auto* object = document.if_object();
  const auto* array = document.if_array();
  if (object && !object->empty()) {
    out += '{';
    for (bool first = true; const auto& member : *object) {
      if (!std::exchange(first, false)) out += ',';
      line(indent + 1);
      write_string(member.key(), out);
      out += ": ";
      write_pretty(member.value(), out, indent + 1);
    }
    line(indent);
    out += '}';
  } else if (array && !array->empty()) {
    out += '[';
    for (bool first = true; const auto& element : *array) {
      if (!std::exchange(first, false)) out += ',';
      line(indent + 1);
      write_pretty(element, out, indent + 1);
    }
    line(indent);
    out += ']';
  } else {
    write(document, out);
  }
}

}  // namespace

const Document* find(const Object& object, std::string_view key) {
  return object.if_contains(sv(key));
}

const Document* find(const Document& document, std::string_view key) {
  return find(object_in(document), key);
}

const Document* find_path(const Document& document, std::string_view path) {
  const Document* at = &document;
  while (at && !path.empty()) {
    const auto dot = path.find('.');
    at = find(*at, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return at;
}

std::string_view text(const Object& object, std::string_view key, std::string_view fallback) {
  const auto* member = find(object, key);
  const auto* string = member ? member->if_string() : nullptr;
  return string ? std::string_view(string->data(), string->size()) : fallback;
}

std::string string_of(const Object& object, std::string_view key, std::string_view fallback) {
  return std::string(text(object, key, fallback));
}

std::optional<std::int64_t> integer(const Object& object, std::string_view key) {
  const auto* member = find(object, key);
  if (!member || !member->is_number()) return std::nullopt;
  boost::system::error_code not_exact;
  const auto value = member->to_number<std::int64_t>(not_exact);
  return not_exact ? std::nullopt : std::optional(value);
}

bool flag(const Object& object, std::string_view key, bool fallback) {
  const auto* member = find(object, key);
  const auto* value = member ? member->if_bool() : nullptr;
  return value ? *value : fallback;
}

const Array& array_of(const Object& object, std::string_view key) {
  const auto* member = find(object, key);
  const auto* array = member ? member->if_array() : nullptr;
  return array ? *array : kEmptyArray;
}

const Object& object_of(const Object& object, std::string_view key) {
  const auto* member = find(object, key);
  return member ? object_in(*member) : kEmptyObject;
}

std::string_view text(const Document& document, std::string_view key, std::string_view fallback) {
  return text(object_in(document), key, fallback);
}
std::string string_of(const Document& document, std::string_view key, std::string_view fallback) {
  return string_of(object_in(document), key, fallback);
}
std::optional<std::int64_t> integer(const Document& document, std::string_view key) {
  return integer(object_in(document), key);
}
bool flag(const Document& document, std::string_view key, bool fallback) {
  return flag(object_in(document), key, fallback);
}
const Array& array_of(const Document& document, std::string_view key) {
  return array_of(object_in(document), key);
}
const Object& object_of(const Document& document, std::string_view key) {
  return object_of(object_in(document), key);
}

std::string to_json(const Document& document) {
  std::string out;
  write(document, out);
  return out;
}

std::string canonical_json(const Document& document) {
  std::string out;
  write_canonical(document, out);
  return out;
}

std::string pretty_json(const Document& document) {
  std::string out;
  write_pretty(document, out, 0);
  return out;
}

}  // namespace tocsin
