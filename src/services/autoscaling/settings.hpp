// SPDX-License-Identifier: Apache-2.0
// A group's settings as a request gives them.
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// Takes what the call says of the group and checks it; what it does not say stays.
Result<void> take_settings(Call& call, Group& group);
/// Subnets and zones, looked up in EC2.
Result<std::vector<Place>> places_in(Call& call, const Group& group);
/// Tags of a request; `existing` are changed.
Result<void> take_tags(std::map<std::string, Tag>& existing, const Array& given);
/// The members of Tags as they are described.
Array tag_list(const Group& group);

}  // namespace tocsin::autoscaling
