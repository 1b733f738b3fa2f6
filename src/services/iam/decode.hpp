// SPDX-License-Identifier: Apache-2.0
// Encoded authorization messages: why EC2 denied, sealed; sts:DecodeAuthorizationMessage opens
// them. https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/request.hpp"
#include "core/secrets.hpp"
#include "engines/policy/policy.hpp"

namespace tocsin::iam {

/// The member of an Error that carries the details from the authoriser to `told`.
inline constexpr std::string_view kDetails = "$denial";

/// {"allowed":false,"explicitDeny":…,"matchedStatements":…,"failures":…,"context":…}
Object denial_details(const policy::Decision& decision, const policy::Request& asked,
                      const core::Principal& principal);

std::string encode_authorization_message(const core::Secrets& secrets, std::string_view message);
std::optional<std::string> decode_authorization_message(const core::Secrets& secrets,
                                                        std::string_view encoded);

}  // namespace tocsin::iam
