// SPDX-License-Identifier: Apache-2.0
#include "base/document.hpp"

#include <algorithm>
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

void write_canonical(const Document& document, std::string& out) {
  if (const auto* object = document.if_object()) {
    out += '{';
    bool first = true;
    for (const auto* member : sorted_members(*object)) {
      if (!std::exchange(first, false)) out += ',';
      out += boost::json::serialize(Document(member->key()));
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
    out += boost::json::serialize(document);
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
      out += boost::json::serialize(Document(member.key())) + ": ";
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
    out += boost::json::serialize(document);
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
  return boost::json::serialize(document);
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
