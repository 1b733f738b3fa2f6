// SPDX-License-Identifier: Apache-2.0
// Customers' prefix lists. A list's versions lie in its row.
// https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html
#include <algorithm>
#include <fmt/format.h>

#include "services/ec2/cidr.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/prefix_lists.hpp"
#include "services/ec2/rules.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::string_view kEntries = "Entries";
constexpr std::string_view kHistory = "History";
constexpr std::int64_t kMostEntries = 1000;
constexpr std::size_t kMostVersions = 100;
constexpr std::size_t kMostAtOnce = 100;

std::int64_t version_of(const Resource& list) {
  return integer(list.shape, "Version").value_or(1);
}

bool is_v6(const Resource& list) {
  return text(list.shape, "AddressFamily") == "IPv6";
}

Result<void> check_name(std::string_view name) {
  if (name.empty()) return missing_parameter("PrefixListName");
  if (name.size() > 255 || name.starts_with("com.amazonaws"))
    return invalid_value(name, "PrefixListName");
  return {};
}

Array::const_iterator entry_of(const Array& entries, std::string_view block) {
  return std::find_if(entries.begin(), entries.end(),
                      [&](const Document& each) { return text(each, "Cidr") == block; });
}

Result<void> add_entries(const Resource& list, Array& entries, const Array& added) {
  if (added.size() > kMostAtOnce) {
    return fail("PrefixListEntryLimitExceeded",
                "No more than 100 entries can be added in one request.");
  }
  for (const auto& each : added) {
    const auto block = parse_cidr(text(each, "Cidr"));
    if (!block || block->v6 != is_v6(list))
      return invalid_value(text(each, "Cidr"), "Cidr", "This is not a valid CIDR block.");
    if (entry_of(entries, block->str()) != entries.end())
      return invalid_value(fmt::format("Duplicate entry '{}' in the prefix list.", block->str()));
    Object entry{{"Cidr", block->str()}};
    if (const auto words = text(each, "Description"); !words.empty()) entry["Description"] = words;
    entries.push_back(std::move(entry));
  }
  const auto most = integer(list.shape, "MaxEntries").value_or(0);
  if (static_cast<std::int64_t>(entries.size()) > most) {
    return fail("PrefixListMaxEntriesExceeded",
                fmt::format("You've reached the maximum number of entries for the prefix list {}.",
                            list.id));
  }
  return {};
}

Result<void> check_most(std::int64_t most) {
  if (most >= 1 && most <= kMostEntries) return {};
  return invalid_value(std::to_string(most), "MaxEntries", "Must be between 1 and 1000.");
}

Result<void> check_current(const Call& call, const Resource& list) {
  const auto current = integer(call.params(), "CurrentVersion");
  if (!current) return missing_parameter("CurrentVersion");
  if (*current == version_of(list)) return {};
  return fail(
      "PrefixListVersionMismatch",
      fmt::format("The prefix list has the wrong version number. The current version is {}.",
                  version_of(list)));
}

/// The present entries become history.
void new_version(Resource& list, Array entries) {
  auto& history = list.more[kHistory];
  if (!history.is_array()) history.emplace_array();
  history.as_array().push_back(
      Object{{"Version", version_of(list)}, {kEntries, array_of(list.more, kEntries)}});
  if (history.as_array().size() >= kMostVersions)
    history.as_array().erase(history.as_array().begin());
  list.shape["Version"] = version_of(list) + 1;
  list.more[kEntries] = std::move(entries);
}

Result<Array> entries_at(const Resource& list, std::int64_t version) {
  if (version == version_of(list)) return array_of(list.more, kEntries);
  for (const auto& each : array_of(list.more, kHistory)) {
    if (integer(each, "Version") == version) return array_of(each, kEntries);
  }
  return fail("InvalidPrefixListVersion.NotFound",
              fmt::format("The version {} of prefix list {} does not exist", version, list.id));
}

Object reply(const Resource& list, std::string_view state) {
  auto out = shown(list);
  out["State"] = state;
  return {{"PrefixList", std::move(out)}};
}

