// SPDX-License-Identifier: Apache-2.0
// Resources by their type, whatever service they belong to: how Cloud Control, the Tagging API and
// CloudFormation find, make, change and remove them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/registry.hpp"

namespace tocsin::core {

/// Shows the resources of a type that lie in `scope` (an account and region; what is global lies in
/// every region), in the order of their table, until `visit` returns false.
void each_resource(const store::View& view, const ResourceType& type, const Scope& scope,
                   const std::function<bool(const ResourceType::Description&)>& visit);

/// The resource with that Description::id.
std::optional<ResourceType::Description> resource_of(const store::View& view,
                                                     const ResourceType& type, const Scope& scope,
                                                     std::string_view id);

/// The work of a task (Context::start) or nested call that makes, changes or removes a resource by
/// its type's declaration, in whose operations `as` is the caller (its service, operation and
/// params are filled in here). All or nothing: what a failed one had done is undone. Replies {"Id":
/// the new resource's Description::id} and {}; errors as the service's own.
CallSpec create_resource(CallSpec as, std::string_view type, Object properties);
CallSpec update_resource(CallSpec as, std::string_view type, std::string_view id,
                         Object properties);
CallSpec remove_resource(CallSpec as, std::string_view type, std::string_view id);

/// Whether a call is one of these, which are no API calls: nobody audits them, but the calls that
/// they consist of.
bool is_resource_step(const Request& request);

void register_resources(Registry& registry);

}  // namespace tocsin::core
