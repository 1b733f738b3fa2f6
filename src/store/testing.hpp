// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

#include "store/store.hpp"

namespace tocsin::store {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto name = (parent() / "tocsin-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

  /// A small file system of its own, where root may mount one.
  bool mount_small(const std::string& size) {
    mounted_ = ::mount("tocsin", path_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    return mounted_;
  }
  bool make_read_only() {
    return ::mount("tocsin", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  /// In memory where possible: a sync costs nothing there, and kill -9 is the same.
  static std::filesystem::path parent() {
    if (::access("/dev/shm", W_OK) == 0) return "/dev/shm";
    return std::filesystem::temp_directory_path();
  }

  std::filesystem::path path_;
  bool mounted_ = false;
};

inline void write_text(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

inline std::size_t files_below(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file();
  }
  return count;
}

/// Every entry from `from` on; fails the test where they cannot be read.
inline std::vector<std::string> entries_of(const Log& log, std::uint64_t from) {
  std::vector<std::string> entries;
  const auto read = log.read(from, [&](std::uint64_t sequence, std::string_view entry) {
    EXPECT_EQ(sequence, from + entries.size());
    entries.emplace_back(entry);
    return Result<void>();
  });
  EXPECT_TRUE(read) << read.error().message;
  return entries;
}

inline Result<void> append_one(Log& log, std::string entry) {
  const std::array<std::string, 1> entries{std::move(entry)};
  return log.append(entries);
}

/// "a=1 b=2 …" in the order of the scan.
inline std::string scanned(const View& view, std::string_view from = "", std::string_view to = "",
                           Direction direction = Direction::Forward, int limit = 1000) {
  std::string found;
  view.scan(from, to, direction, [&](std::string_view key, std::string_view value) {
    found += fmt::format("{}{}={}", found.empty() ? "" : " ", key, value);
    return --limit > 0;
  });
  return found;
}

}  // namespace tocsin::store
