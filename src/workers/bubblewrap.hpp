// SPDX-License-Identifier: Apache-2.0
// What a sandbox sees: the command line of bubblewrap (https://github.com/containers/bubblewrap).
//
//   /usr, /bin, /lib…, /etc/ssl    the host's, read-only
//   /etc                           five small files of our own; no resolver, no users of the host
//   /var/task, /var/runtime        the function's code and the runtime, read-only
//   /opt                           its layers, read-only
//   /tmp                           its own, of limited size (its pages count as the function's
//   memory) /proc, /dev                    its own; nothing else of the host
//
// Own pid, network, ipc, uts (and cgroup) namespaces. As root the process drops to a user of its
// own before it runs anything of ours; as a plain user it lives in a user namespace.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "workers/function_job.hpp"
#include "workers/function_options.hpp"

namespace tocsin::workers {

/// Descriptors that the command inherits.
constexpr int kControlFd = 3;
constexpr int kSeccompFd = 4;

struct SandboxView {
  std::filesystem::path task_dir;
  std::filesystem::path layers_dir;  // empty: no layers
  RuntimeKind kind = RuntimeKind::Python;
  std::size_t tmp_bytes = 0;
  unsigned uid = 0;  // as root: whom to become; 0: as a plain user
  bool seccomp = false;
  std::size_t processes = 0;
  std::size_t data_bytes = 0;  // RLIMIT_DATA; 0: no such limit
};

/// Makes the small files of /etc in `folder`.
Result<void> write_etc(const std::filesystem::path& folder);

/// Copies the bootstraps of `runtimes` to `folder`, readable by everyone whatever the mode of the
/// source is. The packages of Node.js are too many to copy: they are shown as they are.
Result<void> copy_runtime(const std::filesystem::path& runtimes,
                          const std::filesystem::path& folder);

/// The absolute path of a program; empty where PATH has none.
std::string find_program(const std::string& name);

/// argv, from bwrap to the bootstrap. Shows work_dir/etc and work_dir/runtime of the options.
std::vector<std::string> sandbox_command(const FunctionOptions& options, const SandboxView& view);

}  // namespace tocsin::workers
