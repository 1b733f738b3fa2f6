// SPDX-License-Identifier: Apache-2.0
// What a service of AWS answers when it is asked too fast. Every SDK knows these codes, waits and
// tries again.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace tocsin::core {

/// SlowDown (503) of S3, TooManyRequestsException (429) of Lambda, Throttling (400) of IAM …;
/// ThrottlingException (400) of all that have none of their own.
/// Source: each service's "Common errors" in its API reference.
Error throttled(std::string_view service);

/// Whether an error says so: whoever got it may try again.
bool is_throttling(const Error& error);

}  // namespace tocsin::core
