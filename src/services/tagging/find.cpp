// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <set>

#include "base/crypto.hpp"
#include "core/resources.hpp"
#include "services/tagging/parts.hpp"

namespace tocsin::tagging {
namespace {

using core::Call;
using core::Outcome;
using Description = core::ResourceType::Description;

constexpr std::int64_t kMostInPage = 100;
constexpr std::size_t kMostKeys = 50, kMostValues = 20, kMostArns = 100;

Failure invalid(std::string message) {
  return fail("InvalidParameterException", std::move(message));
}

/// "SecurityGroup" → "securitygroup"
std::string small(std::string_view name) {
  std::string out(name);
  for (auto& c : out)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// Whether a resource is one of "ec2" or "ec2:security-group": the kind is as the ARN has it, or,
/// where it has none, the last part of the type's name.
bool is_of(const Tagged& tagged, std::string_view filter) {
  const auto arn = Arn::parse(tagged.resource.arn);
  if (!arn) return false;
  const auto colon = filter.find(':');
  if (filter.substr(0, colon) != arn->service) return false;
  if (colon == std::string_view::npos) return true;
  const auto kind = filter.substr(colon + 1);
  const auto end = arn->resource.find_first_of("/:");
  return (end != std::string::npos && kind == std::string_view(arn->resource).substr(0, end)) ||
         kind == small(tagged.type->type.substr(tagged.type->type.rfind(':') + 1));
}

/// {"Key": …, "Values": […]}: any value where none is named.
bool has(const core::Tags& tags, const Document& filter) {
  const auto found = tags.find(string_of(filter, "Key"));
  if (found == tags.end()) return false;
  const auto& values = array_of(filter, "Values");
  return values.empty() || std::ranges::any_of(values, [&](const Document& value) {
           return value.is_string() && std::string_view(value.get_string()) == found->second;
         });
}

bool is_wanted(const Document& params, const Tagged& tagged) {
  const auto& kinds = array_of(params, "ResourceTypeFilters");
  const auto& filters = array_of(params, "TagFilters");
  const auto& arns = array_of(params, "ResourceARNList");
  return (kinds.empty() ||
          std::ranges::any_of(
              kinds, [&](const Document& kind) { return is_of(tagged, kind.as_string()); })) &&
         (arns.empty() ||
          std::ranges::any_of(
              arns, [&](const Document& arn) { return arn.as_string() == tagged.resource.arn; })) &&
         std::ranges::all_of(
             filters, [&](const Document& filter) { return has(tagged.resource.tags, filter); });
}

Result<void> check(const Document& params) {
  const auto& filters = array_of(params, "TagFilters");
  const auto& arns = array_of(params, "ResourceARNList");
  if (filters.size() > kMostKeys)
    return invalid(fmt::format("TagFilters can have at most {} keys.", kMostKeys));
  for (const auto& filter : filters) {
    if (array_of(filter, "Values").size() > kMostValues)
      return invalid(fmt::format("A tag filter can have at most {} values.", kMostValues));
  }
  if (arns.size() > kMostArns)
    return invalid(fmt::format("ResourceARNList can have at most {} ARNs.", kMostArns));
  if (!arns.empty() && (!filters.empty() || !array_of(params, "ResourceTypeFilters").empty()))
    return invalid(
        "ResourceARNList cannot be given with TagFilters, ResourceTypeFilters or pagination.");
  return {};
}

/// Pages go in order, each from behind the last of the one before, which its token says.
Result<std::string> last_page(const Document& params) {
  auto last = unbase64(text(params, "PaginationToken"));
  if (!last)
    return fail("PaginationTokenExpiredException", "The specified PaginationToken is not valid.");
  return *std::move(last);
}

Outcome page_of(const std::set<std::string>& all, const Document& params, std::string_view member) {
  const auto after = TRY(last_page(params));
  Array listed;
  std::string next;
  for (auto at = all.upper_bound(after); at != all.end(); ++at) {
    if (listed.size() == static_cast<std::size_t>(kMostInPage)) {
      next = base64(std::string_view(listed.back().get_string()));
      break;
    }
    listed.push_back(boost::json::string(*at));
  }
  return Object{{member, std::move(listed)}, {"PaginationToken", next}};
}

}  // namespace

std::map<std::string, Tagged> resources_of(const Types& types, Call& call, bool all) {
  std::map<std::string, Tagged> out;
  for (const auto& type : types) {
    core::each_resource(call, type, call.scope(), [&](const Description& resource) {
      if (!resource.arn.empty() && (all || !resource.tags.empty()))
        out.emplace(resource.arn, Tagged{&type, resource});
      return true;
    });
  }
  return out;
}

Outcome get_resources(const Types& types, Call& call) {
  const auto& params = call.params();
  TRY(check(params));
  const auto most = integer(params, "ResourcesPerPage").value_or(kMostInPage);
  if (most < 1 || most > kMostInPage) return invalid("ResourcesPerPage must be between 1 and 100.");
  const auto after = TRY(last_page(params));
  const auto all = resources_of(types, call, false);
  Array listed;
  std::string last, next;
  for (auto at = all.upper_bound(after); at != all.end() && next.empty(); ++at) {
    if (!is_wanted(params, at->second)) continue;
    if (listed.size() == static_cast<std::size_t>(most))
      next = base64(last);
    else
      listed.push_back(
          Object{{"ResourceARN", at->first}, {"Tags", core::tag_list(at->second.resource.tags)}}),
          last = at->first;
  }
  return Object{{"ResourceTagMappingList", std::move(listed)}, {"PaginationToken", next}};
}

Outcome get_tag_keys(const Types& types, Call& call) {
  std::set<std::string> keys;
  for (const auto& [arn, tagged] : resources_of(types, call, false)) {
    for (const auto& [key, value] : tagged.resource.tags)
      keys.insert(key);
  }
  return page_of(keys, call.params(), "TagKeys");
}

Outcome get_tag_values(const Types& types, Call& call) {
  const auto key = string_of(call.params(), "Key");
  std::set<std::string> values;
  for (const auto& [arn, tagged] : resources_of(types, call, false)) {
    if (const auto found = tagged.resource.tags.find(key); found != tagged.resource.tags.end())
      values.insert(found->second);
  }
  return page_of(values, call.params(), "TagValues");
}

}  // namespace tocsin::tagging
