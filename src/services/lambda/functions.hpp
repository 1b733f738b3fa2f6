// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "services/lambda/names.hpp"

namespace tocsin::lambda {

core::Outcome create_function(core::Call& call);
core::Outcome update_function_code(core::Call& call);
core::Outcome update_function_configuration(core::Call& call);
core::Outcome get_function(core::Call& call);
core::Outcome get_function_configuration(core::Call& call);
core::Outcome list_functions(core::Call& call);
core::Outcome delete_function(core::Call& call);

/// What is done when the code of a call was looked at; the call's reply. `result`: of the worker.
Result<Document> function_inspected(core::Context& context, Object state, const Document& result);

/// CreateFunction's permissions: its tags and layers are condition keys.
std::vector<core::Access> needs_create_function(core::Call& call);
std::vector<core::Access> needs_update_configuration(core::Call& call);

core::ResourceType function_type();  // AWS::Lambda::Function

core::Outcome put_function_concurrency(core::Call& call);
core::Outcome get_function_concurrency(core::Call& call);
core::Outcome delete_function_concurrency(core::Call& call);
core::Outcome get_account_settings(core::Call& call);

core::Outcome tag_resource(core::Call& call);
core::Outcome untag_resource(core::Call& call);
core::Outcome list_tags(core::Call& call);
core::Needs needs_tagged(std::string action);

core::Outcome add_permission(core::Call& call);
core::Outcome remove_permission(core::Call& call);
core::Outcome get_policy(core::Call& call);
std::vector<core::Access> needs_add_permission(core::Call& call);

}  // namespace tocsin::lambda
