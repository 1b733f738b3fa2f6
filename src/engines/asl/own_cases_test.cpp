// SPDX-License-Identifier: Apache-2.0
// What the recordings lack (back-off, callbacks, heartbeats, timeouts, distributed maps), as data:
// tests/conformance/states/*.json. A case is {"definition", "input", "answers": {STATE:
// [[EVENT…]…]}, "expected": {"status", "output" | "error", "cause", "history": ["ID<-PREVIOUS
// +SECONDS TYPE NAME"…]}}. Each call of a state takes its next list of events ({"succeeded": …},
// {"failed":
// {"error", "cause"}}, {"submitted": …}, {"started": WORKER}, {"heartbeat": true}); an empty one is
// silence. With TOCSIN_WRITE set the expectations are written anew, for review.
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>

#include "engines/asl/local.hpp"

namespace tocsin::asl {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(TOCSIN_SOURCE_DIR) / "tests/conformance/states";

Document read_json(const fs::path& path) {
  std::ifstream file(path);
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  return parse_json(json).value_or(Document());
}

Event event_of(const Document& answer, std::uint64_t task) {
  if (const auto* output = find(answer, "succeeded")) return TaskSucceeded{task, *output};
  if (const auto* output = find(answer, "submitted")) return TaskSubmitted{task, *output};
  if (find(answer, "heartbeat")) return TaskHeartbeat{task};
  if (find(answer, "started")) return TaskStarted{task, string_of(answer, "started")};
  const auto& failed = object_of(answer, "failed");
  return TaskFailed{task, string_of(failed, "error"), string_of(failed, "cause")};
}

std::string line(const HistoryEvent& event, Time start) {
  auto text = fmt::format("{}<-{} +{:g} {}", event.id, event.previous,
                          static_cast<double>((event.timestamp - start).count()) / 1000,
                          name_of(event.type));
  if (!event.name.empty()) text.append(1, ' ').append(event.name);
  return text;
}

Object outcome_of(const LocalResult& result, Time start) {
  Object out{{"status", result.stuck ? "RUNNING" : name_of(result.finished.status)}};
  if (result.finished.output) out["output"] = *result.finished.output;
  if (result.finished.error) out["error"] = *result.finished.error;
  if (result.finished.cause) out["cause"] = *result.finished.cause;
  Array history;
  for (const auto& event : result.history)
    history.emplace_back(line(event, start));
  out["history"] = std::move(history);
  return out;
}

Result<Object> run(const Document& one, bool save_between) {
  const auto machine = TRY(compile(to_json(object_of(one, "definition"))));
  std::map<std::string, std::size_t, std::less<>> calls;
  LocalOptions options;
  options.now = from_ms(1'767'225'600'000);
  options.save_between = save_between;
  options.start.execution_arn = "arn:aws:states:us-east-1:123456789012:execution:case:run";
  options.start.machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:case";
  options.start.input = object_of(one, "input");
  options.answer = [&](const StartTask& task) {
    const auto& answers = array_of(object_of(one, "answers"), task.state);
    const auto number = calls[std::string(task.state)]++;
    LocalAnswer answer;
    if (number >= answers.size()) return answer;
    for (const auto& event : answers[number].as_array())
      answer.events.push_back(event_of(event, task.task));
    return answer;
  };
  return outcome_of(run_locally(*machine, options), options.now);
}

TEST(OwnCases, EndWithTheHistoryThatAwsGives) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    ++count;
    auto one = read_json(entry.path());
    for (const bool save_between : {false, true}) {
      const auto outcome = run(one, save_between);
      ASSERT_TRUE(outcome) << entry.path() << ": " << outcome.error().message;
      if (std::getenv("TOCSIN_WRITE")) {
        one.as_object()["expected"] = *outcome;
        std::ofstream(entry.path()) << pretty_json(one) << "\n";
      }
      EXPECT_EQ(pretty_json(*outcome), pretty_json(object_of(one, "expected"))) << entry.path();
    }
  }
  EXPECT_GT(count, 0u);
}

}  // namespace
}  // namespace tocsin::asl
