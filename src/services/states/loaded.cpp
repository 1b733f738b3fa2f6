// SPDX-License-Identifier: Apache-2.0
#include "services/states/loaded.hpp"

#include "base/crypto.hpp"

namespace tocsin::states {
namespace {

// Loaded, an execution takes several times its text: tens of megabytes in all.
constexpr std::size_t kMost = 2048;
constexpr std::size_t kMostBytes = 4 * 1024;  // of one's text

asl::ExecutionPtr loaded(const core::Context& context, const Saved& saved,
                         const asl::StartOptions& names) {
  const auto text = context.open(saved.execution);
  const auto document = parse_json(text.value_or(""));
  return document && document->is_object() ? asl::load(*document, &names) : nullptr;
}

}  // namespace

asl::ExecutionPtr LoadedExecutions::take(core::Context& context, const Saved& saved,
                                         const asl::StartOptions& names) {
  if (auto found = kept_.extract(saved.stamp); !found.empty()) return std::move(found.mapped());
  return loaded(context, saved, names);
}

void LoadedExecutions::keep(core::Context& context, const Place& place, Saved saved,
                            asl::ExecutionPtr execution) {
  const auto text = to_json(asl::save(*execution, asl::Names::Left));
  saved.stamp = hex(sha256(place.key().bytes() + text).substr(0, 16));
  saved.execution = context.seal(text);
  kSaved.put(context, place.key(), saved);
  if (text.size() <= kMostBytes) add(saved.stamp, std::move(execution));
}

void LoadedExecutions::add(const std::string& stamp, asl::ExecutionPtr execution) {
  if (kept_.insert_or_assign(stamp, std::move(execution)).second) order_.push_back(stamp);
  while (order_.size() > kMost) {
    kept_.erase(order_.front());
    order_.pop_front();
  }
}

bool LoadedExecutions::awaits(core::Context& context, const Saved& saved,
                              const asl::StartOptions& names, std::uint64_t task) {
  const auto found = kept_.find(saved.stamp);
  if (found != kept_.end()) return asl::awaits(*found->second, task);
  auto execution = loaded(context, saved, names);
  if (!execution) return false;
  const bool waiting = asl::awaits(*execution, task);
  add(saved.stamp, std::move(execution));
  return waiting;
}

LoadedExecutions& loaded_executions() {
  thread_local LoadedExecutions loaded;
  return loaded;
}

}  // namespace tocsin::states
