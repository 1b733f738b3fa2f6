// SPDX-License-Identifier: Apache-2.0
// What /metrics shows, in the text format of Prometheus.
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "core/cloud.hpp"
#include "wire/http_server.hpp"

namespace tocsin::wire {

/// Calls by operation and outcome. Any thread.
class CallMetrics {
 public:
  /// `service` and `operation` must live as long as the process: the models' own.
  void add(std::string_view service, std::string_view operation, std::string_view outcome,
           double seconds);
  void write(std::string& out) const;

 private:
  struct Sum {
    std::uint64_t calls = 0;
    double seconds = 0;
  };
  using Key = std::tuple<std::string_view, std::string_view, std::string>;
  mutable std::mutex mutex_;
  std::map<Key, Sum> sums_;
};

void write_metrics(std::string& out, const ServerStats& stats);
void write_metrics(std::string& out, const core::Cloud::Stats& stats);

}  // namespace tocsin::wire
