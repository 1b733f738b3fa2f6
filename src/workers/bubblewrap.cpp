// SPDX-License-Identifier: Apache-2.0
#include "workers/bubblewrap.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace tocsin::workers {

namespace fs = std::filesystem;

namespace {

constexpr unsigned kInsideUid = 993;  // sbx_user1051, as on Lambda

using Arguments = std::vector<std::string>;

void add(Arguments& out, std::initializer_list<std::string> arguments) {
  out.insert(out.end(), arguments);
}

/// /bin, /lib and so on: links into /usr on a merged system, folders on others.
void add_system(Arguments& out) {
  add(out, {"--ro-bind", "/usr", "/usr"});
  for (const std::string name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64"}) {
    std::error_code missing;
    if (fs::is_symlink(name, missing)) {
      add(out, {"--symlink", fs::read_symlink(name, missing).string(), name});
    } else if (fs::is_directory(name, missing)) {
      add(out, {"--ro-bind", name, name});
    }
  }
}

void add_etc(Arguments& out, const fs::path& folder) {
  for (const std::string name : {"passwd", "group", "hosts", "nsswitch.conf", "hostname"}) {
    add(out, {"--ro-bind", (folder / name).string(), "/etc/" + name});
  }
  for (const std::string name : {"/etc/ssl", "/etc/ca-certificates", "/etc/ld.so.cache",
                                 "/etc/alternatives", "/etc/mime.types"}) {
    add(out, {"--ro-bind-try", name, name});
  }
}

void add_namespaces(Arguments& out, bool root) {
  add(out, {"--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
            "--unshare-cgroup-try", "--hostname", "sandbox", "--die-with-parent", "--new-session"});
  if (root) {
    add(out, {"--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"});
  } else {
    add(out, {"--unshare-user", "--disable-userns", "--uid", std::to_string(kInsideUid), "--gid",
              std::to_string(kInsideUid)});
  }
}

/// Node.js finds packages by walking up from the code; the layers' stand before the runtime's.
void add_node_modules(Arguments& out, const FunctionOptions& options, const SandboxView& view) {
  const auto packages = options.runtimes_dir / "node" / "node_modules";
  std::error_code missing;
  if (fs::is_directory(packages, missing))
    add(out, {"--ro-bind", fs::absolute(packages).string(), "/var/runtime/node_modules"});
  add(out, {"--symlink", "/var/runtime/node_modules", "/node_modules"});
  if (fs::is_directory(view.layers_dir / "nodejs" / "node_modules", missing))
    add(out, {"--symlink", "/opt/nodejs/node_modules", "/var/node_modules"});
}

/// What runs in the sandbox: our Python bootstrap, or what enter.py becomes.
void add_program(Arguments& out, const FunctionOptions& options, const SandboxView& view) {
  const bool python = view.kind == RuntimeKind::Python;
  out.push_back(options.python);
  if (!python) add(out, {"-I", "-S"});
  add(out,
      {python ? "/var/runtime/bootstrap.py" : "/var/runtime/enter.py", std::to_string(kControlFd),
       std::to_string(view.processes), std::to_string(view.data_bytes)});
  if (view.kind == RuntimeKind::Node) add(out, {options.node, "/var/runtime/bootstrap.cjs"});
}

}  // namespace

Result<void> write_etc(const fs::path& folder) {
  const std::pair<const char*, std::string> files[] = {
      {"passwd",
       "root:x:0:0:root:/root:/usr/sbin/nologin\n"
       "sbx_user1051:x:993:993::/home/sbx_user1051:/usr/sbin/nologin\n"},
      {"group", "root:x:0:\nsbx_user1051:x:993:\n"},
      {"hosts", "127.0.0.1 localhost sandbox\n"},
      {"nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"},
      {"hostname", "sandbox\n"}};
  std::error_code error;
  fs::create_directories(folder, error);
  for (const auto& [name, content] : files) {
    std::ofstream file(folder / name, std::ios::trunc);
    file << content;
    file.close();
    if (!file) return fail(internal_error((folder / name).string() + " cannot be written"));
    fs::permissions(folder / name, fs::perms(0644), error);
  }
  return {};
}

Result<void> copy_runtime(const fs::path& runtimes, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder / "node_modules", error);
  for (const auto& made : {folder, folder / "node_modules"}) {
    if (!error) fs::permissions(made, fs::perms(0755), error);
  }
  for (const auto* name : {"enter.py", "python/bootstrap.py", "node/bootstrap.cjs"}) {
    const auto source = runtimes / name;
    const auto target = folder / source.filename();
    if (!error) fs::copy_file(source, target, fs::copy_options::overwrite_existing, error);
    if (!error) fs::permissions(target, fs::perms(0644), error);
    if (error) {
      return fail(internal_error(source.string() + " cannot be copied: " + error.message()));
    }
  }
  return {};
}

std::string find_program(const std::string& name) {
  if (name.find('/') != name.npos) return ::access(name.c_str(), X_OK) == 0 ? name : std::string();
  const auto* path = std::getenv("PATH");
  std::istringstream folders(std::string(path ? path : "") + ":/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto full = folder + "/" + name;
    if (folder.starts_with('/') && ::access(full.c_str(), X_OK) == 0) return full;
  }
  return {};
}

Arguments sandbox_command(const FunctionOptions& options, const SandboxView& view) {
  const bool root = view.uid != 0;
  Arguments out{options.bubblewrap};
  add_namespaces(out, root);
  // Folders that bwrap makes by itself on the way to a mount may be closed to the sandbox's user.
  add(out, {"--perms", "0755", "--dir", "/etc", "--perms", "0755", "--dir", "/var"});
  add_system(out);
  add_etc(out, options.work_dir / "etc");
  add(out, {"--ro-bind", view.task_dir.string(), "/var/task"});
  add(out, {"--ro-bind", (options.work_dir / "runtime").string(), "/var/runtime"});
  if (!view.layers_dir.empty()) add(out, {"--ro-bind", view.layers_dir.string(), "/opt"});
  if (view.kind == RuntimeKind::Node) add_node_modules(out, options, view);
  add(out, {"--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"});
  const auto tmp_bytes = view.tmp_bytes ? view.tmp_bytes : options.tmp_bytes;
  add(out, {"--perms", "1777", "--size", std::to_string(tmp_bytes), "--tmpfs", "/tmp"});
  add(out, {"--remount-ro", "/", "--chdir", "/var/task"});
  if (view.seccomp) add(out, {"--seccomp", std::to_string(kSeccompFd)});
  out.push_back("--");
  if (root) {
    const auto uid = std::to_string(view.uid);
    add(out, {"/usr/bin/setpriv", "--reuid", uid, "--regid", uid, "--clear-groups"});
  }
  add_program(out, options, view);
  return out;
}

}  // namespace tocsin::workers
