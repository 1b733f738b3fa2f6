// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/values.hpp"

#include <algorithm>

namespace tocsin::policy {
namespace {

std::string scalar_text(const Document& value) {
  const auto* string = value.if_string();
  return string ? std::string(*string) : to_json(value);
}

bool is_scalar(const Document& value) {
  return value.is_string() || value.is_bool() || value.is_number();
}

}  // namespace

std::vector<std::string> strings(const Document& value) {
  if (const auto* one = value.if_string()) return {std::string(*one)};
  std::vector<std::string> out;
  if (const auto* list = value.if_array()) {
    for (const auto& each : *list) {
      if (each.is_string()) out.push_back(scalar_text(each));
    }
  }
  return out;
}

bool is_strings(const Document& value) {
  const auto* list = value.if_array();
  return value.is_string() ||
         (list && std::all_of(list->begin(), list->end(),
                              [](const Document& each) { return each.is_string(); }));
}

std::vector<std::string> condition_values(const Document& value) {
  if (is_scalar(value)) return {scalar_text(value)};
  std::vector<std::string> out;
  if (const auto* list = value.if_array()) {
    for (const auto& each : *list)
      out.push_back(scalar_text(each));
  }
  return out;
}

bool is_condition_values(const Document& value) {
  const auto* list = value.if_array();
  return is_scalar(value) || (list && std::all_of(list->begin(), list->end(), is_scalar));
}

std::vector<const Document*> statements_of(const Document& document) {
  std::vector<const Document*> out;
  const auto* statement = find(document, "Statement");
  if (!statement) return out;
  const auto* list = statement->if_array();
  if (!list) return {statement};
  for (const auto& each : *list)
    out.push_back(&each);
  return out;
}

}  // namespace tocsin::policy
