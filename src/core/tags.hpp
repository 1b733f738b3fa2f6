// SPDX-License-Identifier: Apache-2.0
// Tags as most of AWS's APIs give and take them.
#pragma once

#include <map>
#include <string>

#include "base/document.hpp"

namespace tocsin::core {

using Tags = std::map<std::string, std::string>;

/// [{"Key": …, "Value": …}]
inline Array tag_list(const Tags& tags) {
  Array list;
  for (const auto& [key, value] : tags)
    list.push_back(Object{{"Key", key}, {"Value", value}});
  return list;
}

/// Forgets the tags that a parameter such as TagKeys names.
inline void remove_tags(Tags& tags, const Array& keys) {
  for (const auto& key : keys) {
    if (const auto* name = key.if_string()) tags.erase(std::string(*name));
  }
}

}  // namespace tocsin::core
