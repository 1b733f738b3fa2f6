// SPDX-License-Identifier: Apache-2.0
#include "workers/zip_code.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/log.hpp"
#include "workers/fd.hpp"

namespace tocsin::workers {
namespace {

namespace fs = std::filesystem;

Failure invalid(std::string_view cause) {
  log_info("a function's zip is refused", {{"cause", cause}});
  return fail("InvalidParameterValueException",
              "Could not unzip uploaded file. Please check your file, then try to upload again.");
}

/// libarchive reads the blob through these; `failure` keeps what the blob said.
struct Source {
  store::BlobReader& blob;
  std::uint64_t offset = 0;
  std::string chunk;
  std::optional<Error> failure;
};

la_ssize_t read_chunk(archive*, void* data, const void** buffer) {
  auto& source = *static_cast<Source*>(data);
  auto chunk = source.blob.read(source.offset, 256 << 10);
  if (!chunk) {
    source.failure = chunk.error();
    return -1;
  }
  source.chunk = std::move(*chunk);
  source.offset += source.chunk.size();
  *buffer = source.chunk.data();
  return static_cast<la_ssize_t>(source.chunk.size());
}

la_int64_t seek(archive*, void* data, la_int64_t offset, int whence) {
  auto& source = *static_cast<Source*>(data);
  const auto size = static_cast<la_int64_t>(source.blob.size());
  const auto base = whence == SEEK_SET   ? 0
                    : whence == SEEK_CUR ? static_cast<la_int64_t>(source.offset)
                                         : size;
  const auto target = base + offset;
  if (target < 0 || target > size) return ARCHIVE_FATAL;
  source.offset = static_cast<std::uint64_t>(target);
  return target;
}

struct CloseArchive {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

/// Where entries go: nowhere, or into a folder.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<void> folder(const std::string& path) = 0;
  virtual Result<void> begin_file(const std::string& path, unsigned permissions) = 0;
  virtual Result<void> write(std::string_view bytes) = 0;
  virtual Result<void> link(const std::string& path, const std::string& target) = 0;
  virtual Result<void> finish() = 0;
};

class NoSink : public Sink {
 public:
  Result<void> folder(const std::string&) override { return {}; }
  Result<void> begin_file(const std::string&, unsigned) override { return {}; }
  Result<void> write(std::string_view) override { return {}; }
  Result<void> link(const std::string&, const std::string&) override { return {}; }
  Result<void> finish() override { return {}; }
};

class FolderSink : public Sink {
 public:
  explicit FolderSink(fs::path root) : root_(std::move(root)) {}

  Result<void> folder(const std::string& path) override { return make_folders(path); }

  Result<void> begin_file(const std::string& path, unsigned permissions) override {
    TRY(make_folders(fs::path(path).parent_path()));
    const auto full = root_ / path;
    constexpr auto kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    file_ = Fd(::open(full.c_str(), kFlags, 0600));
    if (!file_) return trouble(path);
    const auto mode = (permissions & 0111U) ? 0755U : 0644U;
    if (::fchmod(file_.get(), mode) != 0) return trouble(path);
    return {};
  }

  Result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto count = ::write(file_.get(), bytes.data(), bytes.size());
      if (count < 0) return trouble("a file");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  Result<void> link(const std::string& path, const std::string& target) override {
    links_.emplace_back(path, target);
    return {};
  }

  Result<void> finish() override {
    file_.reset();
    for (const auto& [path, target] : links_) {
      TRY(make_folders(fs::path(path).parent_path()));
      if (::symlink(target.c_str(), (root_ / path).c_str()) != 0) return trouble(path);
    }
    return {};
  }

 private:
  /// Makes the folders of a checked path, readable by all whatever the umask is.
  Result<void> make_folders(const fs::path& relative) const {
    auto full = root_;
    for (const auto& part : relative) {
      full /= part;
      if (::mkdir(full.c_str(), 0755) == 0) {
        if (::chmod(full.c_str(), 0755) != 0) return trouble(relative.string());
      } else if (errno != EEXIST) {
        return trouble(relative.string());
      }
    }
    return {};
  }

  /// Names that get in each other's way are the archive's fault, a full disk is ours.
  static Failure trouble(std::string_view path) {
    const auto cause = fmt::format("{}: {}", path, std::strerror(errno));
    if (errno == EEXIST || errno == ENOTDIR || errno == EISDIR || errno == ELOOP ||
        errno == ENAMETOOLONG) {
      return invalid(cause);
    }
    return fail(internal_error("The function's code cannot be unpacked: " + cause));
  }

  fs::path root_;
  Fd file_;
  std::vector<std::pair<std::string, std::string>> links_;
};

class ZipReader {
 public:
  ZipReader(store::BlobReader& blob, Sink& sink, const ZipLimits& limits)
      : source_{blob}, sink_(sink), limits_(limits) {}

