// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tocsin::workers {

/// The filter of system calls that every sandbox gets, as the bytes of a classic BPF program (what
/// bwrap --seccomp reads). It takes away what a function has no use for and an attack on the kernel
/// has: new namespaces, mounts, ptrace, bpf, keyrings, io_uring, foreign socket families (vsock
/// reaches the host past network namespaces) and foreign ABIs. Empty on machines other than x86-64
/// and arm64.
std::string seccomp_program();

}  // namespace tocsin::workers
