// SPDX-License-Identifier: Apache-2.0
// A function by its CloudFormation properties; its code comes from a bucket.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::lambda {

core::Outcome declare_function(core::Call& call, const Object& properties);
core::Outcome redeclare_function(core::Call& call, const std::string& name,
                                 const Object& properties);
core::Outcome undeclare_function(core::Call& call, const std::string& name);

}  // namespace tocsin::lambda
