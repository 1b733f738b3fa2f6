// SPDX-License-Identifier: Apache-2.0
#include "states.hpp"

#include <cstdio>
#include <fmt/format.h>

#include "states_graph.hpp"
#include "states_run.hpp"

namespace tocsin::app {
namespace {

constexpr std::string_view kUsage =
    "usage: tocsin states run [--input FILE] [--mock FILE [--machine NAME] [--case NAME]] [--json] "
    "DEFINITION\n"
    "       tocsin states graph [--input FILE] [--mock FILE …] [--title TEXT] DEFINITION > "
    "FILE.svg\n"
    "run prints the history and the result; exits with 1 where the execution fails. Waits and "
    "retries take no time.\n"
    "graph draws the definition as SVG, with the run where --input or --mock is given.\n"
    "--mock FILE answers the tasks; its format is that of Step Functions Local: "
    "{\"StateMachines\": {NAME: {\"TestCases\": {CASE: {STATE: RESPONSE}}}},\n"
    "\"MockedResponses\": {RESPONSE: {\"0\": {\"Return\": …}, \"1-2\": {\"Throw\": {\"Error\": …, "
    "\"Cause\": …}}}}}.\n";

std::string event_line(const asl::HistoryEvent& event) {
  const auto document = asl::to_document(event);
  std::string line =
      fmt::format("{:>5} {:>5}  {}", event.id, event.previous, asl::name_of(event.type));
  for (const auto& member : document.as_object())
    if (member.key().ends_with("EventDetails")) line += "  " + to_json(member.value());
  return line;
}

void print_text(const asl::LocalResult& result) {
  for (const auto& event : result.history)
    fmt::print("{}\n", event_line(event));
  if (result.stuck) {
    fmt::print("RUNNING: it waits for an answer that never comes\n");
    return;
  }
  fmt::print("{}\n", asl::name_of(result.finished.status));
  if (result.finished.output) fmt::print("{}\n", pretty_json(*result.finished.output));
  if (result.finished.error || result.finished.cause)
    fmt::print("{}: {}\n", result.finished.error.value_or(""), result.finished.cause.value_or(""));
}

void print_json(const asl::LocalResult& result) {
  Object out;
  out["status"] = result.stuck ? "RUNNING" : asl::name_of(result.finished.status);
  if (result.finished.output) out["output"] = *result.finished.output;
  if (result.finished.error) out["error"] = *result.finished.error;
  if (result.finished.cause) out["cause"] = *result.finished.cause;
  Array events;
  for (const auto& event : result.history)
    events.push_back(asl::to_document(event));
  out["events"] = std::move(events);
  fmt::print("{}\n", pretty_json(out));
}

Result<int> run(std::span<char*> words) {
  const auto arguments =
      TRY(Arguments::parse(words, {"--input", "--mock", "--machine", "--case"}, {"--json"}));
  if (arguments.rest().size() != 1) return fail("Usage", "one DEFINITION is needed");
  const auto machine = TRY(asl::compile(TRY(file_text(arguments.rest()[0]))));
  const auto result = TRY(run_definition(*machine, arguments));
  arguments.has("--json") ? print_json(result) : print_text(result);
  return result.stuck || result.finished.status != asl::Status::Succeeded ? 1 : 0;
}

Result<int> graph(std::span<char*> words) {
  const auto arguments =
      TRY(Arguments::parse(words, {"--input", "--mock", "--machine", "--case", "--title"}, {}));
  if (arguments.rest().size() != 1) return fail("Usage", "one DEFINITION is needed");
  const auto text = TRY(file_text(arguments.rest()[0]));
  const auto machine = TRY(asl::compile(text));
  std::optional<asl::LocalResult> result;
  if (arguments.has("--input") || arguments.has("--mock"))
    result = TRY(run_definition(*machine, arguments));
  const auto definition = TRY(parse_json(text));
  fmt::print("{}", states_svg(definition, result ? &*result : nullptr, arguments.value("--title")));
  return 0;
}

}  // namespace

int states(std::span<char*> words) {
  Result<int> status = fail("Usage", "what shall be done? run or graph");
  const std::string_view verb = words.empty() ? "" : words[0];
  if (verb == "run") status = run(words.subspan(1));
  if (verb == "graph") status = graph(words.subspan(1));
  if (status) return *status;
  const bool usage = status.error().code == "Usage";
  fmt::print(stderr, "tocsin: {}\n{}", status.error().message, usage ? kUsage : "");
  return usage ? 2 : 1;
}

}  // namespace tocsin::app
