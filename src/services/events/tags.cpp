// SPDX-License-Identifier: Apache-2.0
// Tags of rules and buses, which are named by their ARNs.
#include "core/tags.hpp"

#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

/// What an ARN names: its tags, and how they are put back.
struct Tagged {
  Tags tags;
  std::function<void(Call&, Tags)> put;
};

Result<Tagged> tagged_bus(Call& call, const BusName& name) {
  auto bus = TRY(find_bus(call, name));
  auto tags = bus.tags;
  return Tagged{std::move(tags), [bus](Call& at, Tags changed) mutable {
                  bus.tags = std::move(changed);
                  keep(at, bus);
                }};
}

Result<Tagged> tagged_rule(Call& call, const Scope& scope, std::string_view path) {
  const auto slash = path.rfind('/');
  const std::string bus(slash == path.npos ? "default" : path.substr(0, slash));
  const std::string name(slash == path.npos ? path : path.substr(slash + 1));
  const auto rule = kRules.get(call, core::Key::of(scope, bus, name));
  if (!rule) {
    return fail("ResourceNotFoundException",
                "Rule " + name + " does not exist on EventBus " + bus + ".");
  }
  return Tagged{rule->tags, [rule](Call& at, Tags tags) {
                  auto changed = *rule;
                  changed.tags = std::move(tags);
                  kRules.put(at, key_of(changed), changed);
                }};
}

Result<Tagged> tagged(Call& call) {
  const auto given = string_of(call.params(), "ResourceARN");
  const auto arn = Arn::parse(given);
  if (arn && arn->service == "events") {
    const Scope scope{AccountId(arn->account), arn->region};
    const std::string_view resource = arn->resource;
    if (resource.starts_with("rule/")) return tagged_rule(call, scope, resource.substr(5));
    if (resource.starts_with("event-bus/"))
      return tagged_bus(call, {scope, std::string(resource.substr(10))});
  }
  return invalid("Parameter " + given +
                 " is not valid. Reason: Provided Arn is not in correct format.");
}

}  // namespace

Result<Tags> tags_of(Call& call) {
  return TRY(tagged(call))
  .tags;
}

Outcome tag_resource(Call& call) {
  auto found = TRY(tagged(call));
  TRY(add_tags(call.params(), found.tags));
  found.put(call, std::move(found.tags));
  return Object{};
}

Outcome untag_resource(Call& call) {
  auto found = TRY(tagged(call));
  core::remove_tags(found.tags, array_of(call.params(), "TagKeys"));
  found.put(call, std::move(found.tags));
  return Object{};
}

Outcome list_tags_for_resource(Call& call) {
  return Object{{"Tags", core::tag_list(TRY(tagged(call)).tags)}};
}

}  // namespace tocsin::events
