// SPDX-License-Identifier: Apache-2.0
#include "load/connection.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tocsin::bench {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// The value of a header; names are compared without case.
std::string_view header(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (::strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    const auto value = line.find_first_not_of(' ', name.size() + 1);
    return value == std::string_view::npos ? std::string_view() : line.substr(value);
  }
  return {};
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view between(std::string_view text, std::string_view before, char after) {
  const auto at = text.find(before);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + before.size());
  return rest.substr(0, rest.find(after));
}

std::string error_code(std::string_view body) {
  for (const std::string_view before : {"<Code>", "\"__type\":\"", "\"__type\": \""}) {
    const auto found = between(body, before, before.starts_with('<') ? '<' : '"');
    if (!found.empty()) return std::string(found);
  }
  return "unknown";
}

}  // namespace

bool Connection::open() {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return close(), false;
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = tag_}};
  ::epoll_ctl(poller_, EPOLL_CTL_ADD, fd_, &event);
  return true;
}

void Connection::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  input_.clear();
}

bool Connection::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(sent);
  }
  return true;
}

bool Connection::send(std::string_view request) {
  if (fd_ >= 0 && write_all(request)) return true;
  close();
  return open() && write_all(request);
}

std::optional<HttpAnswer> Connection::receive() {
  char piece[16384];
  const auto count = ::recv(fd_, piece, sizeof piece, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return std::nullopt;
  if (count <= 0) return close(), HttpAnswer{};
  input_.append(piece, count);
  const auto size = reply_size();
  if (!size || input_.size() < *size) return std::nullopt;
  return take(*size);
}

/// Head and body; nothing while the head is not whole.
std::optional<std::size_t> Connection::reply_size() const {
  const auto end = input_.find(kHeadEnd);
  if (end == std::string::npos) return std::nullopt;
  return end + kHeadEnd.size() +
         number(header(std::string_view(input_).substr(0, end), "content-length"));
}

HttpAnswer Connection::take(std::size_t size) {
  const auto reply = std::string_view(input_).substr(0, size);
  const auto head = reply.substr(0, reply.find(kHeadEnd));
  HttpAnswer answer{.status = static_cast<int>(number(head.substr(head.find(' ') + 1)))};
  if (answer.status >= 300) answer.error = error_code(reply.substr(head.size()));
  const bool ends = head.starts_with("HTTP/1.0") || header(head, "connection") == "close";
  input_.erase(0, size);
  if (ends) close();
  return answer;
}

}  // namespace tocsin::bench
