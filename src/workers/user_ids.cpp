// SPDX-License-Identifier: Apache-2.0
#include "workers/user_ids.hpp"

#include <cstddef>
#include <cstring>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace tocsin::workers {
namespace {

constexpr unsigned kMostServers = 200;
constexpr unsigned kRange = 1024;

/// A socket with that abstract name (unix(7)), which only one process can hold; none where another
/// does.
Fd hold(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) != 0)
    return {};
  return socket;
}

}  // namespace

Result<UserIds> UserIds::reserve(unsigned first, std::size_t count) {
  const auto step = std::max(kRange, static_cast<unsigned>(count));
  for (unsigned i = 0; i < kMostServers; ++i) {
    UserIds ids;
    ids.first_ = first + i * step;
    ids.held_ = hold(fmt::format("tocsin/sandbox-users/{}", ids.first_));
    if (ids.held_) return ids;
  }
  return fail(internal_error("The user ids for sandboxes are all held by other servers"));
}

}  // namespace tocsin::workers
