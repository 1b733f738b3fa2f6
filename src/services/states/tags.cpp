// SPDX-License-Identifier: Apache-2.0
#include "services/states/tags.hpp"

#include <fmt/format.h>

namespace tocsin::states {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

Failure no_resource(const Call& call) {
  return fail("ResourceNotFound",
              fmt::format("Resource not found: '{}'", text(call.params(), "resourceArn")));
}

/// Changes the tags of the row that the ARN names, and writes it.
template <class Row>
Outcome change(Call& call, const core::Table<Row>& table, const StatesArn& arn,
               const std::function<Result<void>(Tags&)>& make) {
  const auto key = Key::of(arn.scope, arn.name);
  auto row = table.get(call, key);
  if (!row) return no_resource(call);
  TRY(make(row->tags));
  table.put(call, key, *row);
  return Object{};
}

/// Versions and aliases have no tags of their own.
Result<StatesArn> resource_of(const Call& call) {
  auto arn = TRY(arn_of(call, "resourceArn", {"stateMachine", "activity"}));
  if (!arn.rest.empty()) return no_resource(call);
  return arn;
}

Outcome change_tags(Call& call, const std::function<Result<void>(Tags&)>& make) {
  const auto arn = TRY(resource_of(call));
  if (arn.kind == "activity") return change(call, kActivities, arn, make);
  return change(call, kMachines, arn, make);
}

}  // namespace

Outcome tag_resource(Call& call) {
  return change_tags(call, [&](Tags& tags) { return add_tags(call.params(), tags); });
}

Outcome untag_resource(Call& call) {
  return change_tags(call, [&](Tags& tags) -> Result<void> {
    core::remove_tags(tags, array_of(call.params(), "tagKeys"));
    return {};
  });
}

Outcome list_tags_for_resource(Call& call) {
  const auto arn = TRY(resource_of(call));
  const auto key = Key::of(arn.scope, arn.name);
  if (arn.kind == "activity") {
    const auto activity = kActivities.get(call, key);
    if (!activity) return no_resource(call);
    return Object{{"tags", tag_list(activity->tags)}};
  }
  const auto machine = kMachines.get(call, key);
  if (!machine) return no_resource(call);
  return Object{{"tags", tag_list(machine->tags)}};
}

}  // namespace tocsin::states
