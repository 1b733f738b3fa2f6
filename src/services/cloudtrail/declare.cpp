// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/declare.hpp"

#include <array>

#include "core/declare.hpp"
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<core::Parameter, 9> kGiven{{{"S3BucketName"},
                                                 {"S3KeyPrefix"},
                                                 {"SnsTopicName"},
                                                 {"IncludeGlobalServiceEvents"},
                                                 {"IsMultiRegionTrail"},
                                                 {"EnableLogFileValidation"},
                                                 {"CloudWatchLogsLogGroupArn"},
                                                 {"CloudWatchLogsRoleArn"},
                                                 {"KMSKeyId", "KmsKeyId"}}};

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "cloudtrail", std::move(operation), std::move(params));
}

/// What the calls that make or change a trail leave out.
Result<void> set_rest(Call& call, const std::string& name, const Object& shown,
                      const Object& properties) {
  for (const auto* selectors : {"EventSelectors", "AdvancedEventSelectors"}) {
    const auto& wanted = array_of(properties, selectors);
    if (!wanted.empty() && wanted != array_of(shown, selectors))
      TRY(ask(call, "PutEventSelectors", {{"TrailName", name}, {selectors, wanted}}));
  }
  const auto& insights = array_of(properties, "InsightSelectors");
  if (insights != array_of(shown, "InsightSelectors"))
    TRY(ask(call, "PutInsightSelectors", {{"TrailName", name}, {"InsightSelectors", insights}}));
  const bool logs = flag(properties, "IsLogging");
  if (logs != flag(shown, "IsLogging"))
    TRY(ask(call, logs ? "StartLogging" : "StopLogging", {{"Name", name}}));
  return {};
}

}  // namespace

Outcome declare_trail(Call& call, const Object& properties) {
  const auto name = core::name_of(call, properties, "TrailName", "Trail");
  auto params = core::params_of(properties, kGiven);
  params["Name"] = name;
  if (const auto& tags = array_of(properties, "Tags"); !tags.empty()) params["TagsList"] = tags;
  TRY(ask(call, "CreateTrail", std::move(params)));
  TRY(set_rest(call, name, {}, properties));
  return Object{{"Id", name}};
}

Outcome redeclare_trail(Call& call, const std::string& name, const Object& properties) {
  const auto trail = kTrails.get(call, core::Key::of(call.scope(), name));
  if (!trail) return fail("TrailNotFoundException", "Unknown trail: " + name, 404);
  const auto shown = trail_type().describe(call, encode(*trail)).configuration;
  if (auto params = core::changed_params(properties, shown, kGiven); !params.empty()) {
    params["Name"] = name;
    TRY(ask(call, "UpdateTrail", std::move(params)));
  }
  TRY(set_rest(call, name, shown, properties));
  const auto tags = core::retagging(trail->tags, properties);
  Array removed;
  for (const auto& key : tags.removed)
    removed.push_back(Object{{"Key", key}});
  if (!removed.empty())
    TRY(ask(call, "RemoveTags", {{"ResourceId", trail->arn()}, {"TagsList", std::move(removed)}}));
  if (!tags.added.empty())
    TRY(ask(call, "AddTags",
            {{"ResourceId", trail->arn()}, {"TagsList", core::tag_list(tags.added)}}));
  return Object{{"Id", name}};
}

Outcome undeclare_trail(Call& call, const std::string& name) {
  return ask(call, "DeleteTrail", {{"Name", name}});
}

}  // namespace tocsin::cloudtrail
