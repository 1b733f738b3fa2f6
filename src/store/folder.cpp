// SPDX-License-Identifier: Apache-2.0
// The data folder: who holds it, which version wrote it, and its three parts.
#include <fcntl.h>
#include <future>
#include <sys/file.h>
#include <unistd.h>

#include "store/failure.hpp"
#include "store/files.hpp"
#include "store/folder_parts.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormatPrefix = "tocsin data folder ";
constexpr int kFormat = 1;
constexpr std::size_t kFormatBytes = 64;

Failure folder_error(std::string_view code, const fs::path& folder, std::string_view cause) {
  return fail(std::string(code), fmt::format("data folder {}: {}", folder.string(), cause), 500);
}

/// flock(2): released by the system however the process ends.
Result<Held> lock_folder(const fs::path& folder) {
  const auto path = folder / "LOCK";
  auto file = TRY(File::open(path, O_RDWR | O_CREAT));
  if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unavailable("lock " + path.string(), errno);
    auto holder = TRY(file.read(0, 32));
    holder.erase(std::ranges::find(holder, '\n'), holder.end());
    return folder_error("DataFolderInUse", folder, "it is in use by process " + holder);
  }
  if (::ftruncate(file.descriptor(), 0) != 0) return unavailable("write " + path.string(), errno);
  TRY(file.write(fmt::format("{}\n", ::getpid())));
  return std::make_shared<const File>(std::move(file));
}

Result<void> check_format(const fs::path& folder) {
  const auto path = folder / "FORMAT";
  if (const auto facts = file_facts(path); !facts && facts.error().status == 404) {
    return replace_file(path, fmt::format("{}{}\n", kFormatPrefix, kFormat));
  }
  const auto file = TRY(File::open(path, O_RDONLY));
  const auto content = TRY(file.read(0, kFormatBytes));
  int version = 0;
  if (content.starts_with(kFormatPrefix)) {
    std::from_chars(content.data() + kFormatPrefix.size(), content.data() + content.size(),
                    version);
  }
  if (version > kFormat) {
    return folder_error(
        "DataFolderNewer", folder,
        fmt::format("it has format {}; this version reads up to {}", version, kFormat));
  }
  if (version < 1) return folder_error("DataFolderCorrupt", folder, "its FORMAT file is corrupt");
  return {};
}

Result<Stores> open_parts(const fs::path& folder) {
  TRY(make_folder(folder));
  const auto lock = TRY(lock_folder(folder));
  TRY(check_format(folder));
  Stores stores;
  // Both beside each other: opening is waiting for the disk.
  auto state = std::async(std::launch::async, open_rocks_state, folder / "state", lock);
  stores.log = TRY(open_rocks_log(folder / "log", lock));
  stores.state = TRY(state.get());
  stores.blobs = TRY(open_file_blobs(folder / "blobs", lock));
  TRY(sync_folder(folder));
  return stores;
}

}  // namespace

Result<Stores> open_folder(const fs::path& folder) {
  auto stores = open_parts(folder);
  if (!stores && stores.error().code == "ServiceUnavailable") {
    return folder_error("DataFolderUnavailable", folder, stores.error().message);
  }
  return stores;
}

}  // namespace tocsin::store
