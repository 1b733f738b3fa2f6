// SPDX-License-Identifier: Apache-2.0
// One client: a connection that sends a request and waits for its reply, never more than one at a
// time. It opens another connection where the server has closed this one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::bench {

struct HttpAnswer {
  int status = 0;
  std::string error;  // the AWS code where the status says one: "AccessDenied"
};

class Connection {
 public:
  Connection(int poller, std::uint16_t port, void* tag) : poller_(poller), port_(port), tag_(tag) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False where the server does not take it.
  bool send(std::string_view request);
  /// To be called when there is something to read. The answer once it is whole; status 0 where the
  /// server hung up.
  std::optional<HttpAnswer> receive();

 private:
  bool open();
  void close();
  bool write_all(std::string_view bytes);
  std::optional<std::size_t> reply_size() const;
  HttpAnswer take(std::size_t size);

  const int poller_;
  const std::uint16_t port_;
  void* const tag_;
  int fd_ = -1;
  std::string input_;
};

}  // namespace tocsin::bench
