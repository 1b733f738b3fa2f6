// SPDX-License-Identifier: Apache-2.0
#include "wire/http_connection.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>

#include "base/glob.hpp"
#include "base/log.hpp"

namespace tocsin::wire {
namespace {

constexpr std::size_t kFirstRead = 4 * 1024;
constexpr std::size_t kBodyRead = 64 * 1024;
constexpr std::size_t kKept = 16 * 1024;      // of a buffer, between requests
constexpr std::size_t kPiece = 256 * 1024;    // of a streamed body or blob
constexpr std::size_t kUnparsed = 64 * 1024;  // a chunk's header or trailers
constexpr std::size_t kLingerBytes =
    1024 * 1024;  // read and dropped so that the reply is not lost to a reset
constexpr Timeout kLinger{2'000};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Reply plain_reply(int status) {
  Reply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "text/plain"}};
  reply.body = std::string(reason_phrase(status)) + "\n";
  reply.close = true;
  return reply;
}

Reply made(ReplyFn::Make& make) {
  try {
    return make();
  } catch (const std::exception& error) {
    log_error("a reply could not be made", {{"cause", error.what()}});
    return plain_reply(500);
  }
}

/// Carries a reply home to its connection, if both still live.
class Home final : public ReplyFn::Target {
 public:
  Home(std::shared_ptr<Loop> loop, std::weak_ptr<Connection> connection)
      : loop_(std::move(loop)), connection_(std::move(connection)) {}

  void reply(ReplyFn::Make make) override {
    auto arrive = [connection = connection_, make = std::move(make)]() mutable {
      if (const auto open = connection.lock()) open->respond(made(make));
    };
    if (loop_->io.get_executor().running_in_this_thread()) {
      arrive();
    } else {
      asio::post(loop_->io, std::move(arrive));
    }
  }

 private:
  const std::shared_ptr<Loop> loop_;
  const std::weak_ptr<Connection> connection_;
};

