// SPDX-License-Identifier: Apache-2.0
// Cross-origin requests to function URLs.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors
#pragma once

#include "services/lambda/state.hpp"

namespace tocsin::lambda {

/// The answer to a preflight request, which does not reach the function; none for any other.
std::optional<Object> preflight_answer(const UrlConfig& url, std::string_view method,
                                       const Object& headers);
/// Adds to a function's answer what the browser wants to see.
void add_cors_headers(const UrlConfig& url, const std::string& origin, Object& headers);

}  // namespace tocsin::lambda
