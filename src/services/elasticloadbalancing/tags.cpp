// SPDX-License-Identifier: Apache-2.0
// Tags of all four kinds of resources.
#include "core/tags.hpp"

#include <fmt/format.h>

#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

constexpr std::size_t kMost = 50;

using Change = std::function<Result<void>(Tags&)>;

template <class Row>
Result<void> changed(Call& call, const core::Table<Row>& table, Row row, const Change& change) {
  TRY(change(row.tags));
  table.put(call, key_of(row), row);
  return {};
}

/// Calls `act` with the row that an ARN names, and its table.
template <class Act>
auto on_row(const Call& call, std::string_view arn, Act act)
    -> decltype(act(kRules, std::declval<Rule>())) {
  const auto resource = Arn::parse(arn) ? Arn::parse(arn)->resource : std::string();
  if (resource.starts_with("targetgroup/")) return act(kGroups, TRY(group_named(call, arn)));
  if (resource.starts_with("listener/")) return act(kListeners, TRY(listener_named(call, arn)));
  if (resource.starts_with("listener-rule/")) return act(kRules, TRY(rule_named(call, arn)));
  return act(kBalancers, TRY(balancer_named(call, arn)));
}

Result<Tags> tags_at(const Call& call, std::string_view arn) {
  return on_row(call, arn, [](const auto&, const auto& row) -> Result<Tags> { return row.tags; });
}

Result<void> change_all(Call& call, const Change& change) {
  for (const auto& arn : texts(call.params(), "ResourceArns")) {
    TRY(on_row(call, arn, [&](const auto& table, auto row) -> Result<void> {
      return changed(call, table, std::move(row), change);
    }));
  }
  return {};
}

Result<Tags> checked(const Array& given) {
  Tags tags;
  for (const auto& each : given) {
    const auto key = string_of(each, "Key");
    if (key.empty() || key.size() > 128 || text(each, "Value").size() > 256)
      return invalid("Tag keys have 1 to 128 characters, and tag values at most 256");
    if (key.starts_with("aws:"))
      return invalid("Tag keys starting with 'aws:' are reserved for system use");
    if (!tags.emplace(key, text(each, "Value")).second)
      return fail("DuplicateTagKeys",
                  fmt::format("Tag key '{}' was specified more than once", key));
  }
  if (tags.size() > kMost) return fail("TooManyTags", "A resource can have at most 50 tags");
  return tags;
}

}  // namespace

Result<Tags> new_tags(const Call& call) {
  return checked(array_of(call.params(), "Tags"));
}

Outcome add_tags(Call& call) {
  const auto more = TRY(checked(array_of(call.params(), "Tags")));
  TRY(change_all(call, [&](Tags& tags) -> Result<void> {
    for (const auto& [key, value] : more)
      tags[key] = value;
    if (tags.size() > kMost) return fail("TooManyTags", "A resource can have at most 50 tags");
    return {};
  }));
  return Object{};
}

Outcome remove_tags(Call& call) {
  TRY(change_all(call, [&](Tags& tags) -> Result<void> {
    core::remove_tags(tags, array_of(call.params(), "TagKeys"));
    return {};
  }));
  return Object{};
}

Outcome describe_tags(Call& call) {
  const auto arns = texts(call.params(), "ResourceArns");
  if (arns.size() > 20) return invalid("At most 20 resources can be described at a time");
  Array out;
  for (const auto& arn : arns)
    out.push_back(Object{{"ResourceArn", arn}, {"Tags", core::tag_list(TRY(tags_at(call, arn)))}});
  return Object{{"TagDescriptions", std::move(out)}};
}

}  // namespace tocsin::elasticloadbalancing
