// SPDX-License-Identifier: Apache-2.0
// Prefix lists: customers' own with their versions, and those that AWS manages in each region, of
// S3 and of DynamoDB.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// Error InvalidPrefixListID.NotFound.
Result<void> check_prefix_list(const core::Context& context, std::string_view id);

core::Outcome describe_prefix_lists(core::Call& call);
core::Outcome describe_managed_prefix_lists(core::Call& call);

// --- managed_prefix_lists.cpp
core::Outcome create_managed_prefix_list(core::Call& call);
core::Outcome modify_managed_prefix_list(core::Call& call);
core::Outcome restore_managed_prefix_list(core::Call& call);
core::Outcome delete_managed_prefix_list(core::Call& call);
core::Outcome get_managed_prefix_list_entries(core::Call& call);
core::Outcome get_managed_prefix_list_associations(core::Call& call);

}  // namespace tocsin::ec2
