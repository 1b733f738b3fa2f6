// SPDX-License-Identifier: Apache-2.0
// The files of secrets in the data folder, mode 0600.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace tocsin::app {

/// DIR/master.key: 32 bytes, made at the first start. Error where it cannot be read or has another
/// size.
Result<std::string> master_key(const std::filesystem::path& folder);

/// Writes `text` to a file of mode 0600, whole or not at all.
Result<void> write_private(const std::filesystem::path& file, const std::string& text);

}  // namespace tocsin::app
