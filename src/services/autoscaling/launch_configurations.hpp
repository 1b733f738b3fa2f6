// SPDX-License-Identifier: Apache-2.0
// Launch configurations: how an instance is launched. They never change.
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// The parameters of RunInstances, without the place.
Object launch_params(const Configuration& configuration);
/// Makes one that launches instances like an existing one, but for what `given` says.
Result<Configuration> configuration_like(Call& call, const std::string& name,
                                         const std::string& instance, const Object& given);

Outcome create_launch_configuration(Call& call);
Outcome delete_launch_configuration(Call& call);
Outcome describe_launch_configurations(Call& call);

}  // namespace tocsin::autoscaling
