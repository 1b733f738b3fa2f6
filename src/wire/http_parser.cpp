// SPDX-License-Identifier: Apache-2.0
#include "wire/http_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

namespace http = boost::beast::http;
using Code = boost::beast::error_code;
using Text = boost::beast::string_view;

constexpr std::uint64_t kNoLimit = UINT64_MAX;
// At least "0\r\n\r\n" is still to come in a chunked body that is not done. Beast asserts that it
// sees so much.
constexpr std::size_t kChunkedEnd = 5;

std::string_view view(Text text) {
  return {text.data(), text.size()};
}

/// Origin form, or the path of an absolute form.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? "/" : target.substr(path);
  }
  return target;
}

}  // namespace

struct RequestParser::Impl final : http::basic_parser<true> {
  explicit Impl(std::uint32_t limit) : head_limit(limit) {
    header_limit(limit);
    body_limit(boost::none);
    eager(false);
  }

  void on_request_impl(http::verb, Text method, Text target, int version, Code& code) override {
    head.method = view(method);
    const auto origin = origin_form(view(target));
    const auto mark = origin.find('?');
    head.path = origin.substr(0, mark);
    if (mark != std::string_view::npos) head.query = origin.substr(mark + 1);
    if (head.path.empty()) head.path = "/";
    head.version = version;
    if (version != 10 && version != 11) refuse(505, code);
  }

  void on_response_impl(int, Text, int, Code&) override {}

  void on_field_impl(http::field, Text name, Text value, Code& code) override {
    if (is_header_done()) return;  // trailers are not headers
    if (head.headers.size() == kMaxFields) return refuse(431, code);
    head.headers.emplace_back(to_lower(view(name)), view(value));
  }

  void on_header_impl(Code& code) override {
    std::size_t hosts = 0, codings = 0;
    for (const auto& [name, value] : head.headers) {
      hosts += name == "host";
      if (name != "transfer-encoding") continue;
      ++codings;
      if (!equals_ignore_case(value, "chunked")) return refuse(501, code);
    }
    if (hosts > 1 || codings > 1 || (hosts == 0 && head.version == 11)) return refuse(400, code);
    if (codings && head.version == 10) return refuse(400, code);
    head.chunked = chunked();
    if (const auto length = content_length()) head.content_length = *length;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  void on_finish_impl(Code&) override {}

  std::size_t on_body_impl(Text piece, Code& code) override {
    received += piece.size();
    if (received > limit) return refuse(413, code), 0;
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Code& code) override {
    return on_body_impl(piece, code);
  }

  // Beast limits only what it sees at once.
  void count_head(std::size_t bytes, Code& code) {
    head_bytes += bytes;
    if (head_bytes > head_limit) refuse(431, code);
  }

  void refuse(int status, Code& code) {
    failure = status;
    code = http::error::bad_value;
  }

  static constexpr std::size_t kMaxFields = 256;
  RequestHead head;
  std::string body;
  std::size_t head_bytes = 0;
  const std::size_t head_limit;
  std::uint64_t received = 0;
  std::uint64_t limit = kNoLimit;
  int failure = 0;
};

RequestParser::RequestParser(std::uint32_t header_limit)
    : impl_(std::make_unique<Impl>(header_limit)) {}
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !failure() && !done()) {
    const bool in_head = !head_done();
    if (!in_head && impl_->head.chunked && bytes.size() - taken < kChunkedEnd) break;
    Code code;
    const auto piece = impl_->put({bytes.data() + taken, bytes.size() - taken}, code);
    taken += piece;
    if (in_head) impl_->count_head(piece, code);
    if (code == http::error::need_more) break;
    if (code && !impl_->failure) impl_->failure = code == http::error::header_limit ? 431 : 400;
    if (in_head && head_done()) {
      impl_->eager(true);
      break;
    }
  }
  return taken;
}

bool RequestParser::head_done() const {
  return impl_->is_header_done();
}
bool RequestParser::done() const {
  return impl_->is_done();
}
int RequestParser::failure() const {
  return impl_->failure;
}
RequestHead& RequestParser::head() {
  return impl_->head;
}
bool RequestParser::keep_alive() const {
  return impl_->keep_alive();
}
void RequestParser::limit_body(std::uint64_t bytes) {
  impl_->limit = bytes;
}
std::size_t RequestParser::body_size() const {
  return impl_->body.size();
}
std::uint64_t RequestParser::body_left() const {
  return impl_->content_length_remaining().value_or(0);
}
std::string RequestParser::take_body() {
  return std::exchange(impl_->body, {});
}

}  // namespace tocsin::wire
