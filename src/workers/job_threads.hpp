// SPDX-License-Identifier: Apache-2.0
// A bounded queue of jobs and the threads that take from it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/worker.hpp"

namespace tocsin::workers {

/// What a full queue answers.
inline Error queue_full() {
  return {"ThrottlingException", "Rate exceeded", 503, Fault::Server};
}
inline Error not_running() {
  return {"ServiceUnavailable", "The worker does not run", 503, Fault::Server};
}

class JobThreads {
 public:
  using Carry = std::function<Result<Document>(const core::Job&)>;

  JobThreads(std::size_t threads, std::size_t capacity, Carry carry);
  ~JobThreads();

  void start();
  /// Jobs that wait are dropped; the one that runs is carried to its end.
  void stop();
  void add(core::Job job, core::JobDone done);

 private:
  struct Entry {
    core::Job job;
    core::JobDone done;
  };
  void main();

  const std::size_t count_;
  const std::size_t capacity_;
  Carry carry_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> entries_;
  bool running_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tocsin::workers
