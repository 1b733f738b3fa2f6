// SPDX-License-Identifier: Apache-2.0
#include "services/states/activities.hpp"

#include <fmt/format.h>

#include "services/states/activity_tasks.hpp"
#include "services/states/paging.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostActivities = 10'000;

Object created(const Activity& activity) {
  return {{"activityArn", activity.arn()}, {"creationDate", to_seconds(activity.created)}};
}

Result<Object> encryption_of(const Call& call) {
  const auto& given = object_of(call.params(), "encryptionConfiguration");
  const auto type = text(given, "type");
  if (type == "CUSTOMER_MANAGED_KMS_KEY" && text(given, "kmsKeyId").empty()) {
    return fail("InvalidEncryptionConfiguration",
                "Invalid Encryption Configuration: a customer managed key needs its kmsKeyId");
  }
  return given;
}

bool is_full(const Call& call) {
  std::size_t count = 0;
  kActivities.scan(call, Key::of(call.scope()),
                   [&](const auto&, const Activity&) { return ++count < kMostActivities; });
  return count >= kMostActivities;
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto activity = decoded<Activity>(row);
  return {.id = activity.arn(),
          .name = activity.name,
          .arn = activity.arn(),
          .scope = activity.scope,
          .configuration = {{"Name", activity.name}, {"Arn", activity.arn()}},
          .tags = activity.tags};
}

}  // namespace

std::vector<core::Access> needs_create_activity(Call& call) {
  return needs_to_create(call, "CreateActivity", "activity:" + string_of(call.params(), "name"));
}

Outcome create_activity(Call& call) {
  Activity activity {
    .scope = call.scope(), .name = string_of(call.params(), "name"), .tags = {},
    .encryption = TRY(encryption_of(call))
    , .created = call.now()
  };
  TRY(check_name(activity.name));
  TRY(add_tags(call.params(), activity.tags));
  const auto key = Key::of(activity.scope, activity.name);
  if (const auto found = kActivities.get(call, key)) {
    if (found->encryption == activity.encryption) return created(*found);
    return fail("ActivityAlreadyExists",
                fmt::format("Activity Already Exists: '{}'", found->arn()));
  }
  if (is_full(call)) {
    return fail(
        "ActivityLimitExceeded",
        fmt::format("The maximum number of activities has been reached ({})", kMostActivities));
  }
  kActivities.put(call, key, activity);
  return created(activity);
}

Result<Activity> activity_of(const Call& call) {
  const auto wanted = TRY(arn_of(call, "activityArn", {"activity"}));
  auto activity = kActivities.get(call, Key::of(wanted.scope, wanted.name));
  if (!activity) {
    return fail("ActivityDoesNotExist",
                fmt::format("Activity Does Not Exist: '{}'", text(call.params(), "activityArn")));
  }
  return *std::move(activity);
}

Outcome describe_activity(Call& call) {
  const auto activity = TRY(activity_of(call));
  auto reply = created(activity);
  reply["name"] = activity.name;
  if (!activity.encryption.empty()) reply["encryptionConfiguration"] = activity.encryption;
  return reply;
}

Outcome delete_activity(Call& call) {
  const auto wanted = TRY(arn_of(call, "activityArn", {"activity"}));
  const auto key = Key::of(wanted.scope, wanted.name);
  const auto activity = kActivities.get(call, key);
  if (!activity) return Object{};
  end_activity_polls(call, *activity);
  kActivities.erase(call, key);
  return Object{};
}

Outcome list_activities(Call& call) {
  return page_of<Activity>(call, kActivities, Key::of(call.scope()), "activities",
                           [](const auto&, const Activity& activity) -> Document {
                             auto shown = created(activity);
                             shown["name"] = activity.name;
                             return shown;
                           });
}

core::ResourceType activity_type() {
  return {
      .type = "AWS::StepFunctions::Activity", .table = kActivities.name(), .describe = describe};
}

}  // namespace tocsin::states
