// SPDX-License-Identifier: Apache-2.0
// The prefix lists that AWS manages in each region: of S3 and of DynamoDB.
#pragma once

#include "core/context.hpp"

namespace tocsin::ec2 {

/// Error InvalidPrefixListID.NotFound.
Result<void> check_prefix_list(const std::string& region, std::string_view id);

core::Outcome describe_prefix_lists(core::Call& call);
core::Outcome describe_managed_prefix_lists(core::Call& call);

}  // namespace tocsin::ec2
