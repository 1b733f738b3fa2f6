// SPDX-License-Identifier: Apache-2.0
// Queries of Logs Insights and a text filter over a million events in memory: what the engine and
// the reading of segments cost, without disk and HTTP (bench/logs.py has those). Prints one JSON
// document: microseconds of processor time for each event.
#include <fmt/format.h>

#include "core/testing.hpp"
#include "cpu_time.hpp"
#include "services/logs/logs.hpp"
#include "services/logs/query_run.hpp"

namespace {

using namespace tocsin;

constexpr int kEvents = 1'000'000, kBatch = 1'000, kStreams = 4;

std::string message(int number) {
  return fmt::format(
      R"({{"level":"{}","status":{},"path":"/api/items/{}","ms":{},"user":"u{}","request":"{:016x}{}"}})",
      number % 50 ? "info" : "error", number % 97 ? 200 : 500, number % 40, number % 1013,
      number % 5000, static_cast<std::uint64_t>(number) * 2654435761U,
      number % 100'000 == 7 ? "needle" : "");
}

void put(core::TestCloud& cloud, int first) {
  std::string lines;
  for (int number = first; number < first + kBatch; ++number)
    lines += to_json(Object{{"timestamp", to_ms(cloud.now()) - kEvents + number},
                            {"message", message(number)}}) +
             "\n";
  const auto blob = store::to_document(*cloud.stores().blobs->put(lines));
  const auto done =
      cloud.call("logs", "PutLogEvents",
                 Object{{"logGroupName", "g"},
                        {"logStreamName", fmt::format("s{}", first / kBatch % kStreams)},
                        {"logEvents", blob}});
  if (!done) fmt::print(stderr, "{}\n", done.error().message);
}

double microseconds(core::TestCloud& cloud, std::string_view query) {
  (void)cloud.call("logs", "StartQuery",
                   Object{{"logGroupName", "g"},
                          {"queryString", query},
                          {"startTime", 0},
                          {"endTime", to_ms(cloud.now()) / 1000}});
  const auto job = cloud.outstanding().back().job;
  const auto begin = bench::cpu_seconds();
  auto run =
      logs::QueryRun::open(cloud.stores().state->snapshot(), *cloud.stores().blobs, job.payload);
  const auto done = run ? (*run)->advance([] { return false; }) : Result<Document>(Document());
  if (!done || find(*done, "Scanned")->as_double() != kEvents) return -1;
  return (bench::cpu_seconds() - begin) * 1e6 / kEvents;
}

double filtered(core::TestCloud& cloud) {
  const auto begin = bench::cpu_seconds();
  Object params{{"logGroupName", "g"}, {"filterPattern", "needle"}};
  for (bool more = true; more;) {
    const auto page = cloud.call("logs", "FilterLogEvents", params);
    more = page && find(*page, "nextToken");
    if (more) params["nextToken"] = text(*page, "nextToken");
  }
  return (bench::cpu_seconds() - begin) * 1e6 / kEvents;
}

}  // namespace

int main() {
  core::TestCloud cloud(logs::register_logs);
  (void)cloud.call("logs", "CreateLogGroup", Object{{"logGroupName", "g"}});
  for (int i = 0; i < kStreams; ++i)
    (void)cloud.call("logs", "CreateLogStream",
                     Object{{"logGroupName", "g"}, {"logStreamName", fmt::format("s{}", i)}});
  const auto begin = bench::cpu_seconds();
  for (int first = 0; first < kEvents; first += kBatch)
    put(cloud, first);
  Object report{{"put", (bench::cpu_seconds() - begin) * 1e6 / kEvents},
                {"text filter", filtered(cloud)}};
  for (
      const std::string_view query :
      {"stats count(*)", "filter status >= 500 | stats count(*) by bin(5m)",
       R"(filter @message like /u1\d\d"/ | parse @message '"ms":*,' as took | stats avg(took), pct(took, 99) by level)",
       "stats count(*), avg(ms), max(ms) by path",
       "filter @message like 'needle' | sort @timestamp desc | limit 20", "fields @message",
       "filter level = 'error' | stats count_distinct(user) as users by bin(1h)"})
    report[query] = microseconds(cloud, query);
  fmt::print("{}\n", pretty_json(report));
}
