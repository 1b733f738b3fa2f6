// SPDX-License-Identifier: Apache-2.0
#include "workers/code_cache.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "workers/zip_code.hpp"

namespace tocsin::workers {

namespace fs = std::filesystem;

namespace {

/// Lays `from` over `to`. No link of an earlier layer is followed: what stands in the way goes.
void lay_over(const fs::path& from, const fs::path& to, std::error_code& error) {
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end;
       it.increment(error)) {
    const auto target = to / it->path().lexically_relative(from);
    const auto there = fs::symlink_status(target);
    const bool folder = it->is_directory() && !it->is_symlink();
    if (folder && fs::is_directory(there)) continue;
    if (fs::exists(there)) fs::remove_all(target, error);
    if (error) return;
    if (folder) {
      fs::create_directory(target, error);
      if (!error) fs::permissions(target, fs::perms(0755), error);
    } else if (it->is_symlink()) {
      fs::copy_symlink(it->path(), target, error);
    } else {
      fs::create_hard_link(it->path(), target, error);
    }
  }
}

}  // namespace

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
  auto folder = TRY(unpacked(zip));
  make_room();
  return folder;
}

Result<std::shared_ptr<const CodeFolder>> CodeCache::merged_folder_of(
    const std::vector<store::BlobRef>& zips) {
  if (zips.size() == 1) return folder_of(zips[0]);
  const std::scoped_lock lock(mutex_);
  std::string names;
  for (const auto& zip : zips)
    names += zip.sha256;
  const auto name = hex(sha256(names));
  if (auto found = kept(name)) return found;
  CodeFolder merged{name, folder_ / name, 0};
  std::error_code error;
  fs::create_directories(merged.path, error);
  if (!error) fs::permissions(merged.path, fs::perms(0755), error);
  for (const auto& zip : zips) {
    const auto layer = TRY(unpacked(zip));
    if (!error) lay_over(layer->path, merged.path, error);
    merged.bytes += layer->bytes;
  }
  if (error) {
    std::error_code ignored;
    fs::remove_all(merged.path, ignored);
    return fail(internal_error("Layers cannot be laid over each other: " + error.message()));
  }
  folders_.push_front(std::make_shared<const CodeFolder>(std::move(merged)));
  auto out = folders_.front();
  make_room();
  return out;
}

std::shared_ptr<const CodeFolder> CodeCache::kept(std::string_view name) {
  const auto found = std::ranges::find(
      folders_, name, [](const auto& folder) -> std::string_view { return folder->sha256; });
  if (found == folders_.end()) return nullptr;
  folders_.splice(folders_.begin(), folders_, found);
  return folders_.front();
}

Result<std::shared_ptr<const CodeFolder>> CodeCache::unpacked(const store::BlobRef& zip) {
  if (auto found = kept(zip.sha256)) return found;
  folders_.push_front(TRY(unpack(zip)));
  return folders_.front();
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
