// SPDX-License-Identifier: Apache-2.0
// The way from a sandbox to the server's API: connections to 127.0.0.1:4566 inside, carried byte by
// byte to where the server listens. Nothing else can be reached.
#pragma once

#include <list>
#include <string>
#include <sys/socket.h>

#include "base/result.hpp"
#include "workers/fd.hpp"

namespace tocsin::workers {

/// A socket address: "127.0.0.1:4566", "[::1]:4566" or "/path/of/a/unix/socket".
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  static Result<Address> parse(const std::string& text);
};

/// One thread. The number of connections and the bytes in flight are bounded.
class Relay {
 public:
  Relay(Fd listener, const Address& server) : listener_(std::move(listener)), server_(server) {}

  void add_to(PollSet& polls) const;
  void serve(const PollSet& polls);

 private:
  /// One direction: read from one end, written to the other. Closed after the last byte.
  struct Pipe {
    std::string bytes;
    bool ended = false;   // nothing more to read
    bool closed = false;  // and the other end knows
  };
  struct Pair {
    Fd inside;
    Fd server;
    bool connected = false;
    Pipe out;
    Pipe back;
  };

  void accept();
  static bool serve_pair(Pair& pair, const PollSet& polls);
  static bool fill(int from, short ready, Pipe& pipe);
  static bool drain(int to, Pipe& pipe);

  Fd listener_;
  Address server_;
  std::list<Pair> pairs_;
};

}  // namespace tocsin::workers
