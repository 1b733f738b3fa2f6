// SPDX-License-Identifier: Apache-2.0
#include "services/iam/prepared.hpp"

#include <mutex>

namespace tocsin::iam {
namespace {
constexpr std::size_t kHalf = 2048;
}

PreparedPtr PreparedCache::find(const std::string& key) const {
  const std::shared_lock lock(mutex_);
  for (const auto* half : {&young_, &old_}) {
    if (const auto found = half->find(key); found != half->end()) return found->second;
  }
  return nullptr;
}

void PreparedCache::keep(const std::string& key, PreparedPtr prepared) {
  const std::unique_lock lock(mutex_);
  if (young_.size() >= kHalf) old_ = std::exchange(young_, {});
  young_.insert_or_assign(key, std::move(prepared));
}

}  // namespace tocsin::iam
