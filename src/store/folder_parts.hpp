// SPDX-License-Identifier: Apache-2.0
// The adapters of a data folder, each in a folder of its own. Internal to this room.
// `lock` is held as long as the adapter lives.
#pragma once

#include <filesystem>
#include <memory>

#include "store/store.hpp"

namespace tocsin::store {

using Held = std::shared_ptr<const void>;

Result<std::unique_ptr<Log>> open_rocks_log(const std::filesystem::path& folder, Held lock);
Result<std::unique_ptr<State>> open_rocks_state(const std::filesystem::path& folder, Held lock);
Result<std::unique_ptr<Blobs>> open_file_blobs(const std::filesystem::path& folder, Held lock);

}  // namespace tocsin::store
