// SPDX-License-Identifier: Apache-2.0
#include "telemetry/problems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace tocsin::telemetry {

std::string to_text(const Problem& problem) {
  if (problem.line) return fmt::format("{}:{}: {}", problem.file, problem.line, problem.reason);
  return fmt::format("{}: byte {}: {}", problem.file, problem.position, problem.reason);
}

void Problems::add(Problem problem) {
  const std::lock_guard lock(mutex_);
  ++count_;
  if (first_.size() < keep_) first_.push_back(std::move(problem));
}

std::uint64_t Problems::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::vector<Problem> Problems::first() const {
  std::unique_lock lock(mutex_);
  auto kept = first_;
  lock.unlock();
  std::ranges::stable_sort(
      kept, {}, [](const Problem& problem) { return std::tie(problem.file, problem.position); });
  return kept;
}

}  // namespace tocsin::telemetry
