// SPDX-License-Identifier: Apache-2.0
// The pipeline runs on threads of its own; this one talks to the server: it sends what matched, and
// asks once a second which rules there are, so that one that is made meanwhile counts.
#include "ingest.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <thread>

#include "ingest_link.hpp"
#include "telemetry/source.hpp"
#include "telemetry_report.hpp"

namespace tocsin::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kUsage =
    "usage: tocsin ingest cloudtrail [--data DIR] [--endpoint URL] [--region REGION] [--bus NAME] "
    "[--threads N] [--strict] [--json] FILE|DIR|-...\n"
    "Files of CloudTrail: {\"Records\": […]}, arrays, one record a line, each also as gzip; "
    "folders with all below them; - is standard input.\n";

constexpr auto kRefresh = std::chrono::seconds(1);
constexpr auto kProgress = std::chrono::seconds(5);
constexpr std::size_t kWaitingBlocks =
    16;  // whose records wait to be sent; then the matching threads wait

struct IngestOptions {
  ClientOptions client;
  Bus bus;
  std::vector<std::string> files;
  bool strict = false, json = false;
  unsigned threads = 0;
};

Result<ClientOptions> client_options_of(const Arguments& arguments) {
  std::vector<std::string> words;
  for (const std::string_view option : {"--data", "--endpoint"}) {
    if (arguments.has(option))
      words.push_back(fmt::format("{}={}", option, arguments.value(option)));
  }
  std::vector<char*> pointers;
  for (auto& word : words)
    pointers.push_back(word.data());
  std::span<char*> given(pointers);
  return client_options(given);
}

std::string default_region() {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const char* region = std::getenv(name); region && *region) return region;
  }
  return "us-east-1";
}

Result<IngestOptions> ingest_options(std::span<char*> words) {
  const auto arguments = TRY(Arguments::parse(
      words, {"--data", "--endpoint", "--region", "--bus", "--threads"}, {"--strict", "--json"}));
  const auto& rest = arguments.rest();
  if (rest.empty() || rest[0] != "cloudtrail")
    return fail("Usage", "what is to be ingested: cloudtrail");
  if (rest.size() < 2) return fail("Usage", "which file, folder or -");
  IngestOptions options {
    .client = TRY(client_options_of(arguments))
    , .bus = { arguments.value("--bus", "default"), arguments.value("--region", default_region()) }
  };
  for (const auto& path : std::span(rest).subspan(1)) {
    for (auto& file : TRY(telemetry::list_files(path)))
      options.files.push_back(std::move(file));
  }
  options.strict = arguments.has("--strict");
  options.json = arguments.has("--json");
  options.threads = static_cast<unsigned>(TRY(arguments.number("--threads", 0, 0, 256)));
  return options;
}

class Ingest {
 public:
  Ingest(const IngestOptions& options, IngestLink& link,
         std::shared_ptr<const telemetry::RuleBook> rules)
      : options_(options),
        link_(link),
        waiting_(kWaitingBlocks),
        matching_({.content = telemetry::Content::CloudTrail,
                   .check_all = options.strict,
                   .keep_text = true},
                  std::move(rules), problems_, [this](telemetry::Findings findings) {
                    if (!findings.found.empty()) waiting_.push(std::move(findings));
                  }) {}

  Result<void> run() {
    std::jthread pipeline([this] {
      telemetry::run_pipeline(
          options_.files, {.threads = options_.threads}, [this] { return matching_.consumer(); },
          problems_, progress_);
      waiting_.close();
    });
    auto ended = send_all();
    // After an error the threads must not wait for room in the queue.
    progress_.stop = true;
    waiting_.close();
    return ended;
  }

  TelemetryReport report() const {
    return make_report("records", progress_, problems_, matching_.totals(), watch_);
  }

 private:
  Result<void> send_all() {
    auto refresh = Clock::now() + kRefresh, tell = Clock::now() + kProgress;
    while (!waiting_.ended()) {
      if (auto findings = waiting_.pop_until(std::min(refresh, tell))) {
        for (auto& found : findings->found)
          TRY(link_.add(std::move(found.text)));
      }
      if (Clock::now() >= refresh) {
        TRY(link_.flush());
        if (auto rules = TRY(link_.changed_rules())) matching_.set_rules(std::move(rules));
        refresh = Clock::now() + kRefresh;
      }
      if (Clock::now() >= tell) {
        tell_progress();
        tell = Clock::now() + kProgress;
      }
    }
    return link_.flush();
  }

  void tell_progress() const {
    fmt::print(stderr, "tocsin: {} of {} files, {} records, {:.2f} GB, {} malformed, {} sent\n",
               progress_.files.load() + progress_.skipped.load(), options_.files.size(),
               progress_.records.load(), static_cast<double>(progress_.bytes.load()) * 1e-9,
               problems_.count(), link_.totals().sent);
  }

  const IngestOptions& options_;
  IngestLink& link_;
  const Stopwatch watch_;
  telemetry::Problems problems_;
  telemetry::Progress progress_;
  telemetry::BoundedQueue<telemetry::Findings> waiting_;
  telemetry::Matching matching_;
};

void print_report(const IngestOptions& options, const TelemetryReport& report,
                  const SendTotals& sent) {
  if (options.json) {
    auto object = to_object(report);
    object["sent"] = sent.sent;
    object["accepted"] = sent.accepted;
    object["duplicates"] = sent.duplicates;
    object["refused"] = sent.refused;
    fmt::print("{}\n", pretty_json(object));
    return;
  }
  const auto more = fmt::format(
      "sent       {} in {} call{}: {} accepted, {} known already, {} refused\n", sent.sent,
      sent.calls, sent.calls == 1 ? "" : "s", sent.accepted, sent.duplicates, sent.refused);
  fmt::print("{}", to_text(report, more));
}

Result<int> run(std::span<char*> words) {
  const auto options = TRY(ingest_options(words));
  IngestLink link(options.client, TRY(root_key(options.client)), options.bus);
  const auto rules = TRY(link.changed_rules());
  if (rules->rules.empty())
    fmt::print(stderr, "tocsin: the event bus {} in {} has no enabled rule with a pattern yet\n",
               options.bus.name, options.bus.region);
  Ingest ingest(options, link, rules);
  const auto ended = ingest.run();
  const auto report = ingest.report();
  print_report(options, report, link.totals());
  if (!ended) return fail(ended.error());
  return options.strict && (report.malformed || link.totals().refused) ? 1 : 0;
}

}  // namespace

int ingest(std::span<char*> words) {
  const auto status = run(words);
  if (status) return *status;
  const bool usage = status.error().code == "Usage";
  fmt::print(stderr, "tocsin: {}\n{}", status.error().message, usage ? kUsage : "");
  return usage ? 2 : 1;
}

}  // namespace tocsin::app
