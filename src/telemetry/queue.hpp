// SPDX-License-Identifier: Apache-2.0
// How the threads of a pipeline hand on work.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

namespace tocsin::telemetry {

/// Holds `capacity` values. Full: push waits. Closed: push drops, pop empties it and then says so.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// False where the queue is closed.
  bool push(T value) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || values_.size() < capacity_; });
    if (closed_) return false;
    values_.push_back(std::move(value));
    lock.unlock();
    some_.notify_one();
    return true;
  }

  /// The next value; none where the queue is closed and empty, or nothing came until `deadline`.
  template <class Deadline>
  std::optional<T> pop_until(const Deadline& deadline) {
    std::unique_lock lock(mutex_);
    some_.wait_until(lock, deadline, [&] { return closed_ || !values_.empty(); });
    return take(lock);
  }
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    some_.wait(lock, [&] { return closed_ || !values_.empty(); });
    return take(lock);
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    some_.notify_all();
    room_.notify_all();
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return closed_ && values_.empty();
  }

 private:
  std::optional<T> take(std::unique_lock<std::mutex>& lock) {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    lock.unlock();
    room_.notify_one();
    return value;
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable some_, room_;
  std::deque<T> values_;
  bool closed_ = false;
};

/// Puts results that come in any order back in order: `give` gets number 0, 1, 2 … one at a time.
/// Who is `window` ahead of the number that is due waits.
template <class T, class Give>
class InOrder {
 public:
  InOrder(std::size_t window, Give give) : window_(window), give_(std::move(give)) {}

  /// Each number once.
  void put(std::uint64_t number, T value) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return number < due_ + window_; });
    waiting_.emplace(number, std::move(value));
    while (!waiting_.empty() && waiting_.begin()->first == due_) {
      give_(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
      ++due_;
    }
    moved_.notify_all();
  }

 private:
  const std::size_t window_;
  Give give_;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::map<std::uint64_t, T> waiting_;
  std::uint64_t due_ = 0;
};

}  // namespace tocsin::telemetry
