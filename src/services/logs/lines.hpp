// SPDX-License-Identifier: Apache-2.0
// Log events as text, one JSON object a line, always written in the same way, so that they can be
// searched and cut without a parser: {"timestamp":1,"message":"…"} as they were put,
// {"timestamp":1,"ingestionTime":2,"id":3,"message":"…"} once gathered.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/context.hpp"

namespace tocsin::logs {

/// Where a text stands next. Asked for ever later places.
class Finder {
 public:
  Finder(std::string_view text, std::string_view wanted)
      : end_(text.data() + text.size()), wanted_(wanted), next_(wanted.empty() ? end_ : nullptr) {}
  /// The end of the text where it does not stand any more.
  const char* from(const char* at) {
    if (!next_ || next_ < at) next_ = find(at);
    return next_;
  }

 private:
  const char* find(const char* at) const {
    const auto left = static_cast<std::size_t>(end_ - at);
    const auto* found = static_cast<const char*>(memmem(at, left, wanted_.data(), wanted_.size()));
    return found ? found : end_;
  }

  const char* end_;
  std::string_view wanted_;
  const char* next_;
};

/// The beginning of the line that `at` stands in, not before `from`, where one begins.
inline const char* line_begin(const char* from, const char* at) {
  const auto* newline =
      static_cast<const char*>(memrchr(from, '\n', static_cast<std::size_t>(at - from)));
  return newline ? newline + 1 : from;
}

struct Line {
  std::int64_t timestamp = 0;
  std::int64_t ingested = -1, ordinal = -1;  // -1: as the row says
  std::string_view message;                  // still escaped
};

/// A line without its end; none where it is not written as above.
std::optional<Line> read_line(std::string_view line);
std::string unescaped(std::string_view message);
void unescape(std::string_view message, std::string& out);
std::size_t unescaped_size(std::string_view message);
/// As it stands inside a line.
std::string escaped(std::string_view text);

void write_line(std::string& out, std::int64_t timestamp, std::string_view escaped_message);
void write_full_line(std::string& out, const Line& line);

/// Calls `visit(line text, number)` for each line until it returns false.
template <class Visit>
void each_line(std::string_view lines, const Visit& visit) {
  std::int64_t number = 0;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (!visit(lines.substr(0, end), number++) || end == std::string_view::npos) return;
    lines.remove_prefix(end + 1);
  }
}

/// The same for the lines that contain `needle`, or `other`, alone; every line where the needle is
/// empty. `other` may be empty: none.
template <class Visit>
void each_candidate(std::string_view lines, std::string_view needle, std::string_view other,
                    const Visit& visit) {
  if (needle.empty()) return each_line(lines, visit);
  const auto* const end = lines.data() + lines.size();
  Finder hits(lines, needle), others(lines, other);
  const auto* at = lines.data();  // the beginning of a line
  const auto* counted = at;       // lines before it are in `number`
  std::int64_t number = 0;
  for (;;) {
    const auto* hit = std::min(hits.from(at), others.from(at));
    if (hit == end) return;
    const auto* begin = line_begin(at, hit);
    number += std::count(counted, begin, '\n');
    const auto* line_end = static_cast<const char*>(std::memchr(hit, '\n', end - hit));
    if (!line_end) line_end = end;
    if (!visit(std::string_view(begin, line_end), number) || line_end == end) return;
    counted = begin;
    at = line_end + 1;
  }
}

/// 56 digits, as AWS's: a time, an ordinal and where it stands.
std::string event_id(std::string_view stream_id, std::int64_t timestamp, std::int64_t ordinal);

}  // namespace tocsin::logs
