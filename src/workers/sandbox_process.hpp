// SPDX-License-Identifier: Apache-2.0
// The processes of one sandbox, from fork to reaping.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.hpp"
#include "workers/cgroups.hpp"
#include "workers/fd.hpp"

namespace tocsin::workers {

struct ProcessPlan {
  std::vector<std::string> command;                // sandbox_command
  std::map<std::string, std::string> environment;  // handed over through the control socket
  std::unique_ptr<Cgroup> cgroup;                  // may be null
  std::string seccomp;                             // bytes of the filter; may be empty
  std::string root_folder;                         // for mount_root, in a chroot; else empty
};

/// What the bootstrap hands over: its listening sockets.
struct Hello {
  Fd runtime;
  Fd endpoint;
};

/// One thread: that which started it, since the sandbox dies with this thread (PR_SET_PDEATHSIG).
class SandboxProcess {
 public:
  /// Error InternalFailure where the process cannot be made.
  static Result<std::unique_ptr<SandboxProcess>> start(ProcessPlan plan);
  ~SandboxProcess();

  int output() const { return output_.get(); }     // what stdout and stderr give, non-blocking
  int control() const { return control_.get(); }   // readable: `hello`
  int exit_event() const { return pidfd_.get(); }  // readable: it has ended

  /// None where the message is not what a bootstrap says.
  std::optional<Hello> hello();
  /// Reaps it if it has ended. "exit status 1", "signal: killed"; empty: exit status 0.
  std::optional<std::string> ended();
  /// Kills every process of the sandbox and waits until it has ended.
  void kill();
  bool out_of_memory() const { return cgroup_ && cgroup_->out_of_memory(); }
  /// The most memory that the bootstrap's process has had resident, in MB; 0: not known.
  int peak_memory_mb() const;

 private:
  SandboxProcess() = default;

  pid_t pid_ = -1;
  pid_t bootstrap_ = -1;
  Fd pidfd_;
  Fd output_;
  Fd control_;
  std::unique_ptr<Cgroup> cgroup_;
  std::optional<std::string> end_;
};

}  // namespace tocsin::workers
