// SPDX-License-Identifier: Apache-2.0
// How resources are made, changed and removed by their CloudFormation properties, with the
// service's own operations.
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

Outcome declare_group(Call& call, const Object& properties);
Outcome redeclare_group(Call& call, const std::string& id, const Object& properties);
Outcome remove_group(Call& call, const std::string& id);

Outcome declare_configuration(Call& call, const Object& properties);
Outcome remove_configuration(Call& call, const std::string& id);

Outcome declare_policy(Call& call, const Object& properties);
Outcome redeclare_policy(Call& call, const std::string& id, const Object& properties);
Outcome remove_policy(Call& call, const std::string& id);

/// The id of a hook: "GROUP|HOOK".
Outcome declare_hook(Call& call, const Object& properties);
Outcome redeclare_hook(Call& call, const std::string& id, const Object& properties);
Outcome remove_hook(Call& call, const std::string& id);

}  // namespace tocsin::autoscaling
