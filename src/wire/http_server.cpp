// SPDX-License-Identifier: Apache-2.0
#include "wire/http_server.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/time.hpp"
#include "wire/http_connection.hpp"

namespace tocsin::wire {
namespace {

using asio::ip::tcp;
using Local = asio::local::stream_protocol;

constexpr Timeout kAcceptPause{50};  // after an error such as "too many open files"
constexpr std::size_t kRefusing =
    64;  // connections beyond the maximum that are told so; others are dropped
constexpr int kBacklog = 4096;

struct Address {
  std::string unix_path;  // or:
  tcp::endpoint endpoint;
};

Failure bad_address(std::string_view text, std::string_view cause) {
  return fail("InvalidConfiguration",
              "cannot listen on " + std::string(text) + ": " + std::string(cause), 500);
}

Result<Address> parse_address(std::string_view text) {
  if (text.starts_with("unix:")) return Address{std::string(text.substr(5)), {}};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text, "expected ADDRESS:PORT");
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (wrong != std::errc() || end != digits.data() + digits.size() || port > 65535) {
    return bad_address(text, "the port is no number from 0 to 65535");
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  SocketError error;
  const auto address = asio::ip::make_address(std::string(host), error);
  if (error) return bad_address(text, "the host must be a numeric address or localhost");
  return Address{{}, tcp::endpoint(address, static_cast<std::uint16_t>(port))};
}

std::string peer_of(const tcp::socket& socket) {
  SocketError error;
  const auto endpoint = socket.remote_endpoint(error);
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return error ? std::string() : address.to_string();
}
std::string peer_of(const Local::socket&) {
  return "127.0.0.1";
}

void prepare(tcp::socket& socket) {
  SocketError ignored;
  socket.set_option(tcp::no_delay(true), ignored);
}
void prepare(Local::socket&) {}

void remove_stale_socket(const Local::endpoint& endpoint) {
  struct stat found;
  const auto path = endpoint.path();
  if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) ::unlink(path.c_str());
}
void remove_stale_socket(const tcp::endpoint&) {}

}  // namespace

// ---- loops

Loop::Loop(std::shared_ptr<Shared> given) : shared(std::move(given)), guard(io.get_executor()) {
  const auto& options = shared->options;
  const auto shortest = std::min(
      {options.idle_timeout, options.header_timeout, options.body_timeout, options.write_timeout});
  sweep_every_ = std::clamp(shortest / 4, Timeout{10}, Timeout{1000});
}

void Loop::add(Socket socket, std::string peer, bool secure) {
  if (ended_) return;
  count(counters.accepted);
  const auto connection =
      std::make_shared<Connection>(*this, std::move(socket), std::move(peer), secure);
  connection->place = connections_.insert(connections_.end(), connection);
  if (!sweeping_) sweep_later();
  const bool crowded = shared->open > shared->options.max_connections;
  crowded ? connection->refuse_connection() : connection->start();
}

void Loop::remove(Connection& connection) {
  connections_.erase(connection.place);
}

void Loop::end_idle() {
  const auto all = connections_;
  for (const auto& connection : all)
    connection->end_if_idle();
}

void Loop::end_all() {
  ended_ = true;
  const auto all = connections_;
  for (const auto& connection : all)
    connection->close();
  sweeper_.cancel();
}

void Loop::sweep_later() {
  sweeping_ = true;
  sweeper_.expires_after(sweep_every_);
  sweeper_.async_wait([self = shared_from_this()](const SocketError& error) {
    self->sweeping_ = false;
    if (!error) self->sweep();
  });
}

/// One timer for all connections: arming one for every read and write costs more than the reads.
void Loop::sweep() {
  const auto now = Steady::now();
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto connection = *next++;
    connection->check(now);
  }
  if (!connections_.empty()) sweep_later();
}

const std::string& Loop::date() {
  const auto now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    date_ = http_date(from_ms(static_cast<std::int64_t>(now) * 1000));
  }
  return date_;
}

// ---- the server

struct HttpServer::Impl {
  Impl(ServerOptions options, Handler& handler)
      : shared(std::make_shared<Shared>(std::move(options), handler)) {}

  template <class Protocol>
  struct Gate {
    typename Protocol::acceptor acceptor;
    asio::steady_timer pause;
    bool secure;
  };
  using TcpGate = Gate<tcp>;
  using LocalGate = Gate<Local>;

  Result<void> listen(const std::string& text, bool secure);
  Result<void> listen();
  template <class Protocol>
  Result<void> open(const std::string& text, const typename Protocol::endpoint& endpoint,
                    bool secure);
  template <class Protocol>
  void accept(Gate<Protocol>& gate);
  void close_gates();
  Loop& next_loop() { return *loops[turn++ % loops.size()]; }

  template <class Protocol>
  std::list<Gate<Protocol>>& gates() {
    if constexpr (std::is_same_v<Protocol, tcp>) {
      return tcp_gates;
    } else {
      return local_gates;
    }
  }

  std::shared_ptr<Shared> shared;
  std::vector<std::shared_ptr<Loop>> loops;
  std::list<TcpGate> tcp_gates;  // served by the first loop
  std::list<LocalGate> local_gates;
  std::vector<std::string> unix_paths;
  std::vector<std::uint16_t> ports;
  std::size_t turn = 0;
  bool running = false;
};

