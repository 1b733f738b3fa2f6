// SPDX-License-Identifier: Apache-2.0
// Users, groups, roles and policies in the shapes in which AWS Config records them: those of
// GetAccountAuthorizationDetails, in camel case, policies percent-encoded.
#pragma once

#include "services/iam/kinds.hpp"

namespace tocsin::iam {

Object recorded_identity(const Kind& kind, const Identity& identity);
Object recorded_policy(const store::View& view, const ManagedPolicy& policy);

/// Policies that are attached, and the groups of a user.
std::vector<core::ResourceType::Description::Relationship> recorded_relationships(
    const store::View& view, const Identity& identity);

}  // namespace tocsin::iam
