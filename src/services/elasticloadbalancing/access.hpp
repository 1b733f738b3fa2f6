// SPDX-License-Identifier: Apache-2.0
// What operations need permission for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
#pragma once

#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {

/// On the resources whose ARNs the parameter has.
core::Needs on(std::string_view param);
/// Makes one whose ARN begins so: "loadbalancer/{type}/{name}/*"; tags need AddTags, too.
core::Needs makes(std::string_view kind);

}  // namespace tocsin::elasticloadbalancing
