// SPDX-License-Identifier: Apache-2.0
#include "workers/code_cache.hpp"

#include <algorithm>

#include "workers/zip_code.hpp"

namespace tocsin::workers {

namespace fs = std::filesystem;

CodeCache::CodeCache(store::Blobs& blobs, fs::path folder, std::uint64_t limit_bytes)
    : blobs_(blobs), folder_(std::move(folder)), limit_bytes_(limit_bytes) {}

Result<void> CodeCache::prepare() {
  const std::scoped_lock lock(mutex_);
  std::error_code error;
  folders_.clear();
  fs::remove_all(folder_, error);
  if (!error) fs::create_directories(folder_, error);
  if (error) {
    return fail(internal_error("The folder for functions' code cannot be made: " +
                               folder_.string() + ": " + error.message()));
  }
  return {};
}

Result<std::shared_ptr<const CodeFolder>> CodeCache::folder_of(const store::BlobRef& zip) {
  const std::scoped_lock lock(mutex_);
  const auto found =
      std::ranges::find(folders_, zip.sha256, [](const auto& folder) { return folder->sha256; });
  if (found != folders_.end()) {
    folders_.splice(folders_.begin(), folders_, found);
    return folders_.front();
  }
  auto folder = TRY(unpack(zip));
  folders_.push_front(folder);
  make_room();
  return folder;
}

Result<std::shared_ptr<const CodeFolder>> CodeCache::unpack(const store::BlobRef& zip) {
  if (!store::is_blob_name(zip.sha256)) {
    return fail(internal_error("The function's code is not named by a hash"));
  }
  const auto reader = TRY(blobs_.open(zip));
  const auto path = folder_ / zip.sha256;
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) fs::permissions(path, fs::perms(0755), error);
  if (error) return fail(internal_error(path.string() + ": " + error.message()));
  const auto content = unpack_zip(*reader, path);
  if (!content) {
    fs::remove_all(path, error);
    return fail(content.error());
  }
  return std::make_shared<const CodeFolder>(CodeFolder{zip.sha256, path, content->bytes});
}

void CodeCache::make_room() {
  std::uint64_t total = 0;
  for (const auto& folder : folders_)
    total += folder->bytes;
  for (auto it = folders_.end(); total > limit_bytes_ && it != folders_.begin();) {
    --it;
    if (it->use_count() > 1) continue;  // a sandbox shows it
    std::error_code ignored;
    fs::remove_all((*it)->path, ignored);
    total -= (*it)->bytes;
    it = folders_.erase(it);
  }
}

}  // namespace tocsin::workers
