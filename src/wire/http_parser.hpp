// SPDX-License-Identifier: Apache-2.0
// One HTTP/1.x request on its way in, parsed piece by piece (RFC 9112, over Boost.Beast's parser).
// Strict where leniency lets requests be smuggled: one framing only, one Host, no unknown codings.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/headers.hpp"

namespace tocsin::wire {

struct RequestHead {
  std::string method;
  std::string path;   // as sent, still percent-encoded; never empty
  std::string query;  // as sent, without the '?'
  int version = 11;   // 10 or 11
  Headers headers;    // in order, names in lower case
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  std::string peer;     // address of the client, without port
  bool secure = false;  // over TLS
};

class RequestParser {
 public:
  explicit RequestParser(std::uint32_t header_limit);
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;
  ~RequestParser();

  /// Takes a prefix of `bytes` and returns its length. It stops behind the head, so that the caller
  /// can decide about the body, and behind the request. What was not taken must be shown again with
  /// more behind it.
  std::size_t feed(std::string_view bytes);

  bool head_done() const;
  bool done() const;
  /// The HTTP status that answers what was wrong (400, 413, 431, 501, 505); 0 while all is well.
  int failure() const;

  RequestHead& head();
  bool keep_alive() const;

  /// A body of more bytes than this fails with 413. Default: no limit.
  void limit_body(std::uint64_t bytes);
  /// What of the body has come since the last take.
  std::size_t body_size() const;
  /// Bytes of the body still to come; 0 where that is not known.
  std::uint64_t body_left() const;
  std::string take_body();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::wire
