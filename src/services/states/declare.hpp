// SPDX-License-Identifier: Apache-2.0
// A state machine by its CloudFormation properties.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::states {

core::Outcome declare_machine(core::Call& call, const Object& properties);
core::Outcome redeclare_machine(core::Call& call, const std::string& arn, const Object& properties);
core::Outcome undeclare_machine(core::Call& call, const std::string& arn);

}  // namespace tocsin::states
