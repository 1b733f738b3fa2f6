// SPDX-License-Identifier: Apache-2.0
// Instance types: the common families, by what their sizes have.
#pragma once

#include "core/context.hpp"

namespace tocsin::ec2 {

/// "t3.micro": a family of letters, digits and dashes, and a size.
bool is_instance_type(std::string_view type);
std::int64_t virtual_processors(std::string_view type);

core::Outcome describe_instance_types(core::Call& call);
core::Outcome describe_instance_type_offerings(core::Call& call);

}  // namespace tocsin::ec2
