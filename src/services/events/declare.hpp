// SPDX-License-Identifier: Apache-2.0
// A rule and its targets by their CloudFormation properties. On a bus of its own a rule's id is
// "bus|rule".
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
#pragma once

#include "core/registry.hpp"
#include "services/events/state.hpp"

namespace tocsin::events {

std::string resource_id(const Rule& rule);
core::Outcome declare_rule(core::Call& call, const Object& properties);
core::Outcome redeclare_rule(core::Call& call, const std::string& id, const Object& properties);
core::Outcome undeclare_rule(core::Call& call, const std::string& id);

}  // namespace tocsin::events
