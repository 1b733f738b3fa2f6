// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tocsin::ssm {

/// A zip archive of one file, which is not compressed: the same bytes give the same archive.
std::string zip_of(std::string_view name, std::string_view content);

}  // namespace tocsin::ssm
