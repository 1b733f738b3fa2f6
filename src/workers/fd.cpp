// SPDX-License-Identifier: Apache-2.0
#include "workers/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>

namespace tocsin::workers {
namespace {

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Io read_available(int fd, std::string& out, std::size_t limit) {
  std::array<char, 65536> buffer;
  while (limit > 0) {
    const auto count = ::read(fd, buffer.data(), std::min(limit, buffer.size()));
    if (count == 0) return Io::Closed;
    if (count < 0) return would_block() ? Io::Open : Io::Closed;
    out.append(buffer.data(), static_cast<std::size_t>(count));
    limit -= static_cast<std::size_t>(count);
  }
  return Io::Open;
}

Io write_available(int fd, std::string& pending) {
  std::size_t written = 0;
  auto state = Io::Open;
  while (written < pending.size()) {
    const auto count =
        ::send(fd, pending.data() + written, pending.size() - written, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      if (!would_block()) state = Io::Closed;
      break;
    }
    written += static_cast<std::size_t>(count);
  }
  pending.erase(0, written);
  return state;
}

Fd accept_one(int listener) {
  return Fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

std::string read_small_file(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string content;
  if (file) read_available(file.get(), content, 1 << 20);
  return content;
}

bool write_small_file(const std::string& path, std::string_view content) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), content.data(), content.size()) ==
                     static_cast<ssize_t>(content.size());
}

}  // namespace tocsin::workers
