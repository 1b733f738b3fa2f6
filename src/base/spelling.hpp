// SPDX-License-Identifier: Apache-2.0
// The names of AWS's members, as its services spell them differently.
#pragma once

#include <string>
#include <string_view>

#include "base/document.hpp"

namespace tocsin {

/// "GroupName" → "groupName", "VPCId" → "vPCId".
std::string lower_first(std::string_view name);
/// All the capitals that it begins with, as AWS Config writes them: "VPCZoneIdentifier" →
/// "vpczoneIdentifier".
std::string lower_head(std::string_view name);

/// The document with the names of its members spelled so, at every depth.
Document respelled(const Document& value, std::string (*spell)(std::string_view));

}  // namespace tocsin
