// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::kms {

core::ResourceType key_type();    // AWS::KMS::Key
core::ResourceType alias_type();  // AWS::KMS::Alias

}  // namespace tocsin::kms
