// SPDX-License-Identifier: Apache-2.0
// IAM and STS: who may do what. Registers both services and the authoriser that every call passes.
#pragma once

#include "core/registry.hpp"

namespace tocsin::iam {

void register_iam(core::Registry& registry);

struct RootKey {
  std::string access_key_id;
  std::string secret_access_key;
};
/// The root key that the first input of an empty machine made.
std::optional<RootKey> root_key(const store::View& view, const core::Secrets& secrets);

}  // namespace tocsin::iam
