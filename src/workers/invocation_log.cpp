// SPDX-License-Identifier: Apache-2.0
#include "workers/invocation_log.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/document.hpp"
#include "base/time.hpp"
#include "workers/utf8.hpp"

namespace tocsin::workers {
namespace {

constexpr std::size_t kTailBytes = 4096;
constexpr std::size_t kChunk = 64 << 10;
constexpr std::size_t kShort = 16 << 10;
constexpr char kContinued = '\x1e';

Document lines_of(std::string_view text) {
  Array events;
  while (!text.empty()) {
    const auto end = text.find('\n');
    events.push_back(boost::json::parse(boost::json::string_view(text.data(), end)));
    text.remove_prefix(end + 1);
  }
  return events;
}

}  // namespace

void LineSplitter::feed(std::string_view bytes, const Event& event) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    take(bytes.substr(0, end));
    if (end == bytes.npos) return;
    bytes.remove_prefix(end + 1);
    if (!line_.empty() && line_.back() == kContinued && !cut_) {
      line_.back() = '\n';
    } else {
      event(line_);
      line_.clear();
      cut_ = false;
    }
  }
}

void LineSplitter::flush(const Event& event) {
  if (line_.empty()) return;
  if (line_.back() == kContinued) line_.pop_back();
  event(line_);
  line_.clear();
  cut_ = false;
}

void LineSplitter::take(std::string_view part) {
  const auto room = max_line_ - std::min(max_line_, line_.size());
  cut_ |= part.size() > room;
  line_ += part.substr(0, room);
}

InvocationLog::InvocationLog(store::Blobs& blobs, std::size_t max_bytes)
    : blobs_(blobs), room_(max_bytes) {}

void InvocationLog::add(std::string_view message) {
  if (full_) return;
  if (message.size() > room_) {
    full_ = true;
    add_platform(
        "[tocsin] The limit for the output of one invocation is reached; the rest is dropped.");
    return;
  }
  room_ -= message.size();
  add_platform(message);
}

void InvocationLog::add_platform(std::string_view message) {
  auto text = valid_utf8(message);
  text += '\n';
  const Document line = Object{{"timestamp", to_ms(wall_now())}, {"message", text}};
  pending_ += boost::json::serialize(line);
  pending_ += '\n';
  tail_ += text.size() > kTailBytes ? text.substr(text.size() - kTailBytes) : text;
  if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  if (pending_.size() >= kChunk) flush();
}

void InvocationLog::flush() {
  if (!error_ && !writer_) {
    auto writer = blobs_.create();
    if (writer)
      writer_ = std::move(*writer);
    else
      error_ = writer.error();
  }
  if (!error_) {
    if (auto written = writer_->write(pending_); !written) error_ = written.error();
  }
  pending_.clear();
}

Result<Document> InvocationLog::finish() {
  if (!writer_ && !error_ && pending_.size() <= kShort) return lines_of(pending_);
  flush();
  if (error_) return fail(*error_);
  return store::to_document(TRY(writer_->finish()));
}

std::int64_t Report::billed_ms() const {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(duration_ms)));
}

std::string Report::line() const {
  auto line = fmt::format(
      "REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\t"
      "Max Memory Used: {} MB\t",
      request_id, duration_ms, billed_ms(), memory_size_mb, memory_used_mb);
  if (init_ms > 0) line += fmt::format("Init Duration: {:.2f} ms\t", init_ms);
  if (!status.empty()) line += fmt::format("Status: {}\t", status);
  if (!error_type.empty()) line += fmt::format("Error Type: {}\t", error_type);
  return line;
}

}  // namespace tocsin::workers
