// SPDX-License-Identifier: Apache-2.0
// What was wrong with the input. Every problem is counted; the first ones are kept.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace tocsin::telemetry {

struct Problem {
  std::string file;
  std::uint64_t position = 0;  // byte in the file, as it is after decompression
  std::uint64_t line = 0;      // from 1, where the file is one of lines; else 0
  std::string reason;
};
/// "trail.json:7: …", or "trail.json: byte 512: …".
std::string to_text(const Problem& problem);

/// Any thread.
class Problems {
 public:
  explicit Problems(std::size_t keep = 20) : keep_(keep) {}
  void add(Problem problem);
  std::uint64_t count() const;
  /// The kept ones, by file and position.
  std::vector<Problem> first() const;

 private:
  const std::size_t keep_;
  mutable std::mutex mutex_;
  std::uint64_t count_ = 0;
  std::vector<Problem> first_;
};

}  // namespace tocsin::telemetry
