// SPDX-License-Identifier: Apache-2.0
// Reads one JSON document from standard input, says what it measured in one on standard output:
//   {"port":4631,"clients":16,"seconds":5,"warm_seconds":1,"pid":4711,"service":"sns","region":"us-east-1",
//    "key":"AKIA…","secret":"…","headers":{"content-type":"…"},"body":"Action=Publish&…"}
// "calls" instead of "seconds" ends after so many; "sample" looks at the server's memory every so
// many calls.
#include <fmt/format.h>
#include <iostream>
#include <iterator>

#include "base/document.hpp"
#include "load/load.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::bench;

double number(const Document& plan, std::string_view name, double fallback) {
  const auto* member = find(plan, name);
  return member ? member->to_number<double>() : fallback;
}

Options options_from(const Document& plan) {
  Options options;
  options.port = static_cast<std::uint16_t>(number(plan, "port", options.port));
  options.clients = static_cast<int>(number(plan, "clients", options.clients));
  options.seconds = number(plan, "seconds", options.seconds);
  options.warm_seconds = number(plan, "warm_seconds", options.warm_seconds);
  options.calls = static_cast<std::uint64_t>(number(plan, "calls", 0));
  options.sample = static_cast<std::uint64_t>(number(plan, "sample", 0));
  options.pid = static_cast<int>(number(plan, "pid", 0));
  options.signer = {string_of(plan, "key"),
                    string_of(plan, "secret"),
                    {},
                    string_of(plan, "region"),
                    string_of(plan, "service")};
  options.call.body = string_of(plan, "body");
  for (const auto& [name, value] : object_of(plan, "headers"))
    options.call.headers.emplace_back(name, value.as_string());
  return options;
}

Document to_document(const Report& report) {
  const auto calls = std::max<double>(1, static_cast<double>(report.latency.total()));
  Object errors;
  for (const auto& [code, count] : report.errors)
    errors[code] = count;
  return Object{
      {"calls", report.latency.total()},
      {"seconds", report.seconds},
      {"per_second",
       report.seconds > 0 ? static_cast<double>(report.latency.total()) / report.seconds : 0},
      {"p50_ms", static_cast<double>(report.latency.quantile(0.5)) / 1000},
      {"p99_ms", static_cast<double>(report.latency.quantile(0.99)) / 1000},
      {"p999_ms", static_cast<double>(report.latency.quantile(0.999)) / 1000},
      {"server_cpu_us", static_cast<double>(report.server_cpu_us) / calls},
      {"client_cpu_us", static_cast<double>(report.client_cpu_us) / calls},
      {"resident_kib", Array(report.resident_kib.begin(), report.resident_kib.end())},
      {"errors", std::move(errors)}};
}

}  // namespace

int main() {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  const auto plan = parse_json(text);
  if (!plan) {
    fmt::print(stderr, "bench_load: {}\n", plan.error().message);
    return 2;
  }
  fmt::print("{}\n", to_json(to_document(run(options_from(*plan)))));
  return 0;
}
