// SPDX-License-Identifier: Apache-2.0
// One sandbox: a thread that makes it, feeds it invocations of one function's generation, one at a
// time, and ends it. Everything in it belongs to that thread, but for the inbox.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/worker.hpp"
#include "workers/cgroups.hpp"
#include "workers/code_cache.hpp"
#include "workers/function_job.hpp"
#include "workers/function_options.hpp"
#include "workers/invocation_end.hpp"
#include "workers/invocation_log.hpp"
#include "workers/relay.hpp"
#include "workers/runtime_api.hpp"
#include "workers/sandbox_process.hpp"

namespace tocsin::workers {

/// An invocation on its way.
struct FunctionRun {
  FunctionJob job;
  core::JobDone done;
};
using RunPtr = std::unique_ptr<FunctionRun>;

/// What the sandboxes of a worker share.
struct SandboxGround {
  const FunctionOptions& options;
  store::Blobs& blobs;
  CodeCache& code;
  const Cgroups& cgroups;
  Address endpoint;
  bool root = false;
  std::filesystem::path root_folder;  // for mount_root, in a chroot; else empty
};

class Sandbox {
 public:
  using Clock = std::chrono::steady_clock;

  /// Called on the sandbox's thread.
  struct Events {
    /// It has answered and takes the next run.
    std::function<void(Sandbox&)> idle;
    /// It has ended. The last call; whoever gives runs then takes back what was not started.
    std::function<void(Sandbox&)> gone;
  };

  Sandbox(const SandboxGround& ground, unsigned slot, RunPtr first, Events events);
  ~Sandbox();

  void start();
  /// Only after `idle`, once each time.
  void give(RunPtr run);
  /// The run that it was given and did not start, or none. After `gone`, and after the last `give`:
  /// a run that is given in between would be lost.
  RunPtr take_back();
  /// Ends it now, whatever it does. Any thread.
  void end();
  void join();

  const std::string& key() const { return key_; }
  unsigned slot() const { return slot_; }
  /// Whether it may serve a run with that timeout, given the age of its credentials.
  bool fresh_for(std::chrono::milliseconds timeout) const;

 private:
  enum class Phase { Starting, Initialising, Idle, Busy, Answered, Ended };

  void main();
  Result<void> boot();
  ProcessPlan plan() const;
  void add_libraries(std::map<std::string, std::string>& environment) const;
  void loop();
  void wait();
  void take_wake();
  void take_hello();
  bool on_call(RuntimeCall call);
  void on_next();
  void on_exit(const std::string& how);
  void on_deadline();

  void begin_run();
  void log_start();
  void finish_run(InvocationEnd end);
  void fail_run(const Error& error);
  void drain_output();
  InvocationLog& log();
  Report report_of(const InvocationEnd& end);

  const SandboxGround& ground_;
  const unsigned slot_;
  const std::string key_;
  Events events_;
  std::thread thread_;

  std::mutex inbox_mutex_;
  RunPtr inbox_;
  std::atomic<bool> ending_{false};
  Fd wake_;

  // Below: the thread's own.
  Phase phase_ = Phase::Starting;
  RunPtr run_;
  std::string log_stream_;
  Clock::time_point started_;      // the sandbox
  Clock::time_point run_started_;  // the invocation
  std::optional<Clock::time_point> deadline_;
  double init_ms_ = 0;
  bool cold_ = true;
  int peak_memory_mb_ = 0;
  std::optional<Time> expires_;
  std::string last_output_;  // for the error of a sandbox that did not come up
  std::shared_ptr<const CodeFolder> code_;
  std::shared_ptr<const CodeFolder> layers_;
  std::unique_ptr<SandboxProcess> process_;
  std::optional<RuntimeApi> runtime_;
  std::optional<Relay> relay_;
  LineSplitter lines_;
  std::optional<InvocationLog> log_;
  PollSet polls_;
};

}  // namespace tocsin::workers
