// SPDX-License-Identifier: Apache-2.0
#include "states_run.hpp"

#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "base/time.hpp"

namespace tocsin::app {

Result<std::string> file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return fail("File", fmt::format("cannot read {}", path));
  return text.str();
}

namespace {

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

}  // namespace

Result<asl::LocalResult> run_definition(const asl::Machine& machine, const Arguments& arguments) {
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
  return asl::run_locally(machine, options);
}

}  // namespace tocsin::app
