// SPDX-License-Identifier: Apache-2.0
// Function URLs: https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::lambda {

core::Outcome create_url_config(core::Call& call);
core::Outcome get_url_config(core::Call& call);
core::Outcome update_url_config(core::Call& call);
core::Outcome delete_url_config(core::Call& call);
core::Outcome list_url_configs(core::Call& call);
/// lambda:<action> with the condition key lambda:FunctionUrlAuthType.
core::Needs needs_url_config(std::string action);

/// tocsin's own operation behind a function's address: a whole HTTP request as parameters.
core::Outcome invoke_url(core::Call& call);
std::vector<core::Access> needs_invoke_url(core::Call& call);

}  // namespace tocsin::lambda
