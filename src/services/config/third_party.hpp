// SPDX-License-Identifier: Apache-2.0
// Resources that are not AWS's: their configuration is told to Config by whoever has them.
// https://docs.aws.amazon.com/config/latest/developerguide/customresources.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::config {

core::Outcome put_resource_config(core::Call& call);
core::Outcome delete_resource_config(core::Call& call);

}  // namespace tocsin::config
