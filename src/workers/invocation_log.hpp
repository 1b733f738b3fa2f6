// SPDX-License-Identifier: Apache-2.0
// What one invocation logs. A long log is streamed to a blob, so that memory does not grow with it;
// a short one goes along with the result, since a blob would cost its caller two syncs of the disk.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/document.hpp"
#include "store/blobs.hpp"

namespace tocsin::workers {

/// Cuts a stream of output into events: a line each, cut at `max_line`. A line that ends with
/// U+001E goes on in the next (runtimes/python/bootstrap.py).
class LineSplitter {
 public:
  using Event = std::function<void(std::string_view)>;
  explicit LineSplitter(std::size_t max_line) : max_line_(max_line) {}
  void feed(std::string_view bytes, const Event& event);
  /// What stands without a line end.
  void flush(const Event& event);

 private:
  void take(std::string_view part);

  std::size_t max_line_;
  std::string line_;
  bool cut_ = false;
};

/// Events {"timestamp": ms, "message": text}: an array of them, or a blob with one a line.
class InvocationLog {
 public:
  InvocationLog(store::Blobs& blobs, std::size_t max_bytes);

  /// A line of the function. Beyond the limit it is dropped, and the log says so once.
  void add(std::string_view message);
  /// START, END, REPORT and the like: never dropped.
  void add_platform(std::string_view message);
  /// An array, or the reference to a blob that is durable.
  Result<Document> finish();
  /// The last 4 KB of what was logged, as text.
  const std::string& tail() const { return tail_; }

 private:
  void flush();

  store::Blobs& blobs_;
  std::size_t room_;
  bool full_ = false;
  std::unique_ptr<store::BlobWriter> writer_;
  std::string pending_;
  std::string tail_;
  std::optional<Error> error_;
};

/// The figures of a REPORT line.
struct Report {
  std::string request_id;
  double duration_ms = 0;
  double init_ms = 0;  // 0: a warm start
  int memory_size_mb = 0;
  int memory_used_mb = 0;
  std::string status;      // "", "error" or "timeout"
  std::string error_type;  // with status "error"

  std::int64_t billed_ms() const;
  /// "REPORT RequestId: …\tDuration: 1.23 ms\t…", as Lambda words it.
  std::string line() const;
};

}  // namespace tocsin::workers
