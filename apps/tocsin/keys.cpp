// SPDX-License-Identifier: Apache-2.0
#include "keys.hpp"

#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.hpp"

namespace tocsin::app {

Result<void> write_private(const std::filesystem::path& file, const std::string& text) {
  const auto made = file.string() + ".new";
  const int handle = ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      handle >= 0 &&
      ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(handle) == 0;
  const auto cause = errno;
  if (handle >= 0) ::close(handle);
  if (!written || ::rename(made.c_str(), file.c_str()) != 0) {
    return fail(
        internal_error(fmt::format("cannot write {}: {}", file.string(), std::strerror(cause))));
  }
  return {};
}

Result<std::string> master_key(const std::filesystem::path& folder) {
  const auto file = folder / "master.key";
  if (!std::filesystem::exists(file)) TRY(write_private(file, random_bytes(32)));
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  if (bytes.str().size() != 32)
    return fail(internal_error(file.string() + " is not a master key of 32 bytes"));
  return bytes.str();
}

}  // namespace tocsin::app
