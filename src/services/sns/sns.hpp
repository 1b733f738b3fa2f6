// SPDX-License-Identifier: Apache-2.0
// Amazon SNS, standard topics. https://docs.aws.amazon.com/sns/latest/api/welcome.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::sns {

void register_sns(core::Registry& registry);

}  // namespace tocsin::sns
