// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <utility>

#include "engines/policy/policy.hpp"

namespace tocsin::policy {
/// Two generations: when the young one is half of the capacity it becomes the old one, and what is
/// asked of the old one moves to the young.
struct PolicyCache::State {
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using ByText = std::unordered_map<std::string, PolicyPtr, TextHash, std::equal_to<>>;
  using Generation = std::array<ByText, 5>;  // one for each kind

  std::size_t half;
  std::shared_mutex mutex;
  std::size_t young_size = 0;
  Generation young;
  Generation old;

  static PolicyPtr look_up(const Generation& generation, std::string_view json, std::size_t kind) {
    const auto found = generation[kind].find(json);
    return found == generation[kind].end() ? nullptr : found->second;
  }

  void keep(std::string_view json, std::size_t kind, PolicyPtr policy) {
    const std::unique_lock lock(mutex);
    if (young_size >= half) {
      old = std::exchange(young, {});
      young_size = 0;
    }
    if (young[kind].emplace(json, std::move(policy)).second) ++young_size;
  }
};

PolicyCache::PolicyCache(std::size_t capacity) : state_(std::make_unique<State>()) {
  state_->half = std::max<std::size_t>(capacity / 2, 1);
}

PolicyCache::~PolicyCache() = default;

Result<PolicyPtr> PolicyCache::compile(std::string_view json, PolicyKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  PolicyPtr aged;
  {
    const std::shared_lock lock(state_->mutex);
    if (auto policy = State::look_up(state_->young, json, index)) return policy;
    aged = State::look_up(state_->old, json, index);
  }
  if (!aged) aged = TRY(parse_policy(json, kind));
  state_->keep(json, index, aged);
  return aged;
}

}  // namespace tocsin::policy
