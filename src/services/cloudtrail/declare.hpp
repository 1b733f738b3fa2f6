// SPDX-License-Identifier: Apache-2.0
// A trail by its CloudFormation properties.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudtrail-trail.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::cloudtrail {

core::Outcome declare_trail(core::Call& call, const Object& properties);
core::Outcome redeclare_trail(core::Call& call, const std::string& name, const Object& properties);
core::Outcome undeclare_trail(core::Call& call, const std::string& name);

}  // namespace tocsin::cloudtrail
