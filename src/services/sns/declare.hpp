// SPDX-License-Identifier: Apache-2.0
// A topic by its CloudFormation properties.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::sns {

core::Outcome declare_topic(core::Call& call, const Object& properties);
core::Outcome redeclare_topic(core::Call& call, const std::string& arn, const Object& properties);
core::Outcome undeclare_topic(core::Call& call, const std::string& arn);

}  // namespace tocsin::sns
