// SPDX-License-Identifier: Apache-2.0
// Resources as AWS Config records them: the shape of the Describe operation in lower camel case,
// with the peculiarities that configuration items have.
// https://docs.aws.amazon.com/config/latest/developerguide/config-item-table.html
// https://github.com/awslabs/aws-config-resource-schema
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// A configuration item's `configuration`. Empty: the item shows CloudFormation's properties.
Object recorded(const Kind& kind, const Resource& resource);

/// What the resource is related to, in the words of AWS Config.
std::vector<core::ResourceType::Description::Relationship> relationships(const Kind& kind,
                                                                         const Resource& resource);

/// What an item has for its availability zone: a zone, "Not Applicable" …
std::string recorded_zone(const Kind& kind, const Resource& resource);

}  // namespace tocsin::ec2
