// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"
#include "services/ec2/rules.hpp"

namespace tocsin::ec2 {

/// Whether names and descriptions of groups and rules may be so: a-z, A-Z, 0-9, spaces, and
/// ._-:/()#,@[]+=&;{}!$*
bool allowed_text(std::string_view text);
/// By name, in that VPC or (empty) the default one.
Result<Resource> group_named(const core::Call& call, std::string_view name, std::string_view vpc);
/// The group that GroupId or GroupName names.
Result<Resource> requested_group(const core::Call& call);
/// Error InvalidSecurityGroupRuleId.NotFound.
Result<Resource> group_of_rule(const core::Call& call, const std::string& rule);
/// Those that an instance or interface in this VPC is to have; the default one where none are
/// named. Errors as RunInstances has them.
Result<std::vector<Resource>> groups_for(const core::Call& call,
                                         const std::vector<std::string>& ids, std::string_view vpc);
/// [{"GroupName": …, "GroupId": …}]
Array group_identifiers(const std::vector<Resource>& groups);

core::Outcome create_security_group(core::Call& call);
core::Outcome delete_security_group(core::Call& call);
core::Handler describe_security_groups();
core::Outcome get_security_groups_for_vpc(core::Call& call);
core::Outcome describe_security_group_references(core::Call& call);
core::Outcome describe_stale_security_groups(core::Call& call);

// --- rules (rule_changes.cpp)
core::Outcome describe_security_group_rules(core::Call& call);
core::Outcome authorize_ingress(core::Call& call);
core::Outcome authorize_egress(core::Call& call);
core::Outcome revoke_ingress(core::Call& call);
core::Outcome revoke_egress(core::Call& call);
core::Outcome modify_rules(core::Call& call);
core::Outcome update_descriptions_ingress(core::Call& call);
core::Outcome update_descriptions_egress(core::Call& call);

/// As DescribeSecurityGroups shows it.
Object group_shape(const Resource& group);

}  // namespace tocsin::ec2
