// SPDX-License-Identifier: Apache-2.0
// Calls webhooks. Job "http.request": Method, Url, Headers {}, Body, TimeoutMs, MaxReplyBytes
//   -> Status, Headers {} (names in lower case), Body, Truncated (where the body was longer)
// Any HTTP status is a result; the machine decides. Redirects are not followed, certificates are
// verified. Errors: ServiceUnavailable 503 (Server) where there is no answer, ValidationException.
#pragma once

#include <memory>
#include <string>

#include "core/worker.hpp"

namespace tocsin::workers {

struct HttpOptions {
  std::string ca_file;  // certificates to trust in place of the system's; empty: the system's
  std::size_t max_running = 64;
  std::size_t max_queue = 1000;
  std::size_t max_reply_bytes = std::size_t{1} << 20;  // where the job says nothing, and at most
  long timeout_ms = 15'000;                            // where the job says nothing
};

/// Any thread; one thread of its own carries all requests.
class HttpWorker : public core::Worker {
 public:
  explicit HttpWorker(HttpOptions options);
  ~HttpWorker() override;

  std::vector<std::string> kinds() const override { return {"http.request"}; }
  void start() override;
  void stop() override;
  void run(core::Job job, core::JobDone done) override;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace tocsin::workers
