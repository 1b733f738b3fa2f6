// SPDX-License-Identifier: Apache-2.0
#include "core/declare.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace tocsin::core {

Result<Document> ask(Call& call, std::string service, std::string operation, Object params) {
  return call.call(call.as_caller(std::move(service), std::move(operation), std::move(params)))
      .result();
}

Object params_of(const Object& properties, std::span<const Parameter> parameters) {
  Object params;
  for (const auto& [property, parameter] : parameters) {
    if (const auto* value = properties.if_contains(property))
      params[parameter.empty() ? property : parameter] = *value;
  }
  return params;
}

Object changed_params(const Object& properties, const Object& shown,
                      std::span<const Parameter> parameters) {
  Object params;
  for (const auto& [property, parameter] : parameters) {
    const auto *wanted = properties.if_contains(property), *is = shown.if_contains(property);
    if (wanted && (!is || *is != *wanted))
      params[parameter.empty() ? property : parameter] = *wanted;
  }
  return params;
}

Result<void> check_served(const Object& properties, std::span<const std::string_view> served) {
  for (const auto& [name, value] : properties) {
    if (std::ranges::find(served, std::string_view(name)) == served.end())
      return fail("InvalidRequest",
                  fmt::format("Tocsin does not serve the property {}.", std::string_view(name)));
  }
  return {};
}

std::string attribute_of(const Document& value) {
  return value.is_string() ? std::string(value.get_string()) : to_json(value);
}

std::string policy_of(const Object& properties, std::string_view property) {
  const auto* value = properties.if_contains(property);
  return value ? attribute_of(*value) : std::string();
}

std::string name_of(Call& call, const Object& properties, std::string_view property,
                    std::string_view stem) {
  const auto given = text(properties, property);
  if (!given.empty()) return std::string(given);
  return fmt::format("{}-{}", stem, call.new_id("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 12));
}

Retagging retagging(const Tags& before, const Object& properties) {
  Retagging out;
  const auto wanted = tags_of(array_of(properties, "Tags"));
  for (const auto& [key, value] : wanted) {
    const auto had = before.find(key);
    if (had == before.end() || had->second != value) out.added.emplace(key, value);
  }
  for (const auto& [key, value] : before) {
    if (!wanted.contains(key)) out.removed.push_back(boost::json::string(key));
  }
  return out;
}

}  // namespace tocsin::core
