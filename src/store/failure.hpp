// SPDX-License-Identifier: Apache-2.0
// How the adapters report what the disk refused. Internal to this room.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace tocsin::store {

/// "ServiceUnavailable", 503: "cannot append to the log: No space left on device".
Failure unavailable(std::string_view doing, std::string_view cause);
/// The same for a value of errno.
Failure unavailable(std::string_view doing, int error_number);

/// Logs the cause and ends the process: what is stored can no longer be read, so nothing true can
/// be answered. The log replays at the next start.
[[noreturn]] void stop_unreadable(std::string_view what, std::string_view cause);

}  // namespace tocsin::store
