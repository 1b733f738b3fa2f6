// SPDX-License-Identifier: Apache-2.0
// Launch templates. The versions lie in the row of their template; user data is sealed there.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// Of a request: LaunchTemplateId or LaunchTemplateName. Errors MissingParameter,
/// InvalidParameterCombination, InvalidLaunchTemplateId.…, InvalidLaunchTemplateName.…
Result<Resource> requested_template(const core::Call& call, const Document& request);
/// The number that "3", "$Default", "$Latest" or nothing (the default) means. Error
/// InvalidLaunchTemplateId.VersionNotFound.
Result<std::int64_t> version_number(const Resource& launch_template, std::string_view version);
/// A version as it is kept, with that number.
Result<Object> version_of(const Resource& launch_template, std::int64_t number);
std::optional<Resource> template_named(const core::Context& context, std::string_view name);

/// What a launch is asked for: the call's parameters, and where they name a launch template, what
/// that says and they do not.
Result<Document> launch_parameters(const core::Call& call);
/// aws:ec2launchtemplate:…, of an instance that the call launches from a template.
core::Tags template_tags(const core::Call& call);

core::Outcome create_launch_template(core::Call& call);
core::Outcome delete_launch_template(core::Call& call);
core::Outcome modify_launch_template(core::Call& call);
core::Outcome describe_launch_templates(core::Call& call);
core::Outcome get_launch_template_data(core::Call& call);

// --- launch_template_versions.cpp
/// The data that a request gives, checked and with its secrets sealed.
Result<Object> requested_data(core::Call& call);
/// Adds a version and keeps the template.
Object add_version(core::Call& call, Resource& launch_template, Object data);
core::Outcome create_launch_template_version(core::Call& call);
core::Outcome delete_launch_template_versions(core::Call& call);
core::Outcome describe_launch_template_versions(core::Call& call);

}  // namespace tocsin::ec2
