// SPDX-License-Identifier: Apache-2.0
// Tags as most of AWS's APIs give and take them, and the condition keys that follow from them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
#pragma once

#include <map>
#include <string>

#include "core/request.hpp"

namespace tocsin::core {

using Tags = std::map<std::string, std::string>;

/// [{"Key": …, "Value": …}]
Array tag_list(const Tags& tags);
/// Of such a list, whose members some APIs write in small letters.
Tags tags_of(const Array& list, std::string_view key = "Key", std::string_view value = "Value");
/// Of {"team": "blue"}.
Tags tags_of(const Object& map);

/// Forgets the tags that a parameter such as TagKeys names.
void remove_tags(Tags& tags, const Array& keys);

/// aws:ResourceTag/…, of the tags that a resource has.
void add_resource_tags(Access& access, const Tags& tags);
/// aws:RequestTag/… and aws:TagKeys, of the tags that a call gives.
void add_request_tags(Access& access, const Tags& tags);
/// aws:TagKeys, of the names that a call takes away.
void add_tag_keys(Access& access, const Array& keys);

}  // namespace tocsin::core
