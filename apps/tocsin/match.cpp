// SPDX-License-Identifier: Apache-2.0
#include "match.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "telemetry/source.hpp"
#include "telemetry_report.hpp"

namespace tocsin::app {
namespace {

constexpr std::string_view kUsage =
    "usage: tocsin match [--cloudtrail [--all-management-events]] [--matches] [--expect FILE] "
    "[--strict] [--json] [--threads N] RULES EVENTS\n"
    "RULES: a JSON object {name: pattern}, or a pattern a line. EVENTS: a file, a folder or -, one "
    "event a line;\n"
    "with --cloudtrail: CloudTrail's log files, each record as the event that EventBridge makes of "
    "it. Rules see read-only\n"
    "management events only with --all-management-events, as on AWS those in the state "
    "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.\n";

struct MatchOptions {
  std::string rules, events, expect;
  bool cloudtrail = false, reads = false, matches = false, strict = false, json = false;
  unsigned threads = 0;
};

Result<MatchOptions> match_options(std::span<char*> words) {
  const auto arguments = TRY(Arguments::parse(
      words, {"--threads", "--expect"},
      {"--cloudtrail", "--all-management-events", "--matches", "--strict", "--json"}));
  if (arguments.rest().size() != 2) return fail("Usage", "RULES and EVENTS are needed");
  MatchOptions options{.rules = arguments.rest()[0],
                       .events = arguments.rest()[1],
                       .expect = arguments.value("--expect")};
  options.cloudtrail = arguments.has("--cloudtrail");
  options.reads = arguments.has("--all-management-events");
  options.matches = arguments.has("--matches");
  options.strict = arguments.has("--strict");
  options.json = arguments.has("--json");
  options.threads = static_cast<unsigned>(TRY(arguments.number("--threads", 0, 0, 256)));
  return options;
}

Result<std::string> file_text(const std::string& path) {
  const auto source = TRY(telemetry::open_source(path));
  std::string text, piece(64 * 1024, '\0');
  while (const auto got = TRY(source->read(piece.data(), piece.size())))
    text.append(piece, 0, got);
  return text;
}

/// Prints which rules match which event, events numbered from 1 in each file.
class MatchPrinter {
 public:
  MatchPrinter(bool json, bool many_files) : json_(json), many_files_(many_files) {}

  void print(const telemetry::Findings& findings) {
    auto& before = events_[findings.file];
    for (const auto& found : findings.found) {
      const auto number = found.line ? found.line : before + found.index + 1;
      if (json_) {
        Object line{{"event", number}, {"rules", boost::json::value_from(found.rules)}};
        if (many_files_) line["file"] = *findings.file;
        fmt::print("{}\n", to_json(line));
      } else {
        fmt::print("{}{}\t{}\n", many_files_ ? *findings.file + ":" : "", number,
                   fmt::join(found.rules, "\t"));
      }
    }
    before += findings.records;
  }

 private:
  const bool json_, many_files_;
  std::map<const std::string*, std::uint64_t> events_;
};

/// What differs between the counts of a file {name: count} and those that came out; empty: nothing.
Result<std::string> differences(const std::string& file, const telemetry::MatchCounts& counts) {
  const auto wanted = parse_json(TRY(file_text(file)));
  if (!wanted || !wanted->is_object())
    return fail("Expect", fmt::format("{} is no JSON object {{name: count}}", file));
  std::string text;
  for (const auto& member : wanted->as_object()) {
    const std::string name(member.key());
    const auto found = counts.find(name);
    const auto count = found == counts.end() ? 0 : found->second;
    if (integer(*wanted, name) != static_cast<std::int64_t>(count)) {
      text +=
          fmt::format("rule {} matches {} events, not {}\n", name, count, to_json(member.value()));
    }
  }
  return text;
}

void print_report(const MatchOptions& options, const TelemetryReport& report) {
  if (options.json) {
    const Document document = to_object(report);
    fmt::print("{}\n", options.matches ? to_json(document) : pretty_json(document));
  } else {
    // The matches are what standard output is for then.
    fmt::print(options.matches ? stderr : stdout, "{}", to_text(report));
  }
}

Result<int> run(std::span<char*> words) {
  const auto options = TRY(match_options(words));
  auto rules = TRY(telemetry::parse_rules(TRY(file_text(options.rules))));
  for (auto& rule : rules)
    rule.reads = options.reads;
  const auto book = TRY(telemetry::make_rule_book(std::move(rules)));
  const auto files = TRY(telemetry::list_files(options.events));
  const auto content =
      options.cloudtrail ? telemetry::Content::CloudTrail : telemetry::Content::Events;
  telemetry::Problems problems;
  telemetry::Progress progress;
  MatchPrinter printer(options.json, files.size() > 1);
  telemetry::Matching matching(
      {.content = content, .check_all = options.strict, .keep_rules = options.matches}, book,
      problems, [&](const telemetry::Findings& findings) { printer.print(findings); });
  const Stopwatch watch;
  telemetry::run_pipeline(
      files, {.content = content, .threads = options.threads}, [&] { return matching.consumer(); },
      problems, progress);
  const auto report = make_report(options.cloudtrail ? "records" : "events", progress, problems,
                                  matching.totals(), watch);
  print_report(options, report);
  if (!options.expect.empty()) {
    if (const auto different = TRY(differences(options.expect, report.totals.rules));
        !different.empty())
      return fail("Expect", different);
  }
  return options.strict && report.malformed ? 1 : 0;
}

}  // namespace

int match(std::span<char*> words) {
  const auto status = run(words);
  if (status) return *status;
  const bool usage = status.error().code == "Usage";
  fmt::print(stderr, "tocsin: {}\n{}", status.error().message, usage ? kUsage : "");
  return usage ? 2 : 1;
}

}  // namespace tocsin::app