bool bodiless_status(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

/// A value must not begin a line of its own.
void append_value(std::string& out, std::string_view value) {
  for (const char c : value)
    out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

}  // namespace

ReplyFn::~ReplyFn() {
  if (target_) (*this)(plain_reply(500));
}

void ReplyFn::operator()(Reply reply) {
  (*this)([reply = std::move(reply)]() mutable { return std::move(reply); });
}

void ReplyFn::operator()(Make make) {
  if (const auto target = std::exchange(target_, nullptr)) target->reply(std::move(make));
}

Connection::Connection(Loop& loop, Socket socket, std::string peer, bool secure)
    : loop_(loop.shared_from_this()),
      socket_(std::move(socket), secure ? loop.shared->tls.get() : nullptr),
      peer_(std::move(peer)) {
  ++loop_->shared->open;
}

Connection::~Connection() {
  auto& shared = *loop_->shared;
  if (--shared.open == 0 && shared.stopping) {
    const std::lock_guard lock(shared.mutex);
    shared.closed.notify_all();
  }
}

void Connection::start() {
  expect_by(options().header_timeout);
  if (!socket_.secure()) return read(kFirstRead);
  state_ = State::Handshake;
  socket_.async_handshake([self = shared_from_this()](const SocketError& error) {
    if (self->state_ == State::Closed) return;
    if (error) return self->close();
    self->state_ = State::Idle;
    self->expect_by(self->options().header_timeout);
    self->read(kFirstRead);
  });
}

void Connection::refuse_connection() {
  count(loop_->counters.refused);
  if (socket_.secure()) return close();  // a handshake is more than the refusal is worth
  respond(plain_reply(503));
}

// ---- a request on its way in

void Connection::read(std::size_t at_most) {
  if (taken_ == filled_) taken_ = filled_ = 0;
  if (taken_ > 0 && input_.size() - filled_ < at_most) {
    input_.erase(0, taken_);
    filled_ -= std::exchange(taken_, 0);
  }
  if (input_.size() < filled_ + at_most) input_.resize(filled_ + at_most);
  reading_ = true;
  socket_.async_read_some(asio::buffer(input_.data() + filled_, at_most),
                          [self = shared_from_this()](const SocketError& error, std::size_t bytes) {
                            self->on_read(error, bytes);
                          });
}

void Connection::on_read(const SocketError& error, std::size_t bytes) {
  reading_ = false;
  if (state_ == State::Closed) return;
  if (state_ == State::Lingering) {
    lingered_ += bytes;
    return error || lingered_ > kLingerBytes ? close() : read(kFirstRead);
  }
  if (state_ == State::Writing) return;  // a timeout's reply is under way
  if (error) return close();
  count(loop_->counters.bytes_in, bytes);
  filled_ += bytes;
  if (state_ == State::Body) expect_by(options().body_timeout);
  advance();
}

/// Goes on with whatever has been read.
void Connection::advance() {
  if (state_ == State::Idle) {
    while (taken_ < filled_ && (input_[taken_] == '\r' || input_[taken_] == '\n'))
      ++taken_;
    if (taken_ == filled_) return read(kFirstRead);
    state_ = State::Head;
    head_request_ = false;
    parser_.emplace(options().header_limit);
    expect_by(options().header_timeout);
  }
  if (state_ == State::Head && !advance_head()) return;
  if (state_ == State::Body) advance_body();
}

/// Whether the body is next.
bool Connection::advance_head() {
  taken_ += parser_->feed(pending());
  if (parser_->failure()) return fail(parser_->failure()), false;
  if (!parser_->head_done()) return read(kFirstRead), false;
  auto& head = parser_->head();
  head.peer = peer_;
  head.secure = socket_.secure();
  head_request_ = head.method == "HEAD";
  keep_alive_ = parser_->keep_alive();
  request_read_ = parser_->done();
  count(loop_->counters.requests);
  return plan_body();
}

bool Connection::plan_body() {
  const auto& head = parser_->head();
  try {
    plan_ = loop_->shared->handler.on_head(head);
  } catch (const std::exception& error) {
    log_error("a request's head could not be handled", {{"cause", error.what()}});
    return fail(500), false;
  }
  state_ = State::Handling;
  if (plan_.refusal) {
    plan_.refusal->close |= !request_read_;
    return respond(*std::exchange(plan_.refusal, std::nullopt)), false;
  }
  if (!plan_.sink) {
    if (head.content_length.value_or(0) > plan_.limit) return fail(413), false;
    parser_->limit_body(plan_.limit);
  }
  state_ = State::Body;
  sink_error_.reset();
  body_since_ = Steady::now();
  body_bytes_ = 0;
  expect_by(options().body_timeout);
  const auto expect = header(head.headers, "expect");
  if (expect.empty() || head.version == 10) return true;
  if (!equals_ignore_case(expect, "100-continue")) return fail(417), false;
  if (request_read_ || !pending().empty()) return true;
  return answer_expect(), false;
}

void Connection::answer_expect() {
  socket_.async_write(asio::buffer(kContinue),
                      [self = shared_from_this()](const SocketError& error, std::size_t bytes) {
                        count(self->loop_->counters.bytes_out, bytes);
                        if (self->state_ != State::Body) return;
                        error ? self->close() : self->read(kBodyRead);
                      });
}

void Connection::advance_body() {
  if (!parser_->done()) {
    const auto fed = parser_->feed(pending());
    taken_ += fed;
    body_bytes_ += fed;
  }
  request_read_ = parser_->done();
  if (parser_->failure()) return fail(parser_->failure());
  if (plan_.sink && (request_read_ || parser_->body_size() >= kPiece)) return pour();
  if (request_read_) return handle();
  if (pending().size() > kUnparsed) return fail(431);
  const auto left = parser_->body_left();
  read(left ? std::min<std::uint64_t>(left, kBodyRead) : kBodyRead);
}

/// Gives the sink what has come. Nothing is read meanwhile: that is the back-pressure.
void Connection::pour() {
  state_ = State::Sinking;
  deadline_ = Steady::time_point::max();
  auto work = [self = shared_from_this(), piece = parser_->take_body(), last = request_read_,
               since = Steady::now()] {
    auto& sink = *self->plan_.sink;
    Result<void> outcome;
    if (!piece.empty()) outcome = sink.write(piece);
    if (outcome && last) outcome = sink.finish();
    asio::post(self->loop_->io, [self, last, since, outcome = std::move(outcome)]() mutable {
      self->body_since_ += Steady::now() - since;
      self->poured(std::move(outcome), last);
    });
  };
  asio::post(loop_->shared->disks, std::move(work));
}

void Connection::poured(Result<void> outcome, bool last) {
  if (state_ == State::Closed) return;
  if (!outcome) sink_error_ = outcome.error();
  if (!outcome || last) return handle();
  state_ = State::Body;
  expect_by(options().body_timeout);
  advance_body();
}

void Connection::handle() {
  state_ = State::Handling;
  deadline_ = Steady::time_point::max();
  Request request{std::move(parser_->head()), parser_->take_body(), std::move(plan_.sink),
                  std::move(sink_error_), std::move(plan_.attachment)};
  ReplyFn reply(std::make_unique<Home>(loop_, weak_from_this()));
  try {
    loop_->shared->handler.on_request(std::move(request), std::move(reply));
  } catch (const std::exception& error) {
    log_error("a request could not be handled", {{"cause", error.what()}});
  }
}

/// A request that cannot be read any further.
void Connection::fail(int status) {
  request_read_ = false;
  respond(plain_reply(status));
}

// ---- a reply on its way out

void Connection::respond(Reply reply) {
  if (state_ == State::Closed) return;
  state_ = State::Writing;
  keep_alive_ = keep_alive_ && request_read_ && !reply.close && !loop_->shared->stopping;
  if (reply.status < 100 || reply.status > 599) reply.status = 500;
  count(loop_->counters.statuses[reply.status]);
  write_head(reply);
  const bool bodiless = head_request_ || bodiless_status(reply.status);
  content_ = bodiless || reply.blob ? std::string() : std::move(reply.body);
  content_sent_ = 0;
  blob_ = bodiless ? nullptr : std::move(reply.blob);
  blob_offset_ = reply.offset;
  blob_left_ = blob_ ? reply.length : 0;
  expect_by(options().write_timeout);
  blob_left_ > 0 ? fetch() : send();
}

void Connection::write_head(const Reply& reply) {
  output_.clear();
  head_sent_ = 0;
  output_ += "HTTP/1.1 ";
  output_ += std::to_string(reply.status);
  output_ += ' ';
  output_ += reason_phrase(reply.status);
  output_ += "\r\n";
  bool sized = bodiless_status(reply.status);
  for (const auto& [name, value] : reply.headers) {
    if (equals_ignore_case(name, "content-length")) {
      if (!head_request_ || sized) continue;
      sized = true;
    }
    append_value(output_, name);
    output_ += ": ";
    append_value(output_, value);
    output_ += "\r\n";
  }
  if (!sized) {
    output_ += "Content-Length: ";
    output_ += std::to_string(reply.blob ? reply.length : reply.body.size());
    output_ += "\r\n";
  }
  output_ += "Date: ";
  output_ += loop_->date();
  output_ += keep_alive_ ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
}

/// Brings the next piece of the blob.
void Connection::fetch() {
  deadline_ = Steady::time_point::max();
  auto work = [self = shared_from_this(), want = std::min<std::uint64_t>(blob_left_, kPiece)] {
    auto piece = self->blob_->read(self->blob_offset_, want);
    asio::post(self->loop_->io, [self, piece = std::move(piece)]() mutable {
      if (self->state_ == State::Closed) return;
      if (!piece || piece->empty()) {
        log_error("a blob could not be sent",
                  {{"cause", piece ? "it is too short" : piece.error().message}});
        return self->close();
      }
      self->blob_offset_ += piece->size();
      self->blob_left_ -= std::min<std::uint64_t>(self->blob_left_, piece->size());
      self->content_ = std::move(*piece);
      self->content_sent_ = 0;
      self->expect_by(self->options().write_timeout);
      self->send();
    });
  };
  asio::post(loop_->shared->disks, std::move(work));
}

void Connection::send() {
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(output_) + head_sent_,
                                                     asio::buffer(content_) + content_sent_};
  socket_.async_write_some(
      buffers, [self = shared_from_this()](const SocketError& error, std::size_t bytes) {
        self->on_sent(error, bytes);
      });
}

