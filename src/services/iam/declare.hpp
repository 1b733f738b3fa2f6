// SPDX-License-Identifier: Apache-2.0
// Users, groups and roles by their CloudFormation properties: what a resource is made with, what a
// change does to it, and what goes before it when it is removed.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
#pragma once

#include "core/registry.hpp"
#include "services/iam/kinds.hpp"

namespace tocsin::iam {

core::Outcome declare_identity(core::Call& call, const Kind& kind, const Object& properties);
/// `id`: AIDA…, AGPA…, AROA….
core::Outcome redeclare_identity(core::Call& call, const Kind& kind, const std::string& id,
                                 const Object& properties);
core::Outcome undeclare_identity(core::Call& call, const Kind& kind, const std::string& id);

}  // namespace tocsin::iam
