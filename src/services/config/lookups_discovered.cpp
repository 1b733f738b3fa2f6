// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "services/config/lookups.hpp"
#include "services/config/paging.hpp"
#include "services/config/recorders.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr std::size_t kMostIds = 20;

struct Wanted {
  std::string type, name;
  std::set<std::string> ids;
  bool deleted = false;
};

Result<Wanted> wanted_in(const Document& params) {
  Wanted wanted{.type = string_of(params, "resourceType"),
                .name = string_of(params, "resourceName"),
                .deleted = flag(params, "includeDeletedResources")};
  for (const auto& id : array_of(params, "resourceIds"))
    wanted.ids.emplace(std::string_view(id.as_string()));
  if (!wanted.name.empty() && !wanted.ids.empty())
    return fail("ValidationException",
                "Both Resource ID and Resource Name cannot be specified in the request");
  if (wanted.ids.size() > kMostIds)
    return fail(
        "ValidationException",
        "The specified list had more than 20 resource ID's. It must have '20' or less items");
  return wanted;
}

bool matches(const Wanted& wanted, const std::string& id, const Resource& resource) {
  if (is_deleted(resource.status) && !wanted.deleted) return false;
  if (!wanted.ids.empty()) return wanted.ids.contains(id);
  return wanted.name.empty() || wanted.name == resource.name;
}

Object identifier(const std::string& type, const std::string& id, const Resource& resource) {
  Object out{{"resourceType", type}, {"resourceId", id}};
  if (!resource.name.empty()) out["resourceName"] = resource.name;
  if (resource.deleted != Time{}) out["resourceDeletionTime"] = to_seconds(resource.deleted);
  return out;
}

struct Count {
  std::string type;
  std::int64_t resources = 0;
};

std::vector<Count> counts_of(const core::Call& call, const std::set<std::string>& types) {
  std::vector<Count> counts;
  const auto add = [&](const auto& parts, const Resource& resource) {
    if (is_deleted(resource.status)) return true;
    if (counts.empty() || counts.back().type != parts[2]) counts.push_back({parts[2]});
    ++counts.back().resources;
    return true;
  };
  if (types.empty()) kResources.scan(call, Key::of(call.scope()), add);
  for (const auto& type : types)
    kResources.scan(call, Key::of(call.scope(), type), add);
  std::ranges::stable_sort(counts, std::greater{}, &Count::resources);
  return counts;
}

}  // namespace

core::Outcome list_discovered_resources(core::Call& call) {
  if (!recorder_of(call, call.scope())) {
    return fail("NoAvailableConfigurationRecorderException",
                "There are no configuration recorders available to provide the role needed to "
                "describe your resources. Create a configuration recorder.");
  }
  const auto wanted = TRY(wanted_in(call.params()));
  const auto page = TRY(page_of(call.params(), "limit", "nextToken", 100));
  std::optional<Key> after;
  if (!page.after.empty()) after = Key::of(call.scope(), wanted.type, page.after);
  Object reply;
  Array list;
  std::string last;
  kResources.scan(
      call, Key::of(call.scope(), wanted.type),
      [&](const auto& parts, const Resource& resource) {
        if (!matches(wanted, parts[3], resource)) return true;
        if (list.size() == page.limit) {
          reply["nextToken"] = token_after(last);
          return false;
        }
        list.push_back(identifier(wanted.type, parts[3], resource));
        last = parts[3];
        return true;
      },
      store::Direction::Forward, after);
  reply["resourceIdentifiers"] = std::move(list);
  return reply;
}

core::Outcome get_discovered_resource_counts(core::Call& call) {
  const auto page = TRY(page_of(call.params(), "limit", "nextToken", 100));
  std::set<std::string> types;
  for (const auto& type : array_of(call.params(), "resourceTypes"))
    types.emplace(std::string_view(type.as_string()));
  const auto counts = counts_of(call, types);
  Object reply;
  Array list;
  std::int64_t total = 0;
  bool begun = page.after.empty();
  for (const auto& count : counts) {
    total += count.resources;
    if (begun && list.size() < page.limit)
      list.push_back(Object{{"resourceType", count.type}, {"count", count.resources}});
    else if (begun && !reply.contains("nextToken"))
      reply["nextToken"] = token_after(text(list.back(), "resourceType"));
    begun |= count.type == page.after;
  }
  reply["totalDiscoveredResources"] = total;
  reply["resourceCounts"] = std::move(list);
  return reply;
}

}  // namespace tocsin::config
