// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/prefix_lists.hpp"

#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

struct PrefixList {
  std::string id;
  std::string name;
  Array blocks;
};

constexpr std::array<Filter, 2> kFilters{
    {{"prefix-list-id", "PrefixListId"}, {"prefix-list-name", "PrefixListName"}}};
constexpr std::array<Filter, 3> kManagedFilters{{{"owner-id", "OwnerId"},
                                                 {"prefix-list-id", "PrefixListId"},
                                                 {"prefix-list-name", "PrefixListName"}}};

std::string id_of(const std::string& region, std::string_view service) {
  if (region == "us-east-1") return service == "s3" ? "pl-63a5400a" : "pl-02cd2c6b";
  return "pl-" + hex(sha256(fmt::format("{}/{}", region, service))).substr(0, 8);
}

std::array<PrefixList, 2> lists_of(const std::string& region) {
  const auto name = [&](std::string_view service) {
    return fmt::format("com.amazonaws.{}.{}", region, service);
  };
  return {{{id_of(region, "dynamodb"), name("dynamodb"), {"3.218.182.0/24", "52.94.0.0/22"}},
           {id_of(region, "s3"), name("s3"), {"54.231.0.0/16", "52.216.0.0/15"}}}};
}

}  // namespace

Result<void> check_prefix_list(const core::Context& context, std::string_view id) {
  for (const auto& list : lists_of(context.region())) {
    if (list.id == id) return {};
  }
  TRY(existing(context, kPrefixList, id));
  return {};
}

/// AWS's own alone.
Outcome describe_prefix_lists(Call& call) {
  const auto ids = texts(call.params(), "PrefixListIds");
  for (const auto& id : ids)
    TRY(check_prefix_list(call, id));
  Array items;
  for (const auto& list : lists_of(call.region())) {
    if (asked_for(ids, list.id))
      items.push_back(
          Object{{"Cidrs", list.blocks}, {"PrefixListId", list.id}, {"PrefixListName", list.name}});
  }
  return TRY(filtered_page(call, items, "PrefixLists", kFilters));
}

Outcome describe_managed_prefix_lists(Call& call) {
  const auto ids = texts(call.params(), "PrefixListIds");
  for (const auto& id : ids)
    TRY(check_prefix_list(call, id));
  Array items;
  for (const auto& list : lists_of(call.region())) {
    if (!asked_for(ids, list.id)) continue;
    items.push_back(Object{
        {"PrefixListId", list.id},
        {"AddressFamily", "IPv4"},
        {"State", "create-complete"},
        {"PrefixListArn", fmt::format("arn:aws:ec2:{}:aws:prefix-list/{}", call.region(), list.id)},
        {"PrefixListName", list.name},
        {"OwnerId", "AWS"}});
  }
  for (const auto& own : all(call, call.scope(), kPrefixList)) {
    if (asked_for(ids, own.id)) items.push_back(shown(own));
  }
  return TRY(filtered_page(call, items, "PrefixLists", kManagedFilters, 1));
}

}  // namespace tocsin::ec2
