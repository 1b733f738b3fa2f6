// SPDX-License-Identifier: Apache-2.0
// State over std::map. A snapshot shares the map; a commit copies it first where one is alive. All
// references to the map are taken and dropped under one mutex, so that their count can be trusted.
#include "store/memory_parts.hpp"

namespace tocsin::store {
namespace {

struct Current {
  std::mutex mutex;
  std::shared_ptr<MemoryMap> map = std::make_shared<MemoryMap>();
};

std::optional<std::string> get_from(const MemoryMap& map, std::string_view key) {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

void scan_map(const MemoryMap& map, std::string_view from, std::string_view to, Direction direction,
              const View::Visit& visit) {
  if (!to.empty() && to <= from) return;
  auto begin = map.lower_bound(from);
  auto end = to.empty() ? map.end() : map.lower_bound(to);
  if (direction == Direction::Forward) {
    while (begin != end && visit(begin->first, begin->second))
      ++begin;
    return;
  }
  while (begin != end) {
    --end;
    if (!visit(end->first, end->second)) return;
  }
}

class MemoryView : public View {
 public:
  explicit MemoryView(std::shared_ptr<Current> current) : current_(std::move(current)) {
    std::scoped_lock lock(current_->mutex);
    map_ = current_->map;
  }
  MemoryView(const MemoryView&) = delete;
  MemoryView& operator=(const MemoryView&) = delete;
  ~MemoryView() override {
    std::scoped_lock lock(current_->mutex);
    map_.reset();
  }

  std::optional<std::string> get(std::string_view key) const override {
    return get_from(*map_, key);
  }

  void scan(std::string_view from, std::string_view to, Direction direction,
            const Visit& visit) const override {
    scan_map(*map_, from, to, direction, visit);
  }

 private:
  std::shared_ptr<Current> current_;
  std::shared_ptr<const MemoryMap> map_;
};

class MemoryState : public State {
 public:
  explicit MemoryState(std::shared_ptr<MemoryCheckpoint> checkpoint)
      : checkpoint_(std::move(checkpoint)) {
    if (!checkpoint_) return;
    std::scoped_lock lock(checkpoint_->mutex);
    if (checkpoint_->map) *current_->map = *checkpoint_->map;
  }

  std::optional<std::string> get(std::string_view key) const override {
    std::scoped_lock lock(current_->mutex);
    return get_from(*current_->map, key);
  }

  /// On a view of its own: the visitor may commit.
  void scan(std::string_view from, std::string_view to, Direction direction,
            const Visit& visit) const override {
    MemoryView(current_).scan(from, to, direction, visit);
  }

  Result<void> commit(const Batch& batch) override {
    std::scoped_lock lock(current_->mutex);
    if (current_->map.use_count() > 1) {
      current_->map = std::make_shared<MemoryMap>(*current_->map);
    }
    for (const auto& [key, value] : batch) {
      if (value) {
        current_->map->insert_or_assign(key, *value);
      } else {
        current_->map->erase(key);
      }
    }
    return {};
  }

  std::unique_ptr<View> snapshot() const override { return std::make_unique<MemoryView>(current_); }

  Result<void> checkpoint() override {
    if (!checkpoint_) return {};
    std::scoped_lock lock(current_->mutex, checkpoint_->mutex);
    checkpoint_->map = current_->map;
    return {};
  }

  Result<void> clear() override {
    std::scoped_lock lock(current_->mutex);
    current_->map = std::make_shared<MemoryMap>();
    return {};
  }

 private:
  std::shared_ptr<Current> current_ = std::make_shared<Current>();
  std::shared_ptr<MemoryCheckpoint> checkpoint_;
};

}  // namespace

std::unique_ptr<State> memory_state(std::shared_ptr<MemoryCheckpoint> checkpoint) {
  return std::make_unique<MemoryState>(std::move(checkpoint));
}

}  // namespace tocsin::store
