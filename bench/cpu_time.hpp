// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>

namespace tocsin::bench {

/// Seconds of processor time that this thread has used: what else runs on the machine hardly shows
/// in it.
inline double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace tocsin::bench