Result<void> HttpServer::Impl::listen() {
  const auto& options = shared->options;
  if (!options.tls.listen.empty()) {
    shared->tls = TRY(server_context(options.tls.certificate, options.tls.key));
  }
  for (const auto& address : options.listen)
    TRY(listen(address, false));
  for (const auto& address : options.tls.listen)
    TRY(listen(address, true));
  return {};
}

Result<void> HttpServer::Impl::listen(const std::string& text, bool secure) {
  const auto address = TRY(parse_address(text));
  if (address.unix_path.empty()) {
    TRY(open<tcp>(text, address.endpoint, secure));
    ports.push_back(tcp_gates.back().acceptor.local_endpoint().port());
    return {};
  }
  if (address.unix_path.size() > 100) return bad_address(text, "the path is too long for a socket");
  TRY(open<Local>(text, Local::endpoint(address.unix_path), secure));
  unix_paths.push_back(address.unix_path);
  ports.push_back(0);
  return {};
}

template <class Protocol>
Result<void> HttpServer::Impl::open(const std::string& text,
                                    const typename Protocol::endpoint& endpoint, bool secure) {
  auto& io = loops.front()->io;
  auto& gate = gates<Protocol>().emplace_back(typename Protocol::acceptor(io),
                                              asio::steady_timer(io), secure);
  SocketError error;
  gate.acceptor.open(endpoint.protocol(), error);
  if (!error) gate.acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) remove_stale_socket(endpoint);
  if (!error) gate.acceptor.bind(endpoint, error);
  if (!error) gate.acceptor.listen(kBacklog, error);
  if (error) return bad_address(text, error.message());
  return {};
}

/// Clients go to the loops in turn.
template <class Protocol>
void HttpServer::Impl::accept(Gate<Protocol>& gate) {
  auto& loop = next_loop();
  gate.acceptor.async_accept(
      loop.io, [this, &gate, &loop](const SocketError& error, typename Protocol::socket socket) {
        if (!gate.acceptor.is_open()) return;
        if (error && error != asio::error::connection_aborted) {
          log_warning("a connection could not be accepted", {{"cause", error.message()}});
          gate.pause.expires_after(kAcceptPause);
          return gate.pause.async_wait([this, &gate](const SocketError& stopped) {
            if (!stopped && gate.acceptor.is_open()) accept(gate);
          });
        }
        if (!error && shared->open < shared->options.max_connections + kRefusing) {
          prepare(socket);
          auto peer = peer_of(socket);
          asio::post(loop.io, [&loop, client = Socket(std::move(socket)), peer = std::move(peer),
                               secure = gate.secure]() mutable {
            loop.add(std::move(client), std::move(peer), secure);
          });
        }
        accept(gate);
      });
}

void HttpServer::Impl::close_gates() {
  const auto close = [](auto& gate) {
    SocketError ignored;
    gate.acceptor.close(ignored);
    gate.pause.cancel();
  };
  std::ranges::for_each(tcp_gates, close);
  std::ranges::for_each(local_gates, close);
  for (const auto& path : unix_paths)
    ::unlink(path.c_str());
}

HttpServer::HttpServer(ServerOptions options, Handler& handler)
    : impl_(std::make_unique<Impl>(std::move(options), handler)) {}

HttpServer::~HttpServer() {
  stop(Timeout{0});
}

Result<void> HttpServer::start() {
  auto& self = *impl_;
  const auto& options = self.shared->options;
  const auto threads =
      options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i)
    self.loops.push_back(std::make_shared<Loop>(self.shared));
  TRY(self.listen());
  for (auto& gate : self.tcp_gates)
    self.accept(gate);
  for (auto& gate : self.local_gates)
    self.accept(gate);
  for (const auto& loop : self.loops)
    loop->thread = std::thread([loop] { loop->io.run(); });
  self.running = true;
  return {};
}

void HttpServer::stop(Timeout grace) {
  auto& self = *impl_;
  if (!std::exchange(self.running, false)) return;
  auto& shared = *self.shared;
  shared.stopping = true;
  asio::post(self.loops.front()->io, [&self] { self.close_gates(); });
  for (const auto& loop : self.loops)
    asio::post(loop->io, [loop] { loop->end_idle(); });
  {
    std::unique_lock lock(shared.mutex);
    shared.closed.wait_for(lock, grace, [&] { return shared.open == 0; });
  }
  for (const auto& loop : self.loops)
    asio::post(loop->io, [loop] { loop->end_all(); });
  shared.disks.join();
  for (const auto& loop : self.loops) {
    asio::post(loop->io, [loop] { loop->guard.reset(); });
    loop->thread.join();
  }
}

const std::vector<std::uint16_t>& HttpServer::ports() const {
  return impl_->ports;
}

ServerStats HttpServer::stats() const {
  ServerStats sum;
  sum.open = impl_->shared->open;
  for (const auto& loop : impl_->loops) {
    const auto& counters = loop->counters;
    sum.accepted += counters.accepted;
    sum.refused += counters.refused;
    sum.timeouts += counters.timeouts;
    sum.requests += counters.requests;
    sum.bytes_in += counters.bytes_in;
    sum.bytes_out += counters.bytes_out;
    for (int status = 100; status < 600; ++status) {
      if (const std::uint64_t times = counters.statuses[status]) sum.statuses[status] += times;
    }
  }
  return sum;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

}  // namespace tocsin::wire
