// SPDX-License-Identifier: Apache-2.0
#include "load/process.hpp"

#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace tocsin::bench {

std::uint64_t cpu_microseconds(int pid) {
  std::string line;
  std::getline(std::ifstream(fmt::format("/proc/{}/stat", pid)), line);
  const auto name_end = line.rfind(')');  // the program's name may hold anything
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(line.substr(name_end + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  std::uint64_t user = 0, kernel = 0;
  fields >> user >> kernel;
  return (user + kernel) * 1'000'000 / ::sysconf(_SC_CLK_TCK);
}

std::uint64_t resident_kib(int pid) {
  std::uint64_t size = 0, resident = 0;
  std::ifstream(fmt::format("/proc/{}/statm", pid)) >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE) / 1024;
}

}  // namespace tocsin::bench
