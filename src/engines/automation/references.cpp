// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
#include <cctype>

#include "engines/automation/automation.hpp"

namespace tocsin::automation {
namespace {

bool is_named(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == ':' ||
         c == '-' || c == '$';
}

struct Found {
  std::size_t begin = 0, end = 0;  // the braces included
  std::string_view name;
};

/// The next reference at or after `from`.
std::optional<Found> next_reference(std::string_view text, std::size_t from) {
  while ((from = text.find("{{", from)) != text.npos) {
    auto at = from + 2;
    while (at < text.size() && text[at] == ' ')
      ++at;
    const auto name = at;
    while (at < text.size() && is_named(text[at]))
      ++at;
    const auto end = at;
    while (at < text.size() && text[at] == ' ')
      ++at;
    if (end > name && text.substr(at, 2) == "}}")
      return Found{from, at + 2, text.substr(name, end - name)};
    ++from;
  }
  return std::nullopt;
}

void collect(const Document& value, std::vector<std::string>& out) {
  if (const auto* text = value.if_string()) {
    const std::string_view all = *text;
    for (auto found = next_reference(all, 0); found; found = next_reference(all, found->end))
      out.emplace_back(found->name);
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array)
      collect(item, out);
  } else if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      collect(Document(boost::json::string(member.key())), out);
      collect(member.value(), out);
    }
  }
}

Failure unresolved(std::string_view name) {
  return fail("Unresolved", std::string(name));
}

Result<Document> resolve_text(std::string_view text, const Lookup& lookup) {
  auto found = next_reference(text, 0);
  if (!found) return Document(boost::json::string(text));
  if (found->begin == 0 && found->end == text.size()) {
    if (auto value = lookup(found->name)) return *std::move(value);
    return unresolved(found->name);
  }
  std::string out;
  std::size_t done = 0;
  for (; found; found = next_reference(text, done)) {
    const auto value = lookup(found->name);
    if (!value) return unresolved(found->name);
    out.append(text.substr(done, found->begin - done)).append(text_of(*value));
    done = found->end;
  }
  return Document(boost::json::string(out.append(text.substr(done))));
}

}  // namespace

std::vector<std::string> references(const Document& value) {
  std::vector<std::string> out;
  collect(value, out);
  return out;
}

Result<Document> resolve(const Document& value, const Lookup& lookup) {
  if (const auto* text = value.if_string()) return resolve_text(*text, lookup);
  if (const auto* array = value.if_array()) {
    Array out;
    for (const auto& item : *array)
      out.push_back(TRY(resolve(item, lookup)));
    return Document(std::move(out));
  }
  if (const auto* object = value.if_object()) {
    Object out;
    for (const auto& member : *object) {
      const auto key = TRY(resolve_text(member.key(), lookup));
      auto resolved = TRY(resolve(member.value(), lookup));
      out[text_of(key)] = std::move(resolved);
    }
    return Document(std::move(out));
  }
  return value;
}

std::string resolve_known(std::string_view text, const Lookup& lookup) {
  std::string out;
  std::size_t done = 0;
  for (auto found = next_reference(text, 0); found; found = next_reference(text, found->end)) {
    const auto value = lookup(found->name);
    if (!value) continue;
    out.append(text.substr(done, found->begin - done)).append(text_of(*value));
    done = found->end;
  }
  return out.append(text.substr(done));
}

std::string text_of(const Document& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return value.is_null() ? std::string() : to_json(value);
}

Array shown(const Document& value) {
  Array out;
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array)
      out.push_back(Document(text_of(item)));
  } else {
    out.push_back(Document(text_of(value)));
  }
  return out;
}

}  // namespace tocsin::automation
