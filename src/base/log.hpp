// SPDX-License-Identifier: Apache-2.0
// Structured logs: one JSON object a line on standard error. Thread-safe.
#pragma once

#include <string_view>

#include "base/document.hpp"

namespace tocsin {

enum class LogLevel { Debug, Info, Warning, Error };

/// {"time":…,"level":"info","message":…, …fields}
void log(LogLevel level, std::string_view message, Object fields = {});
inline void log_info(std::string_view message, Object fields = {}) {
  log(LogLevel::Info, message, std::move(fields));
}
inline void log_warning(std::string_view message, Object fields = {}) {
  log(LogLevel::Warning, message, std::move(fields));
}
inline void log_error(std::string_view message, Object fields = {}) {
  log(LogLevel::Error, message, std::move(fields));
}

/// Lines below `level` are dropped. Default: Info.
void set_log_level(LogLevel level);

}  // namespace tocsin
