// SPDX-License-Identifier: Apache-2.0
// A client's socket, plain or with TLS over it. Private to the server.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>

namespace tocsin::wire {

namespace asio = boost::asio;
using SocketError = boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;

class Stream {
 public:
  /// `tls`: null for a plain one; must outlive the stream.
  Stream(Socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
    if (tls) tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, *tls);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool secure() const { return tls_ != nullptr; }

  /// Of a secure stream, before anything else.
  template <class Done>
  void async_handshake(Done done) {
    tls_->async_handshake(asio::ssl::stream_base::server, std::move(done));
  }

  template <class Done>
  void async_read_some(asio::mutable_buffer buffer, Done done) {
    tls_ ? tls_->async_read_some(buffer, std::move(done))
         : socket_.async_read_some(buffer, std::move(done));
  }

  template <class Buffers, class Done>
  void async_write_some(const Buffers& buffers, Done done) {
    tls_ ? tls_->async_write_some(buffers, std::move(done))
         : socket_.async_write_some(buffers, std::move(done));
  }

  template <class Done>
  void async_write(asio::const_buffer buffer, Done done) {
    tls_ ? asio::async_write(*tls_, buffer, std::move(done))
         : asio::async_write(socket_, buffer, std::move(done));
  }

  /// Of a secure stream: says that nothing more comes, and waits for the client's word.
  template <class Done>
  void async_shutdown(Done done) {
    tls_->async_shutdown(std::move(done));
  }

  void shutdown_send() {
    SocketError ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

  void close() {
    SocketError ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  Socket socket_;
  std::unique_ptr<asio::ssl::stream<Socket&>> tls_;
};

}  // namespace tocsin::wire
