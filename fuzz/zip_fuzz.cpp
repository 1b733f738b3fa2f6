// SPDX-License-Identifier: Apache-2.0
// A function's zip, any bytes: looking into it and unpacking it agree, and nothing is written
// outside of the folder.
#include <cstdint>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "workers/zip_code.hpp"

namespace {

namespace fs = std::filesystem;
using namespace tocsin;
using namespace tocsin::workers;

class Bytes : public store::BlobReader {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    if (offset >= bytes_.size()) return std::string();
    return std::string(bytes_.substr(offset, length));
  }

 private:
  std::string_view bytes_;
};

void check_paths(std::string_view text) {
  const auto path = safe_entry_path(text);
  if (!path) return;
  TOCSIN_ASSERT(!path->empty() && path->front() != '/' && safe_entry_path(*path) == path);
  const auto inside = fs::path("/top/folder") / *path;
  TOCSIN_ASSERT(inside.lexically_normal().string().starts_with("/top/folder/"));
  if (safe_link(*path, text)) {
    const auto leads = (inside.parent_path() / fs::path(text)).lexically_normal();
    TOCSIN_ASSERT((leads.string() + "/").starts_with("/top/folder/"));
  }
}

void unpack(std::string_view zip, const ZipLimits& limits, const Result<ZipContent>& seen) {
  static const auto around =
      fs::temp_directory_path() / ("tocsin-zip-fuzz-" + std::to_string(getpid()));
  const auto folder = around / "folder";
  fs::create_directories(folder);
  Bytes again(zip);
  const auto made = unpack_zip(again, folder, limits);
  if (made) TOCSIN_ASSERT(seen && made->files == seen->files && made->bytes == seen->bytes);
  TOCSIN_ASSERT(std::distance(fs::directory_iterator(around), {}) == 1);
  for (const auto& each : fs::recursive_directory_iterator(folder)) {
    if (!each.is_symlink() || !made) continue;
    const auto leads = each.path().parent_path() / fs::read_symlink(each.path());
    std::error_code nowhere;  // of links in a circle, and of names too long for any file
    const auto physical = fs::weakly_canonical(leads, nowhere).string() + "/";
    if (nowhere) continue;
    TOCSIN_ASSERT(physical.starts_with(fs::canonical(folder).string() + "/"));
  }
  fs::remove_all(around);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  set_log_level(LogLevel::Error);
  check_paths(text);
  const ZipLimits limits{.bytes = 1 << 20, .entries = 64};
  Bytes zip(text);
  const auto seen = inspect_zip(zip, limits);
  if (!seen) TOCSIN_ASSERT(seen.error().status < 500);
  unpack(text, limits, seen);
  return 0;
}
