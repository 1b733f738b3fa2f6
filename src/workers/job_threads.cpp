// SPDX-License-Identifier: Apache-2.0
#include "workers/job_threads.hpp"

namespace tocsin::workers {

JobThreads::JobThreads(std::size_t threads, std::size_t capacity, Carry carry)
    : count_(threads), capacity_(capacity), carry_(std::move(carry)) {}

JobThreads::~JobThreads() {
  stop();
}

void JobThreads::start() {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(running_, true)) return;
  for (std::size_t i = 0; i < count_; ++i)
    threads_.emplace_back([this] { main(); });
}

void JobThreads::stop() {
  std::vector<std::thread> threads;
  {
    const std::scoped_lock lock(mutex_);
    running_ = false;
    entries_.clear();
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (auto& thread : threads)
    thread.join();
}

void JobThreads::add(core::Job job, core::JobDone done) {
  std::unique_lock lock(mutex_);
  const bool running = running_;
  if (running && entries_.size() < capacity_) {
    entries_.push_back({std::move(job), std::move(done)});
    lock.unlock();
    changed_.notify_one();
    return;
  }
  lock.unlock();
  done(fail(running ? queue_full() : not_running()));
}

void JobThreads::main() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !running_ || !entries_.empty(); });
    if (!running_) return;
    auto entry = std::move(entries_.front());
    entries_.pop_front();
    lock.unlock();
    entry.done(carry_(entry.job));
  }
}

}  // namespace tocsin::workers
