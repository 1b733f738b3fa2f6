// SPDX-License-Identifier: Apache-2.0
#include "workers/sandbox_process.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/document.hpp"
#include "workers/bubblewrap.hpp"
#include "workers/chroot.hpp"

namespace tocsin::workers {
namespace {

constexpr int kFirstFree = 10;  // above every descriptor that the command gets

Failure trouble(std::string_view what) {
  return fail(
      internal_error(fmt::format("A sandbox cannot be made: {}: {}", what, std::strerror(errno))));
}

/// The same descriptor with a number that dup2 in the child does not hit.
Fd moved_up(Fd fd) {
  return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstFree));
}

Fd memory_file(const std::string& bytes) {
  Fd file(::memfd_create("seccomp", MFD_CLOEXEC));
  if (!file ||
      ::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    return {};
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// Everything that the child needs, made before the fork: after it only async-signal-safe calls are
/// allowed, since other threads may have held locks.
struct ChildPlan {
  std::vector<char*> argv;
  std::vector<const char*> entrances;
  int input = -1;
  int output = -1;
  int control = -1;
  int seccomp = -1;
  const char* root_folder = nullptr;
};

void write_in_child(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const auto count = ::write(fd, text, std::strlen(text));
  ::close(fd);
}

void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGCHLD, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
    ::signal(signal, SIG_DFL);
  }
}

[[noreturn]] void give_up_in_child(std::string_view why) {
  [[maybe_unused]] const auto count = ::write(STDERR_FILENO, why.data(), why.size());
  ::_exit(127);
}

[[noreturn]] void become_sandbox(const ChildPlan& plan) {
  reset_signals();
  for (const auto* entrance : plan.entrances)
    write_in_child(entrance, "0");
  // Should the machine run short of memory, functions go before the server.
  write_in_child("/proc/self/oom_score_adj", "800");
  ::dup2(plan.input, STDIN_FILENO);
  ::dup2(plan.output, STDOUT_FILENO);
  ::dup2(plan.output, STDERR_FILENO);
  ::dup2(plan.control, kControlFd);
  if (plan.seccomp >= 0) ::dup2(plan.seccomp, kSeccompFd);
  if (plan.root_folder && !mount_root(plan.root_folder)) {
    give_up_in_child("the chroot that the server runs in cannot be made a mount\n");
  }
  const auto first_closed = plan.seccomp >= 0 ? kSeccompFd + 1 : kControlFd + 1;
  ::syscall(SYS_close_range, static_cast<unsigned>(first_closed), ~0U, 0U);
  char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
  char language[] = "LANG=C.UTF-8";
  char* environment[] = {path, language, nullptr};
  ::execve(plan.argv[0], plan.argv.data(), environment);
  give_up_in_child("bubblewrap cannot be started\n");
}

}  // namespace

Result<std::unique_ptr<SandboxProcess>> SandboxProcess::start(ProcessPlan plan) {
  std::unique_ptr<SandboxProcess> process(new SandboxProcess);
  int output[2];
  int control[2];
  if (::pipe2(output, O_CLOEXEC) != 0) return trouble("pipe");
  process->output_ = Fd(output[0]);
  const auto theirs_output = moved_up(Fd(output[1]));
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) != 0) {
    return trouble("socketpair");
  }
  process->control_ = Fd(control[0]);
  const auto theirs_control = moved_up(Fd(control[1]));
  ::fcntl(process->output_.get(), F_SETFL, O_NONBLOCK);
  const int on = 1;
  ::setsockopt(control[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);

  Object environment;
  for (const auto& [name, value] : plan.environment)
    environment[name] = value;
  const auto message = to_json(environment);
  if (::send(control[0], message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    return trouble("the environment cannot be handed over");
  }
  const auto null_device = moved_up(Fd(::open("/dev/null", O_RDWR | O_CLOEXEC)));
  const auto seccomp = plan.seccomp.empty() ? Fd() : moved_up(memory_file(plan.seccomp));
  if (!theirs_output || !theirs_control || !null_device) return trouble("descriptors");
  if (!plan.seccomp.empty() && !seccomp) return trouble("seccomp");

  ChildPlan child;
  for (auto& argument : plan.command)
    child.argv.push_back(argument.data());
  child.argv.push_back(nullptr);
  if (plan.cgroup) {
    for (const auto& file : plan.cgroup->entrances())
      child.entrances.push_back(file.c_str());
  }
  child.input = null_device.get();
  child.output = theirs_output.get();
  child.control = theirs_control.get();
  child.seccomp = seccomp.get();
  if (!plan.root_folder.empty()) child.root_folder = plan.root_folder.c_str();

  const auto pid = ::fork();
  if (pid == 0) become_sandbox(child);
  if (pid < 0) return trouble("fork");
  process->pid_ = pid;
  process->cgroup_ = std::move(plan.cgroup);
  process->pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process->pidfd_) return trouble("pidfd_open");
  return process;
}

SandboxProcess::~SandboxProcess() {
  kill();
}

namespace {

bool is_listener(int fd) {
  int domain = 0;
  int listening = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_INET &&
         ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening == 1;
}

/// What a control message carries beside its bytes.
struct Carried {
  std::vector<Fd> fds;
  pid_t sender = -1;
};

Carried unpack(msghdr& message) {
  Carried out;
  for (auto* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type == SCM_RIGHTS) {
      const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < count; ++i) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
        out.fds.emplace_back(fd);
      }
    } else if (part->cmsg_type == SCM_CREDENTIALS) {
      ucred credentials{};
      std::memcpy(&credentials, CMSG_DATA(part), sizeof credentials);
      out.sender = credentials.pid;
    }
  }
  return out;
}

}  // namespace

std::optional<Hello> SandboxProcess::hello() {
  char text[16];
  iovec piece{text, sizeof text};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int) * 8) + CMSG_SPACE(sizeof(ucred))];
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  const auto size = ::recvmsg(control_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  auto carried = unpack(message);
  if (size <= 0 || carried.fds.size() != 2) return std::nullopt;
  for (const auto& fd : carried.fds) {
    if (!is_listener(fd.get())) return std::nullopt;
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  }
  bootstrap_ = carried.sender;
  return Hello{std::move(carried.fds[0]), std::move(carried.fds[1])};
}

std::optional<std::string> SandboxProcess::ended() {
  if (end_) return end_;
  int status = 0;
  if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  // bwrap tells a signal as the shell does: 128 and the signal's number.
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == 0)
    end_ = "";
  else if (code == 128 + SIGKILL)
    end_ = "signal: killed";
  else if (code == 128 + SIGSEGV)
    end_ = "signal: segmentation fault";
  else if (code == 128 + SIGABRT)
    end_ = "signal: aborted";
  else if (code == 128 + SIGTERM)
    end_ = "signal: terminated";
  else
    end_ = fmt::format("exit status {}", code);
  return end_;
}

void SandboxProcess::kill() {
  if (pid_ <= 0 || end_) return;
  if (cgroup_) cgroup_->kill();
  // The first process of the namespace dies with bwrap, and every other with it.
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  end_ = "signal: killed";
}

int SandboxProcess::peak_memory_mb() const {
  if (bootstrap_ <= 0) return 0;
  const auto status = read_small_file(fmt::format("/proc/{}/status", bootstrap_));
  const auto at = status.find("VmHWM:");
  if (at == status.npos) return 0;
  return static_cast<int>((std::atoll(status.c_str() + at + 6) + 1023) / 1024);
}

}  // namespace tocsin::workers
