// SPDX-License-Identifier: Apache-2.0
// A closed loop: each client sends its next request when it has the reply to its last.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "load/histogram.hpp"
#include "wire/sigv4.hpp"

namespace tocsin::bench {

struct Call {
  wire::Headers headers;  // names in lower case
  std::string body;
};

struct Options {
  std::uint16_t port = 4566;
  int clients = 16;
  double seconds = 5;       // of measuring, unless `calls` says when it ends
  double warm_seconds = 1;  // of the same load before it, not measured
  std::uint64_t calls = 0;
  std::uint64_t sample = 0;  // calls between two looks at the server's resident memory
  int pid = 0;               // the server
  wire::Signer signer;
  Call call;
};

struct Report {
  Histogram latency;  // of the calls that succeeded
  std::map<std::string, std::uint64_t> errors;
  double seconds = 0;
  std::uint64_t server_cpu_us = 0, client_cpu_us = 0;
  std::vector<std::uint64_t> resident_kib;  // at the start, at each sample, at the end
};

Report run(const Options& options);

}  // namespace tocsin::bench
