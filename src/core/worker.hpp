// SPDX-License-Identifier: Apache-2.0
// The port to the outside world: a worker carries out jobs of one or more kinds and says how they
// ended.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/document.hpp"

namespace tocsin::core {

/// A job as a worker gets it: data only. Sealed members of the payload have been opened.
struct Job {
  std::string id;    // the idempotency key: a job that is delivered twice carries the same id
  std::string kind;  // "function.invoke", "mail.send", "http.request"
  Document payload;
  std::string cause;  // trace node that led here, for logs
};

/// Called exactly once for each job, on any thread. An error's fault says whether the machine's
/// retry policy may try again (Server: transient) or not (Client).
using JobDone = std::move_only_function<void(Result<Document>)>;

class Worker {
 public:
  virtual ~Worker() = default;
  virtual std::vector<std::string> kinds() const = 0;
  virtual void start() = 0;
  /// Stops taking jobs, ends what runs (their `done` may be dropped), joins all threads.
  virtual void stop() = 0;
  /// Takes the job and returns at once; the queue inside is bounded and answers a full queue with
  /// the error "ThrottlingException" (503, Server).
  virtual void run(Job job, JobDone done) = 0;
};

}  // namespace tocsin::core
