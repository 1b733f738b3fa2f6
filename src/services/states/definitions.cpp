// SPDX-License-Identifier: Apache-2.0
// Definitions: kept by their hash, compiled once.
#include <mutex>

#include "base/crypto.hpp"
#include "services/states/machines.hpp"

namespace tocsin::states {
namespace {

using core::Key;

/// Compiled definitions by type and hash: the same whoever asks, hence no part of the state.
class CompiledCache {
 public:
  asl::MachinePtr find(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = machines_.find(key);
    return found == machines_.end() ? nullptr : found->second;
  }
  void keep(const std::string& key, asl::MachinePtr machine) {
    constexpr std::size_t kMost = 1000;
    const std::scoped_lock lock(mutex_);
    if (machines_.size() >= kMost) machines_.clear();
    machines_[key] = std::move(machine);
  }

 private:
  std::mutex mutex_;  // readers of other threads compile, too
  std::map<std::string, asl::MachinePtr> machines_;
};

}  // namespace

std::string definition_of(const core::Context& context, const Scope& scope,
                          const std::string& machine, const Revision& revision) {
  const auto row =
      kDefinitions.get(context, Key::of(scope, machine_name(machine), revision.definition));
  return row ? context.open(row->text).value_or("") : "";
}

asl::MachinePtr compiled(const core::Context& context, const Scope& scope,
                         const std::string& machine, const Revision& revision, Type type) {
  static CompiledCache cache;
  const auto key = (type == Type::EXPRESS ? "E" : "S") + revision.definition;
  if (auto found = cache.find(key)) return found;
  auto made =
      asl::compile(definition_of(context, scope, machine, revision),
                   type == Type::EXPRESS ? asl::MachineType::Express : asl::MachineType::Standard);
  if (!made) return nullptr;  // of an earlier binary, which took what this one refuses
  cache.keep(key, *made);
  return *std::move(made);
}

}  // namespace tocsin::states