  Result<ZipContent> run() {
    if (TRY(is_empty())) return empty();
    TRY(open());
    archive_entry* entry = nullptr;
    for (std::uint64_t entries = 1;; ++entries) {
      const auto state = archive_read_next_header(archive_.get(), &entry);
      if (state == ARCHIVE_EOF) break;
      if (state != ARCHIVE_OK && state != ARCHIVE_WARN) return damaged();
      if (entries > limits_.entries) return invalid("too many entries");
      TRY(take(entry));
    }
    TRY(sink_.finish());
    if (content_.files == 0) return empty();
    return content_;
  }

 private:
  /// An archive of nothing is its end record alone, which libarchive does not take for a zip.
  Result<bool> is_empty() {
    return source_.blob.size() == 22 && TRY(source_.blob.read(0, 4))
    == "PK\5\6";
  }

  static Failure empty() {
    return fail("InvalidParameterValueException", "Uploaded file must be a non-empty zip");
  }

  Result<void> open() {
    archive_.reset(archive_read_new());
    archive_read_support_format_zip_seekable(archive_.get());
    archive_read_set_read_callback(archive_.get(), read_chunk);
    archive_read_set_seek_callback(archive_.get(), seek);
    archive_read_set_callback_data(archive_.get(), &source_);
    if (archive_read_open1(archive_.get()) != ARCHIVE_OK) return damaged();
    return {};
  }

  Result<void> take(archive_entry* entry) {
    const auto* name = archive_entry_pathname_utf8(entry);
    if (!name) name = archive_entry_pathname(entry);
    if (!name) return invalid("an entry without a name");
    const auto path = safe_entry_path(name);
    const auto type = archive_entry_filetype(entry);
    if (!path)
      return type == AE_IFDIR && std::string_view(name) == "./" ? Result<void>{} : refused(name);
    if (type == AE_IFDIR) return sink_.folder(*path);
    if (type == AE_IFLNK) return take_link(*path, entry);
    if (type != AE_IFREG || archive_entry_hardlink(entry)) return invalid("a special file");
    TRY(sink_.begin_file(*path, archive_entry_perm(entry)));
    ++content_.files;
    return take_data();
  }

  Result<void> take_link(const std::string& path, archive_entry* entry) {
    const auto* target = archive_entry_symlink(entry);
    if (!target || !safe_link(path, target)) {
      return invalid("a symbolic link that leaves the folder: " + path);
    }
    ++content_.files;
    return sink_.link(path, target);
  }

  Result<void> take_data() {
    for (;;) {
      const void* data = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const auto state = archive_read_data_block(archive_.get(), &data, &size, &offset);
      if (state == ARCHIVE_EOF) return {};
      if (state != ARCHIVE_OK) return damaged();
      content_.bytes += size;
      if (content_.bytes > limits_.bytes) {
        return fail("InvalidParameterValueException",
                    fmt::format("Unzipped size must be smaller than {} bytes", limits_.bytes));
      }
      TRY(sink_.write({static_cast<const char*>(data), size}));
    }
  }

  Failure damaged() {
    if (source_.failure) return fail(*source_.failure);
    const auto* cause = archive_error_string(archive_.get());
    return invalid(cause ? cause : "not a zip archive");
  }

  static Failure refused(std::string_view name) {
    return invalid(fmt::format("an entry that leaves the folder: {}", name));
  }

  Source source_;
  Sink& sink_;
  const ZipLimits limits_;
  Archive archive_;
  ZipContent content_;
};

}  // namespace

std::optional<std::string> safe_entry_path(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.size() > 4000) return std::nullopt;
  std::string out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == ".." || part.size() > 255) return std::nullopt;
    if (!out.empty()) out += '/';
    out += part;
  }
  if (out.empty()) return std::nullopt;
  return out;
}

bool safe_link(std::string_view path, std::string_view target) {
  if (target.empty() || target.front() == '/' || target.size() > 4000) return false;
  auto depth = std::count(path.begin(), path.end(), '/');
  bool down = false;  // then no more "..": what was named may itself be a link, to a higher folder
  while (!target.empty()) {
    const auto slash = target.find('/');
    const auto part = target.substr(0, slash);
    target.remove_prefix(slash == target.npos ? target.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    down = down || part != "..";
    if (part == ".." && (down || --depth < 0)) return false;
  }
  return true;
}

Result<ZipContent> inspect_zip(store::BlobReader& zip, const ZipLimits& limits) {
  NoSink sink;
  return ZipReader(zip, sink, limits).run();
}

Result<ZipContent> unpack_zip(store::BlobReader& zip, const fs::path& folder,
                              const ZipLimits& limits) {
  FolderSink sink(folder);
  return ZipReader(zip, sink, limits).run();
}

}  // namespace tocsin::workers
