// SPDX-License-Identifier: Apache-2.0
// The thread that sweeps blobs, and the checkpoints that it asks the machine's thread for.
#include "base/log.hpp"
#include "core/blob_sweep.hpp"
#include "core/cloud.hpp"

namespace tocsin::core {

/// On the machine's thread. A checkpoint that fails is not owed any more: the sweep is given up.
void Cloud::answer_wanted_checkpoint(std::unique_lock<std::mutex>& lock) {
  const auto number = wanted_checkpoint_;
  lock.unlock();
  const bool made = checkpoint();
  lock.lock();
  if (made)
    had_checkpoint_ = number;
  else
    wanted_checkpoint_ = had_checkpoint_;
  sweeper_wake_.notify_all();
}

/// On the sweeper's thread: whether everything that was applied before is durable now.
bool Cloud::want_checkpoint(std::unique_lock<std::mutex>& lock) {
  const auto mine = ++wanted_checkpoint_;
  wake_.notify_one();
  sweeper_wake_.wait(
      lock, [&] { return stopping_ || had_checkpoint_ >= mine || wanted_checkpoint_ < mine; });
  return had_checkpoint_ >= mine;
}

void Cloud::sweep_blobs() {
  std::unique_lock lock(mutex_);
  while (!sweeper_wake_.wait_for(lock, options_.sweep_every, [&] { return stopping_; })) {
    lock.unlock();
    const auto unnamed = unnamed_blobs(
        *stores_.blobs, [&] { return stores_.state->snapshot(); },
        wall_now() - options_.blob_grace);
    lock.lock();
    if (unnamed.empty() || !want_checkpoint(lock)) continue;
    lock.unlock();
    const auto erased = sweep(*stores_.blobs, unnamed);
    log_info("blobs swept", {{"erased", erased}});
    lock.lock();
  }
}

}  // namespace tocsin::core
