// SPDX-License-Identifier: Apache-2.0
// Time-based one-time passwords, as authenticator apps make them.
// https://www.rfc-editor.org/rfc/rfc6238
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace tocsin::iam {

/// RFC 4648 without padding.
std::string base32(std::string_view bytes);

/// Number of the 30 seconds that `time` is in.
std::int64_t totp_step(Time time);
/// Six digits.
std::string totp_code(std::string_view seed, std::int64_t step);

}  // namespace tocsin::iam
