// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <atomic>
#include <unistd.h>

#include "base/time.hpp"

namespace tocsin {
namespace {

std::atomic<LogLevel> minimum_level{LogLevel::Info};

std::string_view name(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  return "info";
}

}  // namespace

void set_log_level(LogLevel level) {
  minimum_level = level;
}

void log(LogLevel level, std::string_view message, Object fields) {
  if (level < minimum_level.load(std::memory_order_relaxed)) return;
  Object line{{"time", iso8601_ms(wall_now())}, {"level", name(level)}, {"message", message}};
  for (auto& field : fields)
    line[field.key()] = std::move(field.value());
  auto text = to_json(line);
  text += '\n';
  // One write call a line, so that lines of several threads do not mix.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace tocsin