/// Security groups and route tables that name the list.
Array associations(const Call& call, const Resource& list) {
  Array out;
  const auto add = [&](const Resource& resource) {
    out.push_back(Object{{"ResourceId", resource.id}, {"ResourceOwner", call.account().str()}});
  };
  for (const auto& group : all(call, call.scope(), kGroup)) {
    const auto rules = rules_of(group);
    if (std::any_of(rules.begin(), rules.end(),
                    [&](const Rule& rule) { return rule.prefix_list == list.id; }))
      add(group);
  }
  for (const auto& table : all(call, call.scope(), kRouteTable)) {
    if (has(values_at(table.shape, "Routes.DestinationPrefixListId"), list.id)) add(table);
  }
  return out;
}

}  // namespace

Outcome create_managed_prefix_list(Call& call) {
  const auto& params = call.params();
  TRY(check_name(text(params, "PrefixListName")));
  const auto family = text(params, "AddressFamily");
  if (family != "IPv4" && family != "IPv6") return invalid_value(family, "AddressFamily");
  const auto most = integer(params, "MaxEntries").value_or(0);
  TRY(check_most(most));
  auto list = new_resource(call, kPrefixList, TRY(specified_tags(call, kPrefixList)));
  list.shape = {{"PrefixListId", list.id},
                {"AddressFamily", family},
                {"State", "create-complete"},
                {"PrefixListArn", arn_of(kPrefixList, list)},
                {"PrefixListName", text(params, "PrefixListName")},
                {"MaxEntries", most},
                {"Version", 1},
                {"OwnerId", call.account().str()}};
  Array entries;
  TRY(add_entries(list, entries, array_of(params, kEntries)));
  list.more[kEntries] = std::move(entries);
  save(call, kPrefixList, list);
  return reply(list, "create-in-progress");
}

Outcome modify_managed_prefix_list(Call& call) {
  const auto& params = call.params();
  auto list = TRY(named(call, kPrefixList, "PrefixListId"));
  const auto& added = array_of(params, "AddEntries");
  const auto& removed = array_of(params, "RemoveEntries");
  if (const auto name = text(params, "PrefixListName"); !name.empty()) {
    TRY(check_name(name));
    list.shape["PrefixListName"] = name;
  }
  auto entries = array_of(list.more, kEntries);
  if (const auto most = integer(params, "MaxEntries")) {
    TRY(check_most(*most));
    list.shape["MaxEntries"] = *most;
  }
  for (const auto& each : removed) {
    const auto found = entry_of(entries, text(each, "Cidr"));
    if (found == entries.end()) {
      return invalid_value(
          fmt::format("The entry '{}' is not in the prefix list.", text(each, "Cidr")));
    }
    entries.erase(found);
  }
  TRY(add_entries(list, entries, added));
  if (!added.empty() || !removed.empty()) {
    TRY(check_current(call, list));
    new_version(list, std::move(entries));
  }
  list.shape["State"] = "modify-complete";
  save(call, kPrefixList, list);
  return reply(list, "modify-in-progress");
}

Outcome restore_managed_prefix_list(Call& call) {
  auto list = TRY(named(call, kPrefixList, "PrefixListId"));
  TRY(check_current(call, list));
  const auto previous = integer(call.params(), "PreviousVersion");
  if (!previous) return missing_parameter("PreviousVersion");
  auto entries = TRY(entries_at(list, *previous));
  new_version(list, std::move(entries));
  list.shape["State"] = "restore-complete";
  save(call, kPrefixList, list);
  return reply(list, "restore-in-progress");
}

Outcome delete_managed_prefix_list(Call& call) {
  const auto list = TRY(named(call, kPrefixList, "PrefixListId"));
  if (!associations(call, list).empty())
    return dependency_violation(
        fmt::format("The prefix list '{}' is in use and cannot be deleted.", list.id));
  erase(call, kPrefixList, list);
  return reply(list, "delete-in-progress");
}

Outcome get_managed_prefix_list_entries(Call& call) {
  const auto list = TRY(named(call, kPrefixList, "PrefixListId"));
  const auto version = integer(call.params(), "TargetVersion").value_or(version_of(list));
  return TRY(page(call, TRY(entries_at(list, version)), kEntries, 1, 100));
}

Outcome get_managed_prefix_list_associations(Call& call) {
  const auto list = TRY(named(call, kPrefixList, "PrefixListId"));
  return TRY(page(call, associations(call, list), "PrefixListAssociations", 5, 255));
}

}  // namespace tocsin::ec2
