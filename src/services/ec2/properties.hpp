// SPDX-License-Identifier: Apache-2.0
// Resources as CloudFormation has them: its properties and read-only attributes, under its names.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html
#pragma once

#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

Object properties_of(const store::View& view, const Kind& kind, const Resource& resource);

}  // namespace tocsin::ec2
