// SPDX-License-Identifier: Apache-2.0
// A metric alarm by its CloudFormation properties, which are PutMetricAlarm's parameters.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::monitoring {

core::Outcome declare_alarm(core::Call& call, const Object& properties);
core::Outcome redeclare_alarm(core::Call& call, const std::string& name, const Object& properties);
core::Outcome undeclare_alarm(core::Call& call, const std::string& name);

}  // namespace tocsin::monitoring
