// SPDX-License-Identifier: Apache-2.0
// POSIX files as this room needs them. Internal to this room. Errors: "ServiceUnavailable" 503.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/time.hpp"

namespace tocsin::store {

/// An open file, closed on destruction and in programs that we start.
class File {
 public:
  File() = default;
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept;
  ~File() { close(); }

  /// `flags` as for open(2); a file that is created has mode 0600.
  static Result<File> open(const std::filesystem::path& path, int flags);

  Result<void> write(std::string_view bytes);
  /// Up to `length` bytes; empty at the end.
  Result<std::string> read(std::uint64_t offset, std::size_t length) const;
  /// Has the kernel begin to write what was written there, so that `sync` finds little left to do.
  void write_soon(std::uint64_t offset, std::uint64_t length);
  /// It will be read from its beginning to its end.
  void read_ahead();
  /// fdatasync(2).
  Result<void> sync();
  void close();
  int descriptor() const { return descriptor_; }

 private:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

/// Makes the names in `folder` durable.
Result<void> sync_folder(const std::filesystem::path& folder);
/// Creates `folder` with mode 0700, parents with what the umask allows; nothing where it exists.
Result<void> make_folder(const std::filesystem::path& folder);
/// Replaces `path` as a whole, durably.
Result<void> replace_file(const std::filesystem::path& path, std::string_view content);

/// An error where `folder` cannot take `bytes` more.
Result<void> probe_space(const std::filesystem::path& folder, std::size_t bytes);

/// Bytes that the file system of `folder` has left for us.
std::uint64_t space_left(const std::filesystem::path& folder);

struct FileFacts {
  std::uint64_t size = 0;
  Time written;
};
/// Error status 404 where there is no such file.
Result<FileFacts> file_facts(const std::filesystem::path& path);

}  // namespace tocsin::store
