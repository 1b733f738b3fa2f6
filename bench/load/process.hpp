// SPDX-License-Identifier: Apache-2.0
// What the kernel says about a process (proc(5)).
#pragma once

#include <cstdint>

namespace tocsin::bench {

/// Processor time that all threads of `pid` have used; 0 where there is no such process.
std::uint64_t cpu_microseconds(int pid);
/// Resident memory in KiB; 0 where there is no such process.
std::uint64_t resident_kib(int pid);

}  // namespace tocsin::bench
