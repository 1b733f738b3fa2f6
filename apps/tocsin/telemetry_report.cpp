// SPDX-License-Identifier: Apache-2.0
#include "telemetry_report.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <sys/resource.h>

namespace tocsin::app {
namespace {

double cpu_now() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double rate(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

/// 1234567 as "1,234,567".
std::string grouped(double number) {
  const auto digits = fmt::format("{:.0f}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}
std::string grouped(std::uint64_t number) {
  return grouped(static_cast<double>(number));
}

std::string files_text(const TelemetryReport& report) {
  auto text = fmt::format("{} file{}", grouped(report.files), report.files == 1 ? "" : "s");
  if (report.skipped_files) text += fmt::format(" ({} skipped)", grouped(report.skipped_files));
  return text;
}

std::string problems_text(const TelemetryReport& report) {
  if (report.malformed == 0) return {};
  std::string text;
  for (const auto& problem : report.problems)
    text += "  " + telemetry::to_text(problem) + "\n";
  if (report.malformed > report.problems.size())
    text += fmt::format("  and {} more\n", grouped(report.malformed - report.problems.size()));
  return text;
}

std::string rules_text(const TelemetryReport& report) {
  std::string text;
  for (const auto& [name, count] : report.totals.rules)
    text += fmt::format("{:>13}  {}\n", grouped(count), name);
  return text;
}

}  // namespace

Result<Arguments> Arguments::parse(std::span<char*> words,
                                   const std::set<std::string_view>& options,
                                   const std::set<std::string_view>& flags) {
  Arguments out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto name = word.substr(0, word.find('='));
    if (word == "-" || !word.starts_with("-")) {
      out.rest_.emplace_back(word);
    } else if (flags.contains(word)) {
      out.values_.emplace(word, "");
    } else if (!options.contains(name)) {
      return fail("Usage", fmt::format("unknown option {}", word));
    } else if (name.size() < word.size()) {
      out.values_.insert_or_assign(std::string(name), std::string(word.substr(name.size() + 1)));
    } else if (i + 1 < words.size()) {
      out.values_.insert_or_assign(std::string(name), std::string(words[++i]));
    } else {
      return fail("Usage", fmt::format("{} needs a value", word));
    }
  }
  return out;
}

std::string Arguments::value(std::string_view option, std::string fallback) const {
  const auto found = values_.find(option);
  return found == values_.end() ? fallback : found->second;
}

Result<std::int64_t> Arguments::number(std::string_view option, std::int64_t fallback,
                                       std::int64_t least, std::int64_t most) const {
  const auto text = value(option, std::to_string(fallback));
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= least && number <= most)
    return number;
  return fail("Usage", fmt::format("{} takes a number from {} to {}, not \"{}\"", option, least,
                                   most, text));
}

Stopwatch::Stopwatch() : start_(std::chrono::steady_clock::now()), cpu_start_(cpu_now()) {}
double Stopwatch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}
double Stopwatch::cpu_seconds() const {
  return cpu_now() - cpu_start_;
}

TelemetryReport make_report(std::string_view noun, const telemetry::Progress& progress,
                            const telemetry::Problems& problems,
                            const telemetry::MatchTotals& totals, const Stopwatch& watch) {
  return {.noun = noun,
          .files = progress.files,
          .skipped_files = progress.skipped,
          .bytes = progress.bytes,
          .records = totals.matched + totals.unmatched,
          .malformed = problems.count(),
          .problems = problems.first(),
          .totals = totals,
          .seconds = watch.seconds(),
          .cpu_seconds = watch.cpu_seconds()};
}

Object to_object(const TelemetryReport& report) {
  Object rules;
  for (const auto& [name, count] : report.totals.rules)
    rules[name] = count;
  Array problems;
  for (const auto& problem : report.problems) {
    Object one{{"file", problem.file}, {"byte", problem.position}, {"reason", problem.reason}};
    if (problem.line) one["line"] = problem.line;
    problems.push_back(std::move(one));
  }
  const std::string noun(report.noun);
  Object out{{"files", report.files},
             {"skipped_files", report.skipped_files},
             {"bytes", report.bytes},
             {noun, report.records},
             {"malformed", report.malformed},
             {"problems", std::move(problems)},
             {"matched", report.totals.matched},
             {"unmatched", report.totals.unmatched},
             {"rules", std::move(rules)}};
  if (report.totals.digests) out["digests"] = report.totals.digests;
  if (!report.totals.oldest.empty())
    out["oldest"] = report.totals.oldest, out["newest"] = report.totals.newest;
  out["seconds"] = report.seconds;
  out["cpu_seconds"] = report.cpu_seconds;
  out[noun + "_per_second"] = rate(report.records, report.seconds);
  out[noun + "_per_cpu_second"] = rate(report.records, report.cpu_seconds);
  return out;
}

std::string to_text(const TelemetryReport& report, std::string_view more) {
  auto text = fmt::format("{:<11}{} in {}, {} bytes\n", report.noun, grouped(report.records),
                          files_text(report), grouped(report.bytes));
  if (!report.totals.oldest.empty())
    text += fmt::format("times      {} to {}\n", report.totals.oldest, report.totals.newest);
  text += fmt::format("malformed  {}\n{}", grouped(report.malformed), problems_text(report));
  if (report.totals.digests)
    text += fmt::format("digests    {}, left out\n", grouped(report.totals.digests));
  text += fmt::format("matched    {}, no rule {}\n{}", grouped(report.totals.matched),
                      grouped(report.totals.unmatched), more);
  text +=
      fmt::format("seconds    {:.2f} ({:.2f} CPU): {} {} a second, {} a CPU second\n",
                  report.seconds, report.cpu_seconds, grouped(rate(report.records, report.seconds)),
                  report.noun, grouped(rate(report.records, report.cpu_seconds)));
  return text + rules_text(report);
}

}  // namespace tocsin::app
