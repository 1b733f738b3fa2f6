// SPDX-License-Identifier: Apache-2.0
// What the function worker is told at start.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace tocsin::workers {

struct FunctionOptions {
  /// Where code is unpacked. Made where missing; what an earlier run left in it is removed.
  std::filesystem::path work_dir;
  /// The folder `runtimes` of the distribution: enter.py and the bootstraps.
  std::filesystem::path runtimes_dir;
  /// Where the server answers API calls: "127.0.0.1:4566", "[::1]:4566", or the absolute path of a
  /// unix socket. Sandboxes reach it, and nothing else, as http://127.0.0.1:4566.
  std::string endpoint;
  std::string bubblewrap = "bwrap";
  std::string python = "/usr/bin/python3";
  std::string node = "/usr/bin/node";  // where it is missing, only Node.js functions fail

  std::size_t max_sandboxes = 32;
  std::size_t max_queue = 1000;
  std::chrono::milliseconds idle_limit = std::chrono::minutes(5);
  /// A sandbox keeps the credentials of its first invocation, so it is not reused for longer, nor
  /// beyond the expiration of these where the job names one.
  std::chrono::milliseconds age_limit = std::chrono::minutes(45);
  /// How long initialisation may take beyond the function's timeout.
  std::chrono::milliseconds init_limit = std::chrono::seconds(10);

  std::size_t max_processes = 1024;
  std::size_t tmp_bytes = std::size_t{512} << 20;
  std::size_t log_line_bytes = std::size_t{256} << 10;
  std::size_t log_bytes = std::size_t{16} << 20;
  std::size_t code_cache_bytes = std::size_t{2} << 30;
  /// Sandboxes of a server that runs as root take the user ids from here on, one each; a second
  /// server on the host those after its. Above what distributions, useradd, subuid and systemd give
  /// away.
  unsigned first_uid = 1'879'050'000;
};

}  // namespace tocsin::workers
