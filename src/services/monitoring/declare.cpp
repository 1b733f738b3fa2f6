// SPDX-License-Identifier: Apache-2.0
#include "services/monitoring/declare.hpp"

#include "core/declare.hpp"
#include "services/monitoring/names.hpp"
#include "services/monitoring/state.hpp"

namespace tocsin::monitoring {
namespace {

using core::Call;
using core::Outcome;

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "monitoring", std::move(operation), std::move(params));
}

/// What a description shows beside the properties is no parameter.
Result<void> put(Call& call, const std::string& name, Object properties) {
  properties["AlarmName"] = name;
  properties.erase("Arn");
  TRY(ask(call, "PutMetricAlarm", std::move(properties)));
  return {};
}

}  // namespace

Outcome declare_alarm(Call& call, const Object& properties) {
  const auto name = core::name_of(call, properties, "AlarmName", "Alarm");
  if (kAlarms.contains(call, core::Key::of(call.scope(), name)))
    return fail("AlreadyExists", name + " already exists");
  TRY(put(call, name, properties));
  return Object{{"Id", name}};
}

Outcome redeclare_alarm(Call& call, const std::string& name, const Object& properties) {
  const auto now = kAlarms.get(call, core::Key::of(call.scope(), name));
  if (!now) return fail("ResourceNotFound", name + " does not exist", 404);
  auto params = properties;
  params.erase("Tags");  // a change leaves tags as they are
  TRY(put(call, name, std::move(params)));
  const auto tags = core::retagging(now->tags, properties);
  const auto arn = alarm_arn(now->scope, name);
  if (!tags.removed.empty())
    TRY(ask(call, "UntagResource", {{"ResourceARN", arn}, {"TagKeys", tags.removed}}));
  if (!tags.added.empty())
    TRY(ask(call, "TagResource", {{"ResourceARN", arn}, {"Tags", core::tag_list(tags.added)}}));
  return Object{{"Id", name}};
}

Outcome undeclare_alarm(Call& call, const std::string& name) {
  return ask(call, "DeleteAlarms", {{"AlarmNames", Array{boost::json::string(name)}}});
}

}  // namespace tocsin::monitoring
