// SPDX-License-Identifier: Apache-2.0
#include "workers/cgroups.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <signal.h>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "workers/fd.hpp"

namespace tocsin::workers {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kPrefix = "tocsin.";

std::string own_name() {
  return fmt::format("{}{}", kPrefix, ::getpid());
}

bool make_folder(const std::string& path) {
  return ::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST;
}

/// The path of this process in each hierarchy: "" is version 2.
std::map<std::string, std::string> own_groups() {
  std::map<std::string, std::string> groups;
  std::istringstream lines(read_small_file("/proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == line.npos) continue;
    std::istringstream names(line.substr(first + 1, second - first - 1));
    const auto path = line.substr(second + 1);
    if (first + 1 == second) groups[""] = path;
    for (std::string name; std::getline(names, name, ',');)
      groups[name] = path;
  }
  return groups;
}

/// The mount point of a hierarchy: of version 1 with `controller`, or of version 2 where empty.
std::string mount_of(const std::string& controller) {
  std::istringstream lines(read_small_file("/proc/self/mounts"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string device, point, type, options;
    fields >> device >> point >> type >> options;
    if (controller.empty()
            ? type == "cgroup2"
            : type == "cgroup" &&
                  ("," + options + ",").find("," + controller + ",") != std::string::npos) {
      return point;
    }
  }
  return {};
}

/// Groups of servers that are gone: empty, since their sandboxes died with them.
void sweep(const std::string& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    const auto pid = std::atoi(name.c_str() + kPrefix.size());
    if (pid <= 0 || ::kill(pid, 0) == 0 || errno != ESRCH) continue;
    std::error_code ignored;
    for (const auto& child : fs::directory_iterator(entry.path(), ignored)) {
      if (child.is_directory(ignored)) ::rmdir(child.path().c_str());
    }
    ::rmdir(entry.path().c_str());
  }
}

std::vector<pid_t> members_of(const std::string& folder) {
  std::vector<pid_t> pids;
  std::istringstream lines(read_small_file(folder + "/cgroup.procs"));
  for (pid_t pid = 0; lines >> pid;)
    pids.push_back(pid);
  return pids;
}

bool counts_kill(const std::string& content) {
  const auto at = content.find("oom_kill ");
  return at != content.npos && std::atoi(content.c_str() + at + 9) > 0;
}

}  // namespace

Cgroup::~Cgroup() {
  for (int attempt = 0; attempt < 200; ++attempt) {
    kill();
    bool left = false;
    for (const auto& folder : folders_)
      left |= ::rmdir(folder.c_str()) != 0 && errno == EBUSY;
    if (!left) return;
    std::this_thread::sleep_for(5ms);
  }
}

void Cgroup::kill() const {
  for (const auto& folder : folders_) {
    if (write_small_file(folder + "/cgroup.kill", "1")) continue;
    for (const auto pid : members_of(folder))
      ::kill(pid, SIGKILL);
  }
}

bool Cgroup::out_of_memory() const {
  for (const auto& folder : folders_) {
    if (counts_kill(read_small_file(folder + "/memory.events")) ||
        counts_kill(read_small_file(folder + "/memory.oom_control"))) {
      return true;
    }
  }
  return false;
}

/// One try after the other.
struct CgroupSearch {
  Cgroups found;
  std::map<std::string, std::string> own = own_groups();

  /// Version 1: a folder below our own group in each of the two hierarchies.
  bool version_1() {
    std::vector<std::string> parents;
    for (const std::string controller : {"memory", "pids"}) {
      const auto mount = mount_of(controller);
      if (mount.empty()) return false;
      auto parent = mount + own[controller];
      if (::access(parent.c_str(), F_OK) != 0) parent = mount;  // a container shows only its part
      sweep(parent);
      if (parent.back() != '/') parent += '/';
      if (!make_folder(parent + own_name())) {
        found.why_ =
            fmt::format("cgroup v1: {} cannot be written: {}", parent, std::strerror(errno));
        return false;
      }
      parents.push_back(parent + own_name());
    }
    found.parents_ = std::move(parents);
    found.why_ = "cgroup v1";
    return true;
  }

  bool version_2() {
    const auto mount = mount_of("");
    if (mount.empty()) return false;
    auto parent = mount + own[""];
    if (::access(parent.c_str(), F_OK) != 0) parent = mount;
    if (parent.back() == '/') parent.pop_back();
    const auto offered = read_small_file(parent + "/cgroup.controllers");
    if (offered.find("memory") == offered.npos || offered.find("pids") == offered.npos)
      return false;
    sweep(parent);
    const auto folder = parent + "/" + own_name();
    if (!enable(parent) || !make_folder(folder) || !enable(folder)) {
      found.why_ =
          fmt::format("cgroup v2: {} has not been delegated: {}", parent, std::strerror(errno));
      return false;
    }
    found.parents_ = {folder};
    found.unified_ = true;
    found.why_ = "cgroup v2";
    return true;
  }

  /// Hands memory and pids on to the children. A group that has processes of its own may not: then
  /// this server moves into a leaf first.
  static bool enable(const std::string& folder) {
    const auto file = folder + "/cgroup.subtree_control";
    if (write_small_file(file, "+memory +pids")) return true;
    if (errno != EBUSY) return false;
    const auto leaf = folder + "/server";
    return make_folder(leaf) &&
           write_small_file(leaf + "/cgroup.procs", std::to_string(::getpid())) &&
           write_small_file(file, "+memory +pids");
  }
};

Cgroups Cgroups::detect() {
  CgroupSearch search;
  if (!search.version_1() && !search.version_2() && search.found.why_.empty()) {
    search.found.why_ = "no cgroup controllers for memory and pids";
  }
  return std::move(search.found);
}

std::unique_ptr<Cgroup> Cgroups::make(const std::string& name, const Limits& limits) const {
  if (!guaranteed()) return nullptr;
  std::vector<std::string> folders;
  for (const auto& parent : parents_)
    folders.push_back(parent + "/" + name);
  auto group = std::make_unique<Cgroup>(folders);
  for (const auto& folder : folders) {
    if (!make_folder(folder)) return nullptr;
    group->add_entrance(folder + "/cgroup.procs");
  }
  const auto memory = std::to_string(limits.memory_bytes);
  const auto& first = folders.front();
  const auto& last = folders.back();
  if (!write_small_file(last + "/pids.max", std::to_string(limits.processes))) return nullptr;
  if (unified_) {
    write_small_file(first + "/memory.swap.max", "0");
    write_small_file(first + "/memory.oom.group", "1");
    return write_small_file(first + "/memory.max", memory) ? std::move(group) : nullptr;
  }
  if (!write_small_file(first + "/memory.limit_in_bytes", memory)) return nullptr;
  write_small_file(first + "/memory.memsw.limit_in_bytes", memory);
  return group;
}

void Cgroups::remove() const {
  for (const auto& parent : parents_)
    ::rmdir(parent.c_str());
}

}  // namespace tocsin::workers
