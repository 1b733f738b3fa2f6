// SPDX-License-Identifier: Apache-2.0
// Machine images: the account's own, and a few that others publish in every region.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// Own or public. Errors InvalidAMIID.Malformed, InvalidAMIID.NotFound.
Result<Resource> visible_image(const core::Call& call, std::string_view id);

core::Outcome describe_images(core::Call& call);
core::Outcome create_image(core::Call& call);
core::Outcome deregister_image(core::Call& call);

}  // namespace tocsin::ec2
