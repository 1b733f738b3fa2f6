// SPDX-License-Identifier: Apache-2.0
#include "services/config/difference.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace tocsin::config {
namespace {

/// "ipPermissions" → "IpPermissions".
std::string upper_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

class Differ {
 public:
  /// Null pointers: there is no such value.
  void add(const std::string& path, const Document* before, const Document* after) {
    Object change{{"previousValue", before ? *before : Document(nullptr)},
                  {"updatedValue", after ? *after : Document(nullptr)}};
    change["changeType"] = !before ? "CREATE" : !after ? "DELETE" : "UPDATE";
    changes_[path] = std::move(change);
  }

  void compare(const std::string& path, const Document& before, const Document& after) {
    if (before == after) return;
    if (before.is_object() && after.is_object()) {
      members(path, before.get_object(), after.get_object());
    } else if (before.is_array() && after.is_array()) {
      elements(path, before.get_array(), after.get_array());
    } else {
      add(path, before.is_null() ? nullptr : &before, after.is_null() ? nullptr : &after);
    }
  }

  /// A list's elements are told apart by what they say, not by where they stand.
  void elements(const std::string& path, const Array& before, const Array& after) {
    std::vector<const Document*> fresh;
    for (const auto& element : after)
      fresh.push_back(&element);
    int index = 0;
    for (const auto& element : before) {
      const auto same = std::ranges::find_if(
          fresh, [&](const Document* candidate) { return *candidate == element; });
      if (same == fresh.end())
        add(fmt::format("{}.{}", path, index++), &element, nullptr);
      else
        fresh.erase(same);
    }
    for (const auto* element : fresh)
      add(fmt::format("{}.{}", path, index++), nullptr, element);
  }

  /// The members of a map that are compared as a whole.
  void entries(std::string_view head, const Object& before, const Object& after) {
    for (const auto& [name, value] : before) {
      const auto* other = after.if_contains(name);
      if (!other || *other != value)
        add(fmt::format("{}.{}", head, std::string_view(name)), &value, other);
    }
    for (const auto& [name, value] : after) {
      if (!before.contains(name))
        add(fmt::format("{}.{}", head, std::string_view(name)), nullptr, &value);
    }
  }

  void members(const std::string& path, const Object& before, const Object& after) {
    static const Document nothing(nullptr);
    for (const auto& [name, value] : before) {
      const auto* other = after.if_contains(name);
      compare(path + '.' + upper_first(name), value, other ? *other : nothing);
    }
    for (const auto& [name, value] : after) {
      if (!before.contains(name)) compare(path + '.' + upper_first(name), nothing, value);
    }
  }

  Object take() { return std::move(changes_); }

 private:
  Object changes_;
};

Array listed(const std::vector<Relationship>& relationships) {
  Array out;
  for (const auto& each : relationships)
    out.push_back(delivered_relationship(each));
  return out;
}

Object mapped(const std::map<std::string, std::string>& tags) {
  Object out;
  for (const auto& [key, value] : tags)
    out[key] = value;
  return out;
}

Object changes_between(const Content& before, const Content& after) {
  Differ differ;
  if (before.configuration && after.configuration) {
    if (*before.configuration != *after.configuration)
      differ.members("Configuration", *before.configuration, *after.configuration);
  } else if (before.configuration) {
    const Document gone(*before.configuration);
    differ.add("Configuration", &gone, nullptr);
  } else if (after.configuration) {
    const Document made(*after.configuration);
    differ.add("Configuration", nullptr, &made);
  }
  if (*before.supplementary != *after.supplementary)
    differ.entries("SupplementaryConfiguration", *before.supplementary, *after.supplementary);
  if (*before.tags != *after.tags)
    differ.entries("Tags", mapped(*before.tags), mapped(*after.tags));
  if (before.relationships != after.relationships)
    differ.elements("Relationships", listed(before.relationships), listed(after.relationships));
  return differ.take();
}

}  // namespace

Object difference(const std::optional<Content>& before, const std::optional<Content>& after) {
  if (!before) return {{"changedProperties", Object{}}, {"changeType", "CREATE"}};
  static const Object no_entries;
  static const std::map<std::string, std::string> no_tags;
  if (!after) {
    return {{"changedProperties", changes_between(*before, {nullptr, &no_entries, &no_tags, {}})},
            {"changeType", "DELETE"}};
  }
  return {{"changedProperties", changes_between(*before, *after)}, {"changeType", "UPDATE"}};
}

bool changed(const Object& difference) {
  return text(difference, "changeType") != "UPDATE" ||
         !object_of(difference, "changedProperties").empty();
}

}  // namespace tocsin::config
