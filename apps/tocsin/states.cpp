// SPDX-License-Identifier: Apache-2.0
#include "states.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "base/time.hpp"
#include "engines/asl/local.hpp"
#include "telemetry_report.hpp"

namespace tocsin::app {
namespace {

constexpr std::string_view kUsage =
    "usage: tocsin states run [--input FILE] [--mock FILE [--machine NAME] [--case NAME]] [--json] "
    "DEFINITION\n"
    "Prints the history and the result; exits with 1 where the execution fails. Waits and retries "
    "take no time.\n"
    "--mock FILE answers the tasks; its format is that of Step Functions Local: "
    "{\"StateMachines\": {NAME: {\"TestCases\": {CASE: {STATE: RESPONSE}}}},\n"
    "\"MockedResponses\": {RESPONSE: {\"0\": {\"Return\": …}, \"1-2\": {\"Throw\": {\"Error\": …, "
    "\"Cause\": …}}}}}.\n";

Result<std::string> file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return fail("File", fmt::format("cannot read {}", path));
  return text.str();
}

Result<Document> json_file(const std::string& path) {
  auto json = parse_json(TRY(file_text(path)));
  if (!json) return fail("File", fmt::format("{}: {}", path, json.error().message));
  return std::move(*json);
}

/// The member named, or the first where no name is given.
Result<const Document*> chosen(const Object& of, const std::string& name, std::string_view kind) {
  if (name.empty() && !of.empty()) return &of.begin()->value();
  if (const auto* found = of.if_contains(name)) return found;
  return fail("Mock", fmt::format("the mock file has no {} '{}'", kind, name));
}

/// The answers of a mock file: each call of a state takes the next number of its response.
class Mocks {
 public:
  static Result<Mocks> read(const std::string& path, const std::string& machine,
                            const std::string& test_case) {
    Mocks mocks;
    mocks.file_ = TRY(json_file(path));
    const auto& machines = object_of(mocks.file_, "StateMachines");
    const auto* of_machine = TRY(chosen(machines, machine, "state machine"));
    const auto* states = TRY(chosen(object_of(*of_machine, "TestCases"), test_case, "test case"));
    if (!states->is_object()) return fail("Mock", "a test case must be an object");
    for (const auto& state : states->get_object())
      mocks.responses_[std::string(state.key())] = std::string(
          state.value().is_string() ? state.value().get_string() : boost::json::string());
    return mocks;
  }

  asl::LocalAnswer answer(const asl::StartTask& task) {
    const std::string state(task.state);
    const auto named = responses_.find(state);
    if (named == responses_.end()) return unmocked(task);
    const auto& response = object_of(object_of(file_, "MockedResponses"), named->second);
    const auto call = calls_[state]++;
    for (const auto& entry : response)
      if (covers(entry.key(), call)) return made(task, entry.value());
    return unmocked(task);
  }

  static asl::LocalAnswer unmocked(const asl::StartTask& task) {
    return {
        {asl::TaskFailed{task.task, "States.Runtime",
                         fmt::format("The mock file has no answer for the state '{}'", task.state),
                         asl::TaskFailed::At::Run}}};
  }

 private:
  /// "3" or "1-4".
  static bool covers(std::string_view range, std::uint64_t call) {
    std::uint64_t first = 0, last = 0;
    const auto* end = range.data() + range.size();
    const auto [next, error] = std::from_chars(range.data(), end, first);
    if (error != std::errc()) return false;
    if (next == end) return first == call;
    return std::from_chars(next + 1, end, last).ec == std::errc() && first <= call && call <= last;
  }

  static asl::LocalAnswer made(const asl::StartTask& task, const Document& answer) {
    if (const auto* value = find(answer, "Return"))
      return {{asl::TaskSucceeded{task.task, *value}}};
    const auto& thrown = object_of(answer, "Throw");
    return {{asl::TaskFailed{task.task, string_of(thrown, "Error"), string_of(thrown, "Cause"),
                             asl::TaskFailed::At::Run}}};
  }

  Document file_;
  std::map<std::string, std::string> responses_;
  std::map<std::string, std::uint64_t> calls_;
};

asl::LocalOptions local_options(Document input) {
  asl::LocalOptions options;
  options.now = wall_now();
  options.start.input = std::move(input);
  options.start.region = "us-east-1";
  options.start.execution_name = "run";
  options.start.machine_name = "local";
  options.start.execution_arn = "arn:aws:states:us-east-1:123456789012:execution:local:run";
  options.start.machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:local";
  options.start.role_arn = "arn:aws:iam::123456789012:role/local";
  return options;
}

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
  Document input = Object();
  if (arguments.has("--input")) input = TRY(json_file(arguments.value("--input")));
  auto options = local_options(std::move(input));
  options.answer = Mocks::unmocked;
  std::optional<Mocks> mocks;
  if (arguments.has("--mock")) {
    mocks = TRY(Mocks::read(arguments.value("--mock"), arguments.value("--machine"),
                            arguments.value("--case")));
    options.answer = [&](const asl::StartTask& task) { return mocks->answer(task); };
  }
  const auto result = asl::run_locally(*machine, options);
  arguments.has("--json") ? print_json(result) : print_text(result);
  return result.stuck || result.finished.status != asl::Status::Succeeded ? 1 : 0;
}

}  // namespace

int states(std::span<char*> words) {
  Result<int> status = fail("Usage", "what shall be done? run");
  if (!words.empty() && std::string_view(words[0]) == "run") status = run(words.subspan(1));
  if (status) return *status;
  const bool usage = status.error().code == "Usage";
  fmt::print(stderr, "tocsin: {}\n{}", status.error().message, usage ? kUsage : "");
  return usage ? 2 : 1;
}

}  // namespace tocsin::app
