// SPDX-License-Identifier: Apache-2.0
// Private to the server: the only header of the room that shows Asio.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "wire/http_server.hpp"
#include "wire/stream.hpp"
#include "wire/tls.hpp"

namespace tocsin::wire {

using Steady = std::chrono::steady_clock;

class Connection;

/// What all loops share; it outlives the server where a reply is still owed.
struct Shared {
  Shared(ServerOptions given, Handler& to)
      : options(std::move(given)), handler(to), disks(options.disk_threads) {}
  const ServerOptions options;
  Handler& handler;
  std::unique_ptr<asio::ssl::context> tls;  // where the server speaks it
  asio::thread_pool disks;  // at most one task of a connection at a time, so its queue is bounded
  std::atomic<bool> stopping = false;
  std::atomic<std::size_t> open = 0;
  std::mutex mutex;
  std::condition_variable closed;
};

struct Counters {
  using Count = std::atomic<std::uint64_t>;
  Count accepted = 0, refused = 0, timeouts = 0, requests = 0, bytes_in = 0, bytes_out = 0;
  std::array<Count, 600> statuses{};
};

inline void count(Counters::Count& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

/// One thread and the connections that it serves. Everything but `counters` and posting is for that
/// thread.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::shared_ptr<Shared> shared);

  void add(Socket socket, std::string peer, bool secure);
  void remove(Connection& connection);
  /// Ends idle connections; the others close behind their reply.
  void end_idle();
  void end_all();
  const std::string& date();

  asio::io_context io{1};
  const std::shared_ptr<Shared> shared;
  Counters counters;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
  std::thread thread;

 private:
  void sweep_later();
  void sweep();

  std::list<std::shared_ptr<Connection>> connections_;
  asio::steady_timer sweeper_{io};
  Timeout sweep_every_;
  bool sweeping_ = false;
  bool ended_ = false;
  std::time_t date_second_ = 0;
  std::string date_;
};

/// One client: reads a request, has it handled, writes the reply, and again.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, Socket socket, std::string peer, bool secure);
  ~Connection();

  void start();
  void refuse_connection();  // 503 at once
  void respond(Reply reply);
  void end_if_idle();
  void close();
  void check(Steady::time_point now);

  std::list<std::shared_ptr<Connection>>::iterator place;

 private:
  enum class State { Handshake, Idle, Head, Body, Sinking, Handling, Writing, Lingering, Closed };

  void advance();
  bool advance_head();
  void advance_body();
  bool plan_body();
  void answer_expect();
  void pour();
  void poured(Result<void> outcome, bool last);
  void handle();
  void fail(int status);
  void read(std::size_t at_most);
  void on_read(const SocketError& error, std::size_t bytes);
  void write_head(const Reply& reply);
  void fetch();
  void send();
  void on_sent(const SocketError& error, std::size_t bytes);
  void reply_done();
  void finish();
  void linger();
  bool too_slow(Steady::time_point now) const;
  std::string_view pending() const {
    return std::string_view(input_).substr(taken_, filled_ - taken_);
  }
  void expect_by(Timeout timeout) { deadline_ = Steady::now() + timeout; }
  const ServerOptions& options() const { return loop_->shared->options; }

  const std::shared_ptr<Loop> loop_;  // before the socket: its context must outlive it
  Stream socket_;
  const std::string peer_;
  State state_ = State::Idle;
  Steady::time_point deadline_ = Steady::time_point::max();
  Steady::time_point body_since_{};
  std::uint64_t body_bytes_ = 0;
  bool reading_ = false;

  std::string input_;  // bytes [taken_, filled_) are not parsed yet
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
  std::optional<RequestParser> parser_;
  BodyPlan plan_;
  std::optional<Error> sink_error_;
  std::string body_;

  bool head_request_ = false;
  bool keep_alive_ = false;
  bool request_read_ = false;  // wholly: nothing of it is left on the socket
  std::string output_;         // the reply's head
  std::size_t head_sent_ = 0;
  std::string content_;  // its body, or the blob's piece that is being sent
  std::size_t content_sent_ = 0;
  std::unique_ptr<store::BlobReader> blob_;
  std::uint64_t blob_offset_ = 0;
  std::uint64_t blob_left_ = 0;
  std::size_t lingered_ = 0;
};

}  // namespace tocsin::wire
