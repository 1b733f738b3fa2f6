// SPDX-License-Identifier: Apache-2.0
// Keys that AWS manages for a service, under its alias: "alias/aws/s3". One is made when its
// service first uses it, or when DescribeKey first asks for it.
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
#pragma once

#include "services/kms/resolve.hpp"

namespace tocsin::kms {

/// Makes the key that `name` stands for, where it is a predefined alias without one and the call
/// may make it.
void ensure_managed(core::Call& call, const KeyName& name);

/// What the service that a managed key belongs to may do with it in its own name.
std::optional<Document> managed_statement(const core::Call& call, const KmsKey& key);

}  // namespace tocsin::kms
