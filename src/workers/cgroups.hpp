// SPDX-License-Identifier: Apache-2.0
// Control groups: limits of memory and processes that hold whatever the function does. Version 1
// and 2, as root or where the server's own group has been delegated to it (systemd: Delegate=yes).
// https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/memory.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::workers {

/// The control group of one sandbox (in version 1 one folder for each controller). Removed, and
/// everything in it killed, on destruction.
class Cgroup {
 public:
  explicit Cgroup(std::vector<std::string> folders) : folders_(std::move(folders)) {}
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;
  ~Cgroup();

  /// The files into which a process writes "0" to enter.
  const std::vector<std::string>& entrances() const { return entrances_; }
  void add_entrance(std::string file) { entrances_.push_back(std::move(file)); }
  void kill() const;
  /// Whether the kernel has killed a process of the group for want of memory.
  bool out_of_memory() const;

 private:
  std::vector<std::string> folders_;
  std::vector<std::string> entrances_;
};

/// Where groups are made.
class Cgroups {
 public:
  /// Looks what the system offers. Never fails: `guaranteed` and `why` say what was found.
  static Cgroups detect();

  bool guaranteed() const { return !parents_.empty(); }
  /// "cgroup v1", "cgroup v2", or why there is none.
  const std::string& why() const { return why_; }

  struct Limits {
    std::uint64_t memory_bytes;
    std::uint64_t processes;
  };
  /// None where no group can be made (any more).
  std::unique_ptr<Cgroup> make(const std::string& name, const Limits& limits) const;
  /// Removes the folder of this server.
  void remove() const;

 private:
  friend struct CgroupSearch;
  std::vector<std::string> parents_;  // v1: memory, pids; v2: one
  bool unified_ = false;
  std::string why_;
};

}  // namespace tocsin::workers
