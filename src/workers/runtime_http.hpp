// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 as the Runtime API of a sandbox needs it (RFC 9112): requests with a Content-Length or
// chunked, kept connections. The peer is untrusted code: every size is bounded.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::workers {

/// 6 MB and a little: what Lambda takes as a response.
constexpr std::size_t kMaxResponseBytes = 6'291'556;

struct HttpRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool too_large = false;  // the body was longer than kMaxResponseBytes, and was dropped
};

/// Puts requests together from pieces.
class HttpRequestParser {
 public:
  /// Takes what has come in. False: this is not HTTP; close the connection.
  bool feed(std::string_view bytes);
  /// The next complete request.
  std::optional<HttpRequest> next();
  /// True once for each request that waits for "100 Continue".
  bool wants_continue() { return std::exchange(wants_continue_, false); }

 private:
  enum class Stage { Head, Body, ChunkSize, ChunkData, ChunkEnd, Trailer, Complete };

  bool advance();
  bool read_head();
  bool parse_head(std::string_view head);
  bool begin_body();
  bool read_body();
  bool read_chunk_size();
  void take_body(std::size_t count);
  std::optional<std::string> take_line();

  std::string buffer_;
  Stage stage_ = Stage::Head;
  HttpRequest request_;
  std::size_t left_ = 0;
  bool progress_ = false;
  bool wants_continue_ = false;
};

/// A whole response.
std::string http_response(int status, const std::map<std::string, std::string>& headers,
                          std::string_view body);

}  // namespace tocsin::workers
