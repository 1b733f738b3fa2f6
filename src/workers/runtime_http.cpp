// SPDX-License-Identifier: Apache-2.0
#include "workers/runtime_http.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "base/glob.hpp"

namespace tocsin::workers {
namespace {

constexpr std::size_t kMaxHead = 64 << 10;
constexpr std::size_t kMaxLine = 1024;

/// All of the text.
std::optional<std::size_t> number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 413:
      return "Payload Too Large";
    default:
      return "Error";
  }
}

}  // namespace

bool HttpRequestParser::feed(std::string_view bytes) {
  buffer_ += bytes;
  return advance();
}

std::optional<HttpRequest> HttpRequestParser::next() {
  if (stage_ != Stage::Complete) return std::nullopt;
  auto request = std::exchange(request_, {});
  stage_ = Stage::Head;
  return request;
}

/// Goes on through the stages for as long as there is something to take.
bool HttpRequestParser::advance() {
  do {
    progress_ = false;
    bool well_formed = true;
    switch (stage_) {
      case Stage::Head:
        well_formed = read_head();
        break;
      case Stage::Body:
      case Stage::ChunkData:
        well_formed = read_body();
        break;
      case Stage::ChunkSize:
        well_formed = read_chunk_size();
        break;
      case Stage::ChunkEnd:
        if (const auto line = take_line()) {
          well_formed = line->empty();
          stage_ = Stage::ChunkSize;
        }
        break;
      case Stage::Trailer:
        if (const auto line = take_line(); line && line->empty()) stage_ = Stage::Complete;
        break;
      case Stage::Complete:
        break;
    }
    if (!well_formed) return false;
  } while (progress_);
  return stage_ == Stage::Body || stage_ == Stage::ChunkData || buffer_.size() <= kMaxHead * 2;
}

bool HttpRequestParser::read_head() {
  const auto end = buffer_.find("\r\n\r\n");
  if (end == buffer_.npos) return buffer_.size() <= kMaxHead;
  const auto head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  progress_ = true;
  return head.size() <= kMaxHead && parse_head(head) && begin_body();
}

bool HttpRequestParser::parse_head(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  const auto first = line.find(' ');
  const auto second = line.rfind(' ');
  if (first == line.npos || second <= first || !line.ends_with("HTTP/1.1")) return false;
  request_ = {};
  request_.method = line.substr(0, first);
  request_.path = line.substr(first + 1, second - first - 1);
  head.remove_prefix(std::min(head.size(), line.size() + 2));
  while (!head.empty()) {
    const auto field = head.substr(0, head.find("\r\n"));
    const auto colon = field.find(':');
    if (colon == field.npos || colon == 0) return false;
    request_.headers[to_lower(field.substr(0, colon))] = trim(field.substr(colon + 1));
    head.remove_prefix(std::min(head.size(), field.size() + 2));
  }
  return true;
}

bool HttpRequestParser::begin_body() {
  const auto& headers = request_.headers;
  wants_continue_ = headers.contains("expect");
  const auto coding = headers.find("transfer-encoding");
  const auto length = headers.find("content-length");
  if (coding != headers.end()) {
    stage_ = Stage::ChunkSize;
    return length == headers.end() && to_lower(coding->second) == "chunked";
  }
  const auto size = length == headers.end() ? std::size_t{0} : number(length->second, 10);
  if (!size) return false;
  left_ = *size;
  stage_ = left_ ? Stage::Body : Stage::Complete;
  return true;
}

bool HttpRequestParser::read_body() {
  const auto count = std::min(left_, buffer_.size());
  take_body(count);
  left_ -= count;
  if (left_ == 0) {
    progress_ = true;
    stage_ = stage_ == Stage::Body ? Stage::Complete : Stage::ChunkEnd;
  }
  return true;
}

bool HttpRequestParser::read_chunk_size() {
  const auto line = take_line();
  if (!line) return buffer_.size() <= kMaxLine;
  const auto size = number(trim(std::string_view(*line).substr(0, line->find(';'))), 16);
  if (!size) return false;
  left_ = *size;
  stage_ = left_ ? Stage::ChunkData : Stage::Trailer;
  return true;
}

void HttpRequestParser::take_body(std::size_t count) {
  if (request_.body.size() + count > kMaxResponseBytes) {
    request_.too_large = true;
    request_.body.clear();
  }
  if (!request_.too_large) request_.body.append(buffer_, 0, count);
  buffer_.erase(0, count);
}

std::optional<std::string> HttpRequestParser::take_line() {
  const auto end = buffer_.find("\r\n");
  if (end == buffer_.npos) return std::nullopt;
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  progress_ = true;
  return line;
}

std::string http_response(int status, const std::map<std::string, std::string>& headers,
                          std::string_view body) {
  auto out = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n",
      status, reason(status), body.size());
  for (const auto& [name, value] : headers)
    out += fmt::format("{}: {}\r\n", name, value);
  out += "\r\n";
  out += body;
  return out;
}

}  // namespace tocsin::workers
