// SPDX-License-Identifier: Apache-2.0
#include "workers/relay.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

namespace tocsin::workers {
namespace {

constexpr std::size_t kMaxPairs = 64;
constexpr std::size_t kBuffer = 64 << 10;

Failure bad_address(const std::string& text) {
  return fail("ValidationException",
              fmt::format("\"{}\" is neither HOST:PORT with a numeric host nor a path", text));
}

Result<Address> unix_address(const std::string& text) {
  Address address;
  auto* unix_name = reinterpret_cast<sockaddr_un*>(&address.storage);
  if (text.size() >= sizeof unix_name->sun_path) return bad_address(text);
  unix_name->sun_family = AF_UNIX;
  std::memcpy(unix_name->sun_path, text.c_str(), text.size() + 1);
  address.length = sizeof *unix_name;
  return address;
}

}  // namespace

Result<Address> Address::parse(const std::string& text) {
  if (text.starts_with('/')) return unix_address(text);
  const auto colon = text.rfind(':');
  if (colon == text.npos) return bad_address(text);
  auto host = text.substr(0, colon);
  std::uint16_t port = 0;
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
  if (error != std::errc() || end != last) return bad_address(text);
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.length = sizeof *v4;
  } else if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.length = sizeof *v6;
  } else {
    return bad_address(text);
  }
  return address;
}

void Relay::add_to(PollSet& polls) const {
  if (pairs_.size() < kMaxPairs) polls.add(listener_.get(), POLLIN);
  for (const auto& pair : pairs_) {
    const auto events = [](const Pipe& in, const Pipe& out) {
      return static_cast<short>((!in.ended && in.bytes.size() < kBuffer ? POLLIN : 0) |
                                (out.bytes.empty() ? 0 : POLLOUT));
    };
    const auto inside = events(pair.out, pair.back);
    const auto server = pair.connected ? events(pair.back, pair.out) : short{POLLOUT};
    // An end from which nothing is wanted would report its hang-up again and again.
    if (inside) polls.add(pair.inside.get(), inside);
    if (server) polls.add(pair.server.get(), server);
  }
}

void Relay::serve(const PollSet& polls) {
  for (auto it = pairs_.begin(); it != pairs_.end();) {
    it = serve_pair(*it, polls) ? std::next(it) : pairs_.erase(it);
  }
  if (polls.ready(listener_.get()) & POLLIN) accept();
}

void Relay::accept() {
  auto inside = accept_one(listener_.get());
  if (!inside) return;
  Fd server(::socket(server_.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!server) return;
  const int on = 1;
  ::setsockopt(server.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(inside.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* name = reinterpret_cast<const sockaddr*>(&server_.storage);
  const bool connected = ::connect(server.get(), name, server_.length) == 0;
  if (!connected && errno != EINPROGRESS && errno != EAGAIN) return;
  pairs_.push_back({std::move(inside), std::move(server), connected, {}, {}});
}

/// False: the pair is at its end.
bool Relay::serve_pair(Pair& pair, const PollSet& polls) {
  const auto inside = polls.ready(pair.inside.get());
  const auto server = polls.ready(pair.server.get());
  if (!pair.connected && server) {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(pair.server.get(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return false;
    pair.connected = true;
  }
  if (!fill(pair.inside.get(), inside, pair.out)) return false;
  if (!pair.connected) return true;
  if (!fill(pair.server.get(), server, pair.back)) return false;
  if (!drain(pair.server.get(), pair.out) || !drain(pair.inside.get(), pair.back)) return false;
  return !(pair.out.closed && pair.back.closed);
}

bool Relay::fill(int from, short ready, Pipe& pipe) {
  if (ready & POLLERR) return false;
  if (pipe.ended || !(ready & (POLLIN | POLLHUP)) || pipe.bytes.size() >= kBuffer) return true;
  if (read_available(from, pipe.bytes, kBuffer - pipe.bytes.size()) == Io::Closed) {
    pipe.ended = true;
  }
  return true;
}

bool Relay::drain(int to, Pipe& pipe) {
  if (!pipe.bytes.empty() && write_available(to, pipe.bytes) == Io::Closed) return false;
  if (pipe.ended && pipe.bytes.empty() && !std::exchange(pipe.closed, true)) {
    ::shutdown(to, SHUT_WR);
  }
  return true;
}

}  // namespace tocsin::workers
