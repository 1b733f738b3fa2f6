// SPDX-License-Identifier: Apache-2.0
// Machine images: the account's own, those shared with it, and a few that others publish in every
// region.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// Own, shared or public.
std::vector<Resource> visible_images(const core::Call& call);
/// Errors InvalidAMIID.Malformed, InvalidAMIID.NotFound.
Result<Resource> visible_image(const core::Call& call, std::string_view id);
/// Error AuthFailure of others'.
Result<Resource> own_image(const core::Call& call);
/// Block devices with what `asked` says of them (a NoDevice takes one away), and its further ones.
Array merged_devices(Array devices, const Array& asked);

inline constexpr std::string_view kLaunchPermissions = "LaunchPermissions";

core::Outcome describe_images(core::Call& call);
core::Outcome describe_image_attribute(core::Call& call);
core::Outcome modify_image_attribute(core::Call& call);
core::Outcome reset_image_attribute(core::Call& call);

// --- image_making.cpp
core::Outcome create_image(core::Call& call);
core::Outcome register_image(core::Call& call);
core::Outcome copy_image(core::Call& call);
core::Outcome deregister_image(core::Call& call);

}  // namespace tocsin::ec2
