// SPDX-License-Identifier: Apache-2.0
#include "core/tags.hpp"

namespace tocsin::core {

Array tag_list(const Tags& tags) {
  Array list;
  for (const auto& [key, value] : tags)
    list.push_back(Object{{"Key", key}, {"Value", value}});
  return list;
}

Tags tags_of(const Array& list, std::string_view key, std::string_view value) {
  Tags tags;
  for (const auto& tag : list)
    tags[string_of(tag, key)] = string_of(tag, value);
  return tags;
}

Tags tags_of(const Object& map) {
  Tags tags;
  for (const auto& tag : map)
    tags[std::string(tag.key())] = string_of(map, tag.key());
  return tags;
}

void remove_tags(Tags& tags, const Array& keys) {
  for (const auto& key : keys) {
    if (const auto* name = key.if_string()) tags.erase(std::string(*name));
  }
}

void add_resource_tags(Access& access, const Tags& tags) {
  for (const auto& [key, value] : tags)
    access.context["aws:ResourceTag/" + key] = {value};
}

void add_request_tags(Access& access, const Tags& tags) {
  for (const auto& [key, value] : tags) {
    access.context["aws:RequestTag/" + key] = {value};
    access.context["aws:TagKeys"].push_back(key);
  }
}

void add_tag_keys(Access& access, const Array& keys) {
  for (const auto& key : keys) {
    if (const auto* name = key.if_string()) access.context["aws:TagKeys"].emplace_back(*name);
  }
}

}  // namespace tocsin::core
