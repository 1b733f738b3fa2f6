// SPDX-License-Identifier: Apache-2.0
// Log events as text, one JSON object a line, always written in the same way, so that they can be
// searched and cut without a parser: {"timestamp":1,"message":"…"} as they were put,
// {"timestamp":1,"ingestionTime":2,"id":3,"message":"…"} once gathered.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/context.hpp"

namespace tocsin::logs {

struct Line {
  std::int64_t timestamp = 0;
  std::int64_t ingested = -1, ordinal = -1;  // -1: as the row says
  std::string_view message;                  // still escaped
};

/// A line without its end; none where it is not written as above.
std::optional<Line> read_line(std::string_view line);
std::string unescaped(std::string_view message);
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

/// 56 digits, as AWS's: a time, an ordinal and where it stands.
std::string event_id(std::string_view stream_id, std::int64_t timestamp, std::int64_t ordinal);

}  // namespace tocsin::logs
