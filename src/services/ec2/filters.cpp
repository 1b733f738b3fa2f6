// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/filters.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/time.hpp"
#include "services/ec2/errors.hpp"

namespace tocsin::ec2 {
namespace {

constexpr std::string_view kTag = "tag:";
constexpr std::size_t kMostFilters = 50;
constexpr std::size_t kMostValues = 200;

const Array& filters_of(const Document& params) {
  const auto& filters = array_of(params, "Filters");
  return filters.empty() ? array_of(params, "Filter") : filters;  // as DescribeFlowLogs calls it
}

/// `document` is the member `name`, and `path` leads on from it.
void collect(const Document& document, std::string_view name, std::string_view path,
             std::vector<std::string>& out) {
  if (const auto* list = document.if_array()) {
    for (const auto& item : *list)
      collect(item, name, path, out);
  } else if (!path.empty()) {
    const auto dot = path.find('.');
    const auto next = path.substr(0, dot);
    if (const auto* member = find(document, next))
      collect(*member, next, dot == std::string_view::npos ? "" : path.substr(dot + 1), out);
  } else if (const auto* string = document.if_string()) {
    out.emplace_back(*string);
  } else if (const auto* boolean = document.if_bool()) {
    out.emplace_back(*boolean ? "true" : "false");
  } else if (document.is_number() && is_moment(name)) {
    out.push_back(iso8601_ms(from_seconds(document.to_number<double>())));
  } else if (document.is_number()) {
    out.push_back(std::to_string(document.to_number<std::int64_t>()));
  }
}

const Filter* known_filter(std::string_view name, Filters known) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const Filter& filter) { return filter.name == name; });
  return found == known.end() ? nullptr : &*found;
}

std::vector<std::string> tag_values(const Document& described, std::string_view key) {
  std::vector<std::string> out;
  for (const auto* list : {"Tags", "TagSet"}) {  // as network interfaces call it
    for (const auto& tag : array_of(described, list)) {
      if (text(tag, "Key") == key) out.emplace_back(text(tag, "Value"));
    }
  }
  return out;
}

std::vector<std::string> values_of(std::string_view name, Filters known,
                                   const Document& described) {
  if (name.starts_with(kTag)) return tag_values(described, name.substr(kTag.size()));
  if (name == "tag-key" || name == "tag-value") {
    const auto member = name == "tag-key" ? ".Key" : ".Value";
    auto values = values_at(described, std::string("Tags") + member);
    return values.empty() ? values_at(described, std::string("TagSet") + member) : values;
  }
  const auto* filter = known_filter(name, known);
  return filter ? values_at(described, filter->path) : std::vector<std::string>();
}

bool passes_one(const Document& filter, Filters known, const Document& described) {
  const auto values = values_of(text(filter, "Name"), known, described);
  for (const auto& wanted : array_of(filter, "Values")) {
    const auto* pattern = wanted.if_string();
    if (!pattern) continue;
    if (std::any_of(values.begin(), values.end(), [&](const std::string& value) {
          return filter_match(std::string_view(*pattern), value);
        }))
      return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> values_at(const Document& document, std::string_view path) {
  std::vector<std::string> out;
  const auto asked = path.find('=');
  collect(document, {}, path.substr(0, asked), out);
  if (asked == std::string_view::npos) return out;
  return {has(out, path.substr(asked + 1)) ? "true" : "false"};
}

std::vector<std::string> values_at(const Object& object, std::string_view path) {
  const auto dot = path.find('.');
  const auto name = path.substr(0, dot);
  std::vector<std::string> out;
  if (const auto* member = find(object, name))
    collect(*member, name, dot == std::string_view::npos ? "" : path.substr(dot + 1), out);
  return out;
}

bool is_moment(std::string_view member) {
  return member.ends_with("Time") || member.ends_with("Timestamp");
}

bool has(const std::vector<std::string>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

Result<void> check_filters(const Document& params, Filters known) {
  const auto& filters = filters_of(params);
  if (filters.size() > kMostFilters)
    return fail("FilterLimitExceeded", "The maximum number of filters on a request is 50.");
  for (const auto& filter : filters) {
    const auto name = text(filter, "Name");
    const bool of_tags = name.starts_with(kTag) || name == "tag-key" || name == "tag-value";
    if (!of_tags && !known_filter(name, known))
      return invalid_value(fmt::format("The filter '{}' is invalid", name.empty() ? "null" : name));
    if (array_of(filter, "Values").size() > kMostValues) {
      return fail("FilterLimitExceeded",
                  "The maximum number of filter values specified on a single call is 200");
    }
  }
  return {};
}

bool passes(const Document& params, Filters known, const Document& described) {
  const auto& filters = filters_of(params);
  return std::all_of(filters.begin(), filters.end(),
                     [&](const Document& filter) { return passes_one(filter, known, described); });
}

bool filter_match(std::string_view pattern, std::string_view value) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, resume = 0;
  while (in < value.size()) {
    const bool wild = at < pattern.size() && pattern[at] == '*';
    const bool escaped = at + 1 < pattern.size() && pattern[at] == '\\';
    if (wild) {
      star = at++;
      resume = in;
    } else if (at < pattern.size() && (escaped ? pattern[at + 1] == value[in]
                                               : pattern[at] == '?' || pattern[at] == value[in])) {
      at += escaped ? 2 : 1;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*')
    ++at;
  return at == pattern.size();
}

}  // namespace tocsin::ec2
