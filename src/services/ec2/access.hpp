// SPDX-License-Identifier: Apache-2.0
// What EC2's operations need permission for: the resources that parameters name, with the condition
// keys that follow from them.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// A parameter (or path of lists and members) that holds ids of a kind.
struct Target {
  const Kind* kind;
  std::string_view param;
};

/// Acts on what the parameters name.
core::Needs on(std::vector<Target> targets);
/// Makes one of a kind, from what the parameters name; with tags, ec2:CreateTags is needed too.
core::Needs makes(const Kind& made, std::vector<Target> from = {});

core::Needs both(core::Needs one, core::Needs other);

/// The condition keys that follow from a resource: ec2:ResourceTag/…, ec2:Vpc …
std::map<std::string, std::vector<std::string>> keys_of(const Kind& kind, const Resource& resource);

/// The operation as it is served: DryRun undoes what it has done and says so, and the region's
/// default network is there.
core::Operation served(core::Operation operation);

}  // namespace tocsin::ec2
