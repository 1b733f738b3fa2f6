// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tocsin::workers {

/// The text with every ill-formed UTF-8 sequence (RFC 3629) replaced by U+FFFD: what a function
/// prints or a server answers may be any bytes, a Document holds text.
std::string valid_utf8(std::string_view bytes);

}  // namespace tocsin::workers
