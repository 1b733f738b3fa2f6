// SPDX-License-Identifier: Apache-2.0
// Mobile push: platform applications and their endpoints. They are delivered to by the ntfy server
// of `serve --ntfy`, an endpoint's token being its topic (docs/notifications.md).
// https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

bool is_device_arn(std::string_view arn);
std::optional<Endpoint> device_named(const store::View& view, std::string_view arn);
/// Errors: NotFound, EndpointDisabled.
Result<Endpoint> enabled_device(const store::View& view, std::string_view arn);
/// The push service does not know it any more.
void disable_device(core::Context& context, std::string_view arn);
/// sns:<operation> on the application (or endpoint) that `parameter` names.
core::Needs needs_application(std::string operation, std::string parameter);

core::Outcome create_platform_application(core::Call& call);
core::Outcome get_platform_application_attributes(core::Call& call);
core::Outcome set_platform_application_attributes(core::Call& call);
core::Outcome delete_platform_application(core::Call& call);
core::Outcome list_platform_applications(core::Call& call);
core::Outcome create_platform_endpoint(core::Call& call);
core::Outcome get_endpoint_attributes(core::Call& call);
core::Outcome set_endpoint_attributes(core::Call& call);
core::Outcome delete_endpoint(core::Call& call);
core::Outcome list_endpoints_by_platform_application(core::Call& call);
void on_device_steps(core::Registry& registry);

}  // namespace tocsin::sns
