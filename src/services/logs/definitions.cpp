// SPDX-License-Identifier: Apache-2.0
// Saved queries.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
#include <algorithm>
#include <fmt/format.h>
#include <ranges>

#include "services/logs/parts.hpp"

namespace tocsin::logs {
namespace {

constexpr std::size_t kMostDefinitions = 1'000;
constexpr std::int64_t kMostInPage = 1'000;

Failure no_such_definition() {
  return fail("ResourceNotFoundException", "The specified query definition does not exist.");
}

Result<void> check_length(std::string_view value, std::string_view member, std::size_t most) {
  if (value.empty())
    return constraint(value, member, "Member must have length greater than or equal to 1");
  if (value.size() > most)
    return constraint(value, member,
                      fmt::format("Member must have length less than or equal to {}", most));
  return {};
}

Object description(const QueryDefinition& definition) {
  return {{"queryDefinitionId", definition.id},
          {"name", definition.name},
          {"queryString", definition.text},
          {"lastModified", to_ms(definition.modified)},
          {"logGroupNames", encode(definition.groups)}};
}

}  // namespace

Outcome put_query_definition(Call& call) {
  const auto& params = call.params();
  QueryDefinition definition{.id = string_of(params, "queryDefinitionId"),
                             .name = string_of(params, "name"),
                             .text = string_of(params, "queryString"),
                             .modified = call.now()};
  TRY(check_length(definition.name, "name", 255));
  TRY(check_length(definition.text, "queryString", 10'000));
  for (const auto& each : array_of(params, "logGroupNames")) {
    const std::string name(each.is_string() ? each.get_string() : std::string_view());
    TRY(check_group_name(name));
    definition.groups.push_back(name);
  }
  if (definition.id.empty()) {
    if (kDefinitions.all(call, Key::of(call.scope())).size() >= kMostDefinitions)
      return fail("LimitExceededException", "Resource limit exceeded.");
    definition.id = call.new_uuid();
  } else if (!kDefinitions.contains(call, Key::of(call.scope(), definition.id))) {
    return no_such_definition();
  }
  kDefinitions.put(call, Key::of(call.scope(), definition.id), definition);
  return Object{{"queryDefinitionId", definition.id}};
}

Outcome describe_query_definitions(Call& call) {
  const auto limit = TRY(limit_in(call, "maxResults", kMostInPage));
  const auto prefix = text(call.params(), "queryDefinitionNamePrefix");
  std::string after;
  if (const auto token = text(call.params(), "nextToken"); !token.empty())
    after = TRY(position_in(token));
  auto all = kDefinitions.all(call, Key::of(call.scope()));
  const auto place = [](const QueryDefinition& one) { return one.name + '\0' + one.id; };
  std::erase_if(
      all, [&](const auto& one) { return !one.name.starts_with(prefix) || place(one) <= after; });
  std::ranges::sort(all, {}, place);
  Array definitions;
  for (const auto& one : all | std::views::take(limit))
    definitions.push_back(description(one));
  Object reply{{"queryDefinitions", std::move(definitions)}};
  if (all.size() > limit) reply["nextToken"] = page_token(place(all[limit - 1]));
  return reply;
}

Outcome delete_query_definition(Call& call) {
  const auto key = Key::of(call.scope(), text(call.params(), "queryDefinitionId"));
  if (!kDefinitions.contains(call, key)) return no_such_definition();
  kDefinitions.erase(call, key);
  return Object{{"success", true}};
}

}  // namespace tocsin::logs
