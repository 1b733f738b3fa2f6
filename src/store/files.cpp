// SPDX-License-Identifier: Apache-2.0
#include "store/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/failure.hpp"

namespace tocsin::store {

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void File::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

Result<File> File::open(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0) return unavailable("open " + path.string(), errno);
  return File(descriptor);
}

Result<void> File::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return unavailable("write a file", errno);
    }
  }
  return {};
}

Result<std::string> File::read(std::uint64_t offset, std::size_t length) const {
  std::string bytes;
  int failure = 0;
  bytes.resize_and_overwrite(length, [&](char* into, std::size_t) {
    std::size_t filled = 0;
    while (filled < length && failure == 0) {
      const auto count =
          ::pread(descriptor_, into + filled, length - filled, static_cast<off_t>(offset + filled));
      if (count == 0) break;
      if (count > 0)
        filled += static_cast<std::size_t>(count);
      else if (errno != EINTR)
        failure = errno;
    }
    return filled;
  });
  if (failure != 0) return unavailable("read a file", failure);
  return bytes;
}

void File::write_soon(std::uint64_t offset, std::uint64_t length) {
  (void)::sync_file_range(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(length),
                          SYNC_FILE_RANGE_WRITE);
}

void File::read_ahead() {
  (void)::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

Result<void> File::sync() {
  if (::fdatasync(descriptor_) != 0) return unavailable("sync a file", errno);
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const auto opened = TRY(File::open(folder, O_RDONLY | O_DIRECTORY));
  if (::fsync(opened.descriptor()) != 0) return unavailable("sync " + folder.string(), errno);
  return {};
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return unavailable("create folder " + folder.string(), errno);
  if (std::filesystem::is_directory(folder, error)) return {};
  return unavailable("create folder " + folder.string(), ENOTDIR);
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view content) {
  auto fresh = path;
  fresh += ".new";
  auto file = TRY(File::open(fresh, O_WRONLY | O_CREAT | O_TRUNC));
  auto written = file.write(content);
  if (written) written = file.sync();
  if (written && ::rename(fresh.c_str(), path.c_str()) != 0) {
    written = unavailable("rename " + fresh.string(), errno);
  }
  if (written) return sync_folder(path.parent_path());
  ::unlink(fresh.c_str());
  return written;
}

Result<void> probe_space(const std::filesystem::path& folder, std::size_t bytes) {
  const auto path = folder / "probe";
  auto file = TRY(File::open(path, O_WRONLY | O_CREAT | O_TRUNC));
  auto probed = file.write(std::string(bytes, '\0'));
  if (probed) probed = file.sync();
  ::unlink(path.c_str());
  return probed;
}

std::uint64_t space_left(const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  return error ? std::numeric_limits<std::uint64_t>::max() : space.available;
}

Result<FileFacts> file_facts(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return fail("NoSuchFile", "there is no file " + path.string(), 404);
    return unavailable("inspect " + path.string(), errno);
  }
  const auto ms = status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000;
  return FileFacts{static_cast<std::uint64_t>(status.st_size), from_ms(ms)};
}

}  // namespace tocsin::store
