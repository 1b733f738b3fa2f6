// SPDX-License-Identifier: Apache-2.0
// Activities: names under which workers anywhere ask for work (activity_tasks.hpp).
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
#pragma once

#include "services/states/names.hpp"

namespace tocsin::states {

core::Outcome create_activity(core::Call& call);
core::Outcome describe_activity(core::Call& call);
core::Outcome delete_activity(core::Call& call);
core::Outcome list_activities(core::Call& call);
/// The activity that "activityArn" names. Errors InvalidArn, ActivityDoesNotExist.
Result<Activity> activity_of(const core::Call& call);
/// On the ARN that the activity will have, with the tags that it is given.
std::vector<core::Access> needs_create_activity(core::Call& call);
core::ResourceType activity_type();

}  // namespace tocsin::states
