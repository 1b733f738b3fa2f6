// SPDX-License-Identifier: Apache-2.0
#include "workers/seccomp.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <vector>

namespace tocsin::workers {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

constexpr std::uint32_t kX32Bit = 0x40000000;
constexpr std::uint32_t kNewNamespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                         CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

// clang-format off: one a line would be a page.
constexpr std::uint32_t kDenied[] = {SYS_unshare,
                                     SYS_setns,
                                     SYS_mount,
                                     SYS_umount2,
                                     SYS_pivot_root,
                                     SYS_chroot,
                                     SYS_move_mount,
                                     SYS_open_tree,
                                     SYS_fsopen,
                                     SYS_fsconfig,
                                     SYS_fsmount,
                                     SYS_fspick,
                                     SYS_mount_setattr,
                                     SYS_ptrace,
                                     SYS_bpf,
                                     SYS_perf_event_open,
                                     SYS_keyctl,
                                     SYS_add_key,
                                     SYS_request_key,
                                     SYS_userfaultfd,
                                     SYS_io_uring_setup,
                                     SYS_io_uring_enter,
                                     SYS_io_uring_register,
                                     SYS_open_by_handle_at,
                                     SYS_name_to_handle_at,
                                     SYS_kexec_load,
                                     SYS_init_module,
                                     SYS_finit_module,
                                     SYS_delete_module,
                                     SYS_swapon,
                                     SYS_swapoff,
                                     SYS_acct,
                                     SYS_quotactl,
                                     SYS_reboot,
                                     SYS_settimeofday,
                                     SYS_clock_settime,
                                     SYS_process_vm_readv,
                                     SYS_process_vm_writev};
// clang-format on

constexpr std::uint32_t kFamilies[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

using Program = std::vector<sock_filter>;

constexpr std::uint32_t refuse(int error) {
  return SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA);
}

void load(Program& program, std::size_t offset) {
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
}

void end(Program& program, std::uint32_t verdict) {
  program.push_back(BPF_STMT(BPF_RET | BPF_K, verdict));
}

/// The next `count` instructions run only if the loaded word compares so with `value`.
void when(Program& program, std::uint16_t comparison, std::uint32_t value, std::uint8_t count) {
  program.push_back(
      BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), value, 0, count));
}

void deny(Program& program, std::uint32_t call, int error) {
  when(program, BPF_JEQ, call, 1);
  end(program, refuse(error));
}

Program build() {
  Program program;
  load(program, offsetof(seccomp_data, arch));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  end(program, SECCOMP_RET_KILL_PROCESS);
  load(program, offsetof(seccomp_data, nr));
#if defined(__x86_64__)
  when(program, BPF_JGE, kX32Bit, 1);
  end(program, refuse(ENOSYS));
#endif
  for (const auto call : kDenied)
    deny(program, call, EPERM);
  deny(program, SYS_clone3, ENOSYS);  // its flags lie in memory; libraries fall back to clone
  when(program, BPF_JEQ, SYS_clone, 4);
  load(program, offsetof(seccomp_data, args[0]));
  when(program, BPF_JSET, kNewNamespaces, 1);
  end(program, refuse(EPERM));
  end(program, SECCOMP_RET_ALLOW);
  constexpr std::uint8_t kSocketBlock = 1 + 2 * std::size(kFamilies) + 1;
  when(program, BPF_JEQ, SYS_socket, kSocketBlock);
  load(program, offsetof(seccomp_data, args[0]));
  for (const auto family : kFamilies) {
    when(program, BPF_JEQ, family, 1);
    end(program, SECCOMP_RET_ALLOW);
  }
  end(program, refuse(EAFNOSUPPORT));
  end(program, SECCOMP_RET_ALLOW);
  return program;
}

}  // namespace

std::string seccomp_program() {
  if (kArchitecture == 0) return {};
  const auto program = build();
  return {reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter)};
}

}  // namespace tocsin::workers
