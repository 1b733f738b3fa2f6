// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/resources.hpp"
#include "engines/schema/schema.hpp"
#include "services/tagging/parts.hpp"

namespace tocsin::tagging {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostArns = 20;

using Retag = std::function<void(core::Tags&)>;

Result<void> change(Call& call, const Tagged& tagged, const Retag& retag) {
  const auto* schema = schema::resource(tagged.type->type);
  if (!schema || schema->tags.empty() || !tagged.type->update)
    return fail("InvalidParameterException",
                fmt::format("{} does not support tagging.", tagged.type->type));
  auto tags = tagged.resource.tags;
  retag(tags);
  auto properties = schema::writable(*schema, tagged.resource.configuration);
  properties[schema->tags] = core::tag_list(tags);
  auto changed = call.call(core::update_resource(call.as_caller({}, {}, {}), tagged.type->type,
                                                 tagged.resource.id, std::move(properties)));
  // Who waits for the rest of the update is nobody: the tags are there.
  if (changed.pending()) return {};
  TRY(std::move(changed).result());
  return {};
}

/// The codes that FailedResourcesMap has.
Object failure(const Error& error) {
  const bool ours = error.fault == Fault::Server;
  return {{"StatusCode", error.status},
          {"ErrorCode", ours ? "InternalServiceException" : "InvalidParameterException"},
          {"ErrorMessage", error.message}};
}

Outcome change_all(const Types& types, Call& call, const Retag& retag) {
  const auto& arns = array_of(call.params(), "ResourceARNList");
  if (arns.empty() || arns.size() > kMostArns)
    return fail("InvalidParameterException",
                fmt::format("ResourceARNList must have between 1 and {} ARNs.", kMostArns));
  const auto all = resources_of(types, call, true);
  Object failed;
  for (const auto& each : arns) {
    const std::string arn(each.as_string());
    const auto found = all.find(arn);
    const auto changed = found == all.end() ? fail("InvalidParameterException",
                                                   fmt::format("{} does not exist.", arn), 404)
                                            : change(call, found->second, retag);
    if (!changed) failed[arn] = failure(changed.error());
  }
  return Object{{"FailedResourcesMap", std::move(failed)}};
}

}  // namespace

Outcome tag_resources(const Types& types, Call& call) {
  const auto added = core::tags_of(object_of(call.params(), "Tags"));
  for (const auto& [key, value] : added) {
    if (key.starts_with("aws:"))
      return fail("InvalidParameterException", "Tag keys must not begin with aws:.");
  }
  return change_all(types, call, [&](core::Tags& tags) {
    for (const auto& [key, value] : added)
      tags[key] = value;
  });
}

Outcome untag_resources(const Types& types, Call& call) {
  return change_all(types, call, [&](core::Tags& tags) {
    core::remove_tags(tags, array_of(call.params(), "TagKeys"));
  });
}

}  // namespace tocsin::tagging
