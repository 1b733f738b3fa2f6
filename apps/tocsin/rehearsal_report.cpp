// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_report.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/document.hpp"

namespace tocsin::app {
namespace {

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string_view clock_name(const Rehearsal& rehearsal) {
  return rehearsal.virtual_clock ? "virtual" : "real";
}

}  // namespace

std::string text_report(const Rehearsal& rehearsal) {
  auto out = fmt::format("{}: {} (clock: {}, event {})\n", rehearsal.scenario, rehearsal.title,
                         clock_name(rehearsal), rehearsal.event_id);
  for (const auto& phase : rehearsal.phases) {
    out += fmt::format("  {:<8} {:>9}  of {:>6} ms  {:<32} {}\n", phase.name,
                       phase.ms ? fmt::format("{} ms", *phase.ms) : "-", phase.within_ms,
                       phase.reached_by, phase.problem.empty() ? "ok" : phase.problem);
  }
  return out + (rehearsal.passed() ? "passed\n" : "failed\n");
}

std::string json_report(const Rehearsal& rehearsal) {
  Array phases;
  for (const auto& phase : rehearsal.phases) {
    Object out{{"phase", phase.name},
               {"reachedBy", phase.reached_by},
               {"withinMs", phase.within_ms},
               {"passed", phase.problem.empty()}};
    if (phase.ms) out["ms"] = *phase.ms;
    if (!phase.problem.empty()) out["problem"] = phase.problem;
    phases.push_back(std::move(out));
  }
  return pretty_json(Object{{"scenario", rehearsal.scenario},
                            {"title", rehearsal.title},
                            {"clock", clock_name(rehearsal)},
                            {"eventId", rehearsal.event_id},
                            {"passed", rehearsal.passed()},
                            {"phases", std::move(phases)}}) +
         "\n";
}

std::string junit_report(const Rehearsal& rehearsal) {
  const auto failures = std::count_if(rehearsal.phases.begin(), rehearsal.phases.end(),
                                      [](const Phase& phase) { return !phase.problem.empty(); });
  auto out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" "
      "failures=\"{}\">\n",
      xml_escaped(rehearsal.scenario), rehearsal.phases.size(), failures);
  for (const auto& phase : rehearsal.phases) {
    out += fmt::format("  <testcase classname=\"gameday.{}\" name=\"{}\" time=\"{:.3f}\"",
                       xml_escaped(rehearsal.scenario), xml_escaped(phase.name),
                       static_cast<double>(phase.ms.value_or(0)) / 1000);
    if (phase.problem.empty())
      out += "/>\n";
    else
      out += fmt::format(">\n    <failure message=\"{}\"/>\n  </testcase>\n",
                         xml_escaped(phase.problem));
  }
  return out + "</testsuite>\n";
}

}  // namespace tocsin::app
