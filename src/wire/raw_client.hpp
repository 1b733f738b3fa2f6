// SPDX-License-Identifier: Apache-2.0
// For tests: a client that sends what no library would.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace tocsin::wire {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  explicit RawClient(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  ~RawClient() { ::close(fd_); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(sent);
    }
    return true;
  }

  /// One reply: head and, as Content-Length says, body.
  std::string receive(bool bodiless = false) {
    while (true) {
      const auto end = buffer_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const auto at = buffer_.find("Content-Length: ");
        const auto length = bodiless || at > end ? 0 : std::stoul(buffer_.substr(at + 16));
        const auto size = end + 4 + length;
        if (buffer_.size() >= size) {
          auto reply = buffer_.substr(0, size);
          buffer_.erase(0, size);
          return reply;
        }
      }
      if (!more()) return std::exchange(buffer_, {});
    }
  }

  std::string receive_all() {
    while (more()) {
    }
    return std::exchange(buffer_, {});
  }

 private:
  void connect(const sockaddr* address, socklen_t size) {
    timeval patience{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(fd_, address, size), 0);
    const int on = 1;
    if (address->sa_family == AF_INET) ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  bool more() {
    char piece[65536];
    const auto count = ::recv(fd_, piece, sizeof piece, 0);
    if (count > 0) buffer_.append(piece, count);
    return count > 0;
  }

  int fd_;
  std::string buffer_;
};

}  // namespace tocsin::wire