void Connection::on_sent(const SocketError& error, std::size_t bytes) {
  if (state_ == State::Closed) return;
  if (error) return close();
  count(loop_->counters.bytes_out, bytes);
  const auto of_head = std::min(bytes, output_.size() - head_sent_);
  head_sent_ += of_head;
  content_sent_ += bytes - of_head;
  if (head_sent_ < output_.size() || content_sent_ < content_.size()) {
    expect_by(options().write_timeout);
    return send();
  }
  blob_left_ > 0 ? fetch() : reply_done();
}

void Connection::reply_done() {
  blob_.reset();
  if (content_.capacity() > kKept) content_ = {};
  if (!keep_alive_) return request_read_ ? finish() : linger();
  plan_ = {};
  state_ = State::Idle;
  if (pending().empty() && input_.size() > kKept) {
    input_ = {};
    taken_ = filled_ = 0;
  }
  if (loop_->shared->stopping && pending().empty()) return close();
  expect_by(options().idle_timeout);
  advance();
}

/// Closes. With TLS only after saying so: else what was sent might have been cut off.
void Connection::finish() {
  if (!socket_.secure()) return close();
  state_ = State::Lingering;
  expect_by(kLinger);
  socket_.async_shutdown([self = shared_from_this()](const SocketError&) { self->close(); });
}

/// Ends our side and waits a little for the client to have read why.
void Connection::linger() {
  state_ = State::Lingering;
  expect_by(kLinger);
  socket_.shutdown_send();
  if (!reading_) {
    taken_ = filled_ = 0;
    read(kFirstRead);
  }
}

// ---- its end

void Connection::end_if_idle() {
  if (state_ == State::Idle && pending().empty()) close();
}

void Connection::close() {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  socket_.close();
  loop_->remove(*this);
}

bool Connection::too_slow(Steady::time_point now) const {
  if (now > deadline_) return true;
  if (state_ != State::Body) return false;
  const auto taken = std::chrono::duration_cast<Timeout>(now - body_since_);
  return taken > options().body_timeout &&
         body_bytes_ < options().body_rate * static_cast<std::uint64_t>(taken.count()) / 1000;
}

void Connection::check(Steady::time_point now) {
  if (!too_slow(now)) return;
  if (state_ == State::Idle || state_ == State::Lingering) return close();
  count(loop_->counters.timeouts);
  state_ == State::Writing || state_ == State::Handshake ? close() : fail(408);
}

}  // namespace tocsin::wire
