// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server behind a plain interface: heads, bodies and replies, no sockets.
//
// A few loops, each a thread with its own connections; one request of a connection at a time, so
// that pipelined requests are answered in order. Loops never wait for a disk: sinks and blobs are
// driven by a small pool of threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/blobs.hpp"
#include "wire/http_parser.hpp"

namespace tocsin::wire {

using Timeout = std::chrono::milliseconds;

/// HTTPS beside HTTP, with one certificate.
struct TlsOptions {
  std::vector<std::string> listen;  // as ServerOptions::listen; empty: none
  std::string certificate;          // PEM, with its chain
  std::string key;                  // PEM
};

struct ServerOptions {
  /// "ADDRESS:PORT", "[V6]:PORT" or "unix:/path"; port 0 takes a free one.
  std::vector<std::string> listen = {"127.0.0.1:4566"};
  TlsOptions tls;
  unsigned threads = 0;       // loops; 0: as many as the machine has processors
  unsigned disk_threads = 2;  // drive streamed bodies and blobs
  std::uint32_t header_limit = 16 * 1024;
  std::size_t max_connections = 10'000;  // beyond: 503
  Timeout idle_timeout{75'000};          // between requests
  Timeout header_timeout{10'000};        // of a TLS handshake; from a request's first byte to the
                                         // end of its head
  Timeout body_timeout{30'000};          // without a byte of the body
  std::uint64_t body_rate = 1024;        // bytes a second, on average, once body_timeout has passed
  Timeout write_timeout{60'000};         // without a byte of the reply taken
};

/// Where a streamed body goes. Called by one thread at a time, though not always the same; it may
/// block.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
  /// After the last byte. A sink destroyed without it was abandoned: the client went away.
  virtual Result<void> finish() = 0;
};

struct Reply {
  int status = 200;
  Headers headers;  // Content-Length, Date and Connection are the server's; for HEAD a
                    // Content-Length here is kept
  std::string body;
  /// Instead of `body`: `length` bytes of a blob from `offset`.
  std::unique_ptr<store::BlobReader> blob;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool close = false;  // end the connection afterwards
};

/// What the handler remembers of a head until its body has come.
class Attachment {
 public:
  virtual ~Attachment() = default;
};

struct BodyPlan {
  std::size_t limit = 1024 * 1024;  // of a body kept in memory; beyond: 413
  std::unique_ptr<BodySink> sink;   // or the body is streamed
  std::optional<Reply> refusal;     // or this is the answer, and the connection ends
  std::unique_ptr<Attachment> attachment;
};

struct Request {
  RequestHead head;
  std::string body;
  std::unique_ptr<BodySink> sink;  // finished, or failed with `sink_error`
  std::optional<Error> sink_error;
  std::unique_ptr<Attachment> attachment;
};

/// Takes the reply of one request: once, from any thread, also after the server has stopped.
/// Destroyed unused, it answers 500.
class ReplyFn {
 public:
  using Make = std::move_only_function<Reply()>;
  class Target {
   public:
    virtual ~Target() = default;
    virtual void reply(Make make) = 0;
  };
  explicit ReplyFn(std::unique_ptr<Target> target) : target_(std::move(target)) {}
  ReplyFn(ReplyFn&&) noexcept = default;
  ReplyFn& operator=(ReplyFn&&) = delete;
  ~ReplyFn();
  void operator()(Reply reply);
  /// The reply is made on the connection's own thread; not at all where the client has gone away
  /// meanwhile.
  void operator()(Make make);

 private:
  std::unique_ptr<Target> target_;
};

/// Called on the loops' threads, at once for different connections: it must be thread-safe and must
/// not block.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual BodyPlan on_head(const RequestHead& head) = 0;
  virtual void on_request(Request request, ReplyFn reply) = 0;
};

struct ServerStats {
  std::uint64_t accepted = 0;  // connections ever
  std::uint64_t open = 0;      // connections now
  std::uint64_t refused = 0;   // connections beyond the maximum
  std::uint64_t timeouts = 0;  // connections ended for slowness, idle ones excepted
  std::uint64_t requests = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::map<int, std::uint64_t> statuses;
};

class HttpServer {
 public:
  /// `handler` must outlive the server.
  HttpServer(ServerOptions options, Handler& handler);
  ~HttpServer();  // stop(0)

  /// Binds, then serves. The error names the address and the cause.
  Result<void> start();
  /// Accepts no more, ends idle connections, lets requests under way finish for up to `grace`, ends
  /// the rest, joins.
  void stop(Timeout grace);

  /// The ports bound, in the order of `listen` (0 for a unix socket), then of `tls.listen`.
  const std::vector<std::uint16_t>& ports() const;
  ServerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string_view reason_phrase(int status);

}  // namespace tocsin::wire
