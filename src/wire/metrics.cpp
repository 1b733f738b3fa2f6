// SPDX-License-Identifier: Apache-2.0
#include "wire/metrics.hpp"

#include <fmt/format.h>

namespace tocsin::wire {
namespace {

constexpr std::size_t kMaxSeries = 20'000;  // operations times error codes: bounded whatever comes

void metric(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            std::uint64_t value) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help,
                 type, value);
}

void counter(std::string& out, std::string_view name, std::string_view help, std::uint64_t value) {
  metric(out, name, "counter", help, value);
}
void gauge(std::string& out, std::string_view name, std::string_view help, std::uint64_t value) {
  metric(out, name, "gauge", help, value);
}

}  // namespace

void CallMetrics::add(std::string_view service, std::string_view operation,
                      std::string_view outcome, double seconds) {
  const std::lock_guard lock(mutex_);
  Key key(service, operation, outcome);
  auto found = sums_.find(key);
  if (found == sums_.end()) {
    if (sums_.size() >= kMaxSeries) return;
    found = sums_.emplace(std::move(key), Sum{}).first;
  }
  ++found->second.calls;
  found->second.seconds += seconds;
}

void CallMetrics::write(std::string& out) const {
  const std::lock_guard lock(mutex_);
  out +=
      "# HELP tocsin_call_seconds Time from a call's head to its reply.\n# TYPE "
      "tocsin_call_seconds summary\n";
  for (const auto& [key, sum] : sums_) {
    const auto labels = fmt::format("{{service=\"{}\",operation=\"{}\",outcome=\"{}\"}}",
                                    std::get<0>(key), std::get<1>(key), std::get<2>(key));
    fmt::format_to(std::back_inserter(out),
                   "tocsin_call_seconds_sum{0} {1:.6f}\ntocsin_call_seconds_count{0} {2}\n", labels,
                   sum.seconds, sum.calls);
  }
}

void write_metrics(std::string& out, const ServerStats& stats) {
  counter(out, "tocsin_http_connections_total", "Connections accepted.", stats.accepted);
  counter(out, "tocsin_http_connections_refused_total", "Connections beyond the maximum.",
          stats.refused);
  gauge(out, "tocsin_http_connections_open", "Connections now.", stats.open);
  counter(out, "tocsin_http_timeouts_total", "Connections ended because the client was slow.",
          stats.timeouts);
  counter(out, "tocsin_http_requests_total", "Requests whose head was read.", stats.requests);
  counter(out, "tocsin_http_received_bytes_total", "Bytes received.", stats.bytes_in);
  counter(out, "tocsin_http_sent_bytes_total", "Bytes sent.", stats.bytes_out);
  out +=
      "# HELP tocsin_http_replies_total Replies by status.\n# TYPE tocsin_http_replies_total "
      "counter\n";
  for (const auto& [status, times] : stats.statuses) {
    fmt::format_to(std::back_inserter(out), "tocsin_http_replies_total{{status=\"{}\"}} {}\n",
                   status, times);
  }
}

void write_metrics(std::string& out, const core::Cloud::Stats& stats) {
  counter(out, "tocsin_core_inputs_total", "Inputs applied.", stats.inputs);
  counter(out, "tocsin_core_reads_total", "Calls answered from a snapshot.", stats.reads);
  counter(out, "tocsin_core_appends_total", "Appends to the log, one sync each.", stats.appends);
  counter(out, "tocsin_core_refused_total", "Inputs refused because the queue was full.",
          stats.refused);
  gauge(out, "tocsin_core_waiting", "Inputs that wait to be appended.", stats.waiting);
  gauge(out, "tocsin_core_timers", "Timers that are set.", stats.timers);
  gauge(out, "tocsin_core_jobs", "Jobs without a result yet.", stats.jobs);
}

}  // namespace tocsin::wire
