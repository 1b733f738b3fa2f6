// SPDX-License-Identifier: Apache-2.0
#include "core/blob_sweep.hpp"

#include <unordered_set>

#include "base/log.hpp"

namespace tocsin::core {
namespace {

constexpr std::size_t kDigits = 64;

bool is_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// Half of the name is enough: two blobs that share it keep each other alive, which does no harm.
std::uint64_t short_name(std::string_view digits) {
  return std::stoull(std::string(digits.substr(0, 16)), nullptr, 16);
}

void mark(std::string_view text, std::unordered_set<std::uint64_t>& named) {
  // Steps of 64: a run of 64 digits cannot lie between two places that are looked at.
  for (std::size_t at = kDigits - 1; at < text.size(); at += kDigits) {
    if (!is_digit(text[at])) continue;
    auto begin = at, end = at + 1;
    while (begin > 0 && is_digit(text[begin - 1]))
      --begin;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    if (end - begin == kDigits) named.insert(short_name(text.substr(begin, kDigits)));
    at = end - 1;
  }
}

}  // namespace

std::vector<SweepCandidate> unnamed_blobs(
    const store::Blobs& blobs, const std::function<std::unique_ptr<store::View>()>& snapshot,
    Time before) {
  std::vector<SweepCandidate> old;
  blobs.list([&](const std::string& sha256, Time written) {
    if (written < before) old.push_back({sha256, written});
  });
  if (old.empty()) return old;
  std::unordered_set<std::uint64_t> named;
  snapshot()->scan("", "", store::Direction::Forward,
                   [&](std::string_view key, std::string_view value) {
                     mark(key, named);
                     mark(value, named);
                     return true;
                   });
  std::erase_if(old, [&](const auto& blob) { return named.contains(short_name(blob.sha256)); });
  return old;
}

std::size_t sweep(store::Blobs& blobs, const std::vector<SweepCandidate>& candidates) {
  std::size_t erased = 0;
  for (const auto& [sha256, written] : candidates) {
    if (auto done = blobs.erase(sha256, written); done)
      ++erased;
    else
      log_error("blob not erased", {{"sha256", sha256}, {"cause", done.error().message}});
  }
  return erased;
}

}  // namespace tocsin::core
