// SPDX-License-Identifier: Apache-2.0
#include "telemetry/source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <unistd.h>
#include <zlib.h>

namespace tocsin::telemetry {
namespace {

constexpr std::size_t kInput = 128 * 1024;

Failure cannot(std::string_view what, const std::string& path) {
  return fail("File", fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

class FileSource : public Source {
 public:
  FileSource(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~FileSource() override {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(char* into, std::size_t size) override {
    while (true) {
      const auto got = ::read(fd_, into, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return cannot("read", path_);
    }
  }

 private:
  int fd_;
  std::string path_;
};

class MemorySource : public Source {
 public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    const auto count = std::min(size, bytes_.size() - at_);
    std::memcpy(into, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

/// Looks at the first two bytes of another source, and passes on or decompresses what follows.
class Unpacked : public Source {
 public:
  explicit Unpacked(std::unique_ptr<Source> packed) : packed_(std::move(packed)) {}
  ~Unpacked() override {
    if (gzip_) ::inflateEnd(&stream_);
  }
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;

  Result<std::size_t> read(char* into, std::size_t size) override {
    if (!begun_) TRY(begin());
    if (gzip_) return inflated(into, size);
    if (stream_.avail_in == 0) return packed_->read(into, size);
    const auto count = std::min<std::size_t>(size, stream_.avail_in);
    std::memcpy(into, stream_.next_in, count);
    taken(count);
    return count;
  }

 private:
  Result<void> begin() {
    begun_ = true;
    while (stream_.avail_in < 2 && !ended_)
      TRY(refill());
    gzip_ = is_gzip();
    if (gzip_ && ::inflateInit2(&stream_, MAX_WBITS + 16) != Z_OK) {
      gzip_ = false;
      return fail("Gzip", "no memory to decompress");
    }
    return {};
  }

  bool is_gzip() const {
    return stream_.avail_in >= 2 && stream_.next_in[0] == 0x1f && stream_.next_in[1] == 0x8b;
  }

  /// Reads more behind what is left of the input.
  Result<void> refill() {
    if (stream_.avail_in > 0 && stream_.next_in != input())
      std::memmove(input_.get(), stream_.next_in, stream_.avail_in);
    const auto got = TRY(packed_->read(input_.get() + stream_.avail_in, kInput - stream_.avail_in));
    stream_.next_in = input();
    stream_.avail_in += static_cast<uInt>(got);
    ended_ = got == 0;
    return {};
  }

  Result<std::size_t> inflated(char* into, std::size_t size) {
    stream_.next_out = reinterpret_cast<Bytef*>(into);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out > 0 && !done_) {
      if (auto went = step(); !went) {
        // What came out before the fault counts; the fault is told by the next read.
        if (stream_.avail_out == size) return std::unexpected(went.error());
        fault_ = went.error();
        break;
      }
    }
    const auto count = size - stream_.avail_out;
    if (count == 0 && fault_) return std::unexpected(*std::exchange(fault_, std::nullopt));
    return count;
  }

  Result<void> step() {
    if (fault_) return std::unexpected(*fault_);
    if (stream_.avail_in == 0 && !ended_) TRY(refill());
    const auto before = stream_.avail_in;
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    position_ += before - stream_.avail_in;
    if (code == Z_STREAM_END) return next_member();
    if (code == Z_OK) return {};
    done_ = true;
    if (code == Z_BUF_ERROR && ended_)
      return fail("Gzip", fmt::format("the gzip file is cut off after {} bytes", position_));
    return fail("Gzip", fmt::format("the gzip file is damaged at its byte {}: {}", position_,
                                    stream_.msg ? stream_.msg : "?"));
  }

  Result<void> next_member() {
    while (stream_.avail_in < 2 && !ended_)
      TRY(refill());
    if (is_gzip()) {
      ::inflateReset(&stream_);
      return {};
    }
    done_ = true;
    const std::span rest(stream_.next_in, stream_.avail_in);
    if (std::ranges::all_of(rest, [](Bytef byte) { return byte == 0; })) return {};
    return fail("Gzip", fmt::format("something other than gzip begins at byte {} of the gzip file",
                                    position_));
  }

  Bytef* input() { return reinterpret_cast<Bytef*>(input_.get()); }
  void taken(std::size_t count) {
    stream_.next_in += count;
    stream_.avail_in -= static_cast<uInt>(count);
  }

  std::unique_ptr<Source> packed_;
  std::unique_ptr<char[]> input_ = std::make_unique_for_overwrite<char[]>(kInput);
  z_stream stream_{};
  std::uint64_t position_ = 0;  // in the compressed file
  bool begun_ = false, gzip_ = false, ended_ = false, done_ = false;
  std::optional<Error> fault_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_source(const std::string& path) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cannot("open", path);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<Unpacked>(std::make_unique<FileSource>(fd, path));
}

std::unique_ptr<Source> memory_source(std::string bytes) {
  return std::make_unique<Unpacked>(std::make_unique<MemorySource>(std::move(bytes)));
}

Result<std::vector<std::string>> list_files(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (path == "-" || !fs::is_directory(path, error)) {
    if (path != "-" && !fs::exists(path, error))
      return fail("File", "there is no " + path.string());
    return std::vector<std::string>{path.string()};
  }
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file()) files.push_back(at->path().string());
  }
  if (error) return fail("File", fmt::format("cannot list {}: {}", path.string(), error.message()));
  std::ranges::sort(files);
  return files;
}

}  // namespace tocsin::telemetry
