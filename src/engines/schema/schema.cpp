// SPDX-License-Identifier: Apache-2.0
#include "engines/schema/schema.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/describe.hpp"

extern "C" {
extern const char tocsin_schemas_begin[];
extern const char tocsin_schemas_end[];
}

namespace tocsin::schema {
namespace {

std::vector<std::string> texts(const Array& array) {
  std::vector<std::string> out;
  for (const auto& each : array)
    out.emplace_back(each.as_string());
  return out;
}

Resource read(std::string_view json) {
  const auto document = boost::json::parse(boost::json::string_view(json.data(), json.size()));
  return {.identifier = texts(array_of(document, "identifier")),
          .tags = string_of(document, "tags"),
          .attributes = texts(array_of(document, "attributes")),
          .properties = object_of(document, "properties"),
          .types = object_of(document, "types")};
}

using Types = std::map<std::string, Resource, std::less<>>;

Types read_all() {
  Types types;
  std::string_view rest(tocsin_schemas_begin,
                        static_cast<std::size_t>(tocsin_schemas_end - tocsin_schemas_begin));
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    const auto tab = line.find('\t');
    types.emplace(line.substr(0, tab), read(line.substr(tab + 1)));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return types;
}

bool is_property(const Resource& type, std::string_view name) {
  return type.properties.contains(name);
}

}  // namespace

const Resource* resource(std::string_view type) {
  static const Types types = read_all();
  const auto found = types.find(type);
  return found == types.end() ? nullptr : &found->second;
}

Object writable(const Resource& type, const Object& shown) {
  Object out;
  for (const auto& [name, value] : shown) {
    if (is_property(type, name)) out[name] = value;
  }
  return out;
}

std::vector<std::string> fixed_changes(const Resource& type, const Object& before,
                                       const Object& after) {
  std::vector<std::string> changed;
  for (const auto& [name, property] : type.properties) {
    if (!flag(property, "create_only")) continue;
    const auto *was = before.if_contains(name), *is = after.if_contains(name);
    if (was ? !is || *was != *is : is != nullptr) changed.emplace_back(name);
  }
  return changed;
}

std::string identifier_of(const Resource& type, const Object& shown) {
  std::string out;
  for (const auto& name : type.identifier) {
    const auto part = text(shown, name);
    if (part.empty()) return {};
    if (!out.empty()) out += '|';
    out += part;
  }
  return out;
}

}  // namespace tocsin::schema
