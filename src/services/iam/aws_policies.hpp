// SPDX-License-Identifier: Apache-2.0
// AWS-managed policies: arn:aws:iam::aws:policy/…, from content/iam/policies, a file each.
#pragma once

#include "services/iam/state.hpp"

namespace tocsin::iam {

/// By ARN.
const std::map<std::string, ManagedPolicy, std::less<>>& aws_policies();
const ManagedPolicy* aws_policy(std::string_view arn);

/// What AWS makes for a service that acts on its own behalf.
struct LinkedRole {
  std::string name;    // "AWSServiceRoleForAmazonGuardDuty"
  std::string policy;  // ARN
  std::string description;
};
const LinkedRole* linked_role(std::string_view service);

}  // namespace tocsin::iam
