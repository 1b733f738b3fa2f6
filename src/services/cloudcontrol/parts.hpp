// SPDX-License-Identifier: Apache-2.0
// The handlers, file by file.
#pragma once

#include "core/registry.hpp"
#include "engines/schema/schema.hpp"
#include "services/cloudcontrol/state.hpp"

namespace tocsin::cloudcontrol {

/// The types that the services of this cloud declare.
using Types = std::vector<core::ResourceType>;

/// A parameter with properties, which the model marks as sensitive; empty where it is not there.
std::string opened(const core::Call& call, std::string_view member);

/// A type that is declared, with its schema.
struct Type {
  const core::ResourceType& declared;
  const schema::Resource& schema;
};
/// Of the parameter TypeName. Error TypeNotFoundException.
Result<Type> type_in(const Types& types, const Document& params);

/// What Cloud Control shows of a resource: its properties and read-only attributes, its tags among
/// them.
Object properties_of(const Type& type, const core::ResourceType::Description& resource);

/// A resource and its primary identifier, properties.
struct Shown {
  core::ResourceType::Description resource;
  Object properties;
};
/// The one that the parameter Identifier names. Error ResourceNotFoundException.
Result<Shown> resource_in(core::Call& call, const Type& type);

// requests.cpp
/// The work of a request: in whose name, and its place in the log of requests.
/// Errors: AccessDenied, InvalidCredentialsException (of RoleArn).
Result<core::CallSpec> caller_of(core::Call& call);
/// Notes a request and starts its work; replies {"ProgressEvent": …}.
core::Outcome begin(core::Call& call, RequestRow request, core::CallSpec work);
core::Resume finish(const Types& types);
void forget(core::Context& context, const core::Resumption& due);
core::Outcome get_resource_request_status(core::Call& call);
core::Outcome list_resource_requests(core::Call& call);

// changes.cpp
core::Outcome create_resource(const Types& types, core::Call& call);
core::Outcome update_resource(const Types& types, core::Call& call);
core::Outcome delete_resource(const Types& types, core::Call& call);

// reads.cpp
core::Outcome get_resource(const Types& types, core::Call& call);
core::Outcome list_resources(const Types& types, core::Call& call);

// patch.cpp
/// `document` after a JSON Patch. Error ValidationException.
/// https://www.rfc-editor.org/rfc/rfc6902
Result<Object> patched(const Object& document, std::string_view patch);

}  // namespace tocsin::cloudcontrol
