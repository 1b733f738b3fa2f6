// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/recorded.hpp"

#include <deque>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>

namespace tocsin::asl::recorded {
namespace {

bool placeholder(std::string_view text) {
  static const std::set<std::string_view> kWords = {"timestamp",
                                                    "date",
                                                    "start-date",
                                                    "stop-date",
                                                    "activity_arn",
                                                    "RandomNumberGenerated",
                                                    "sqs_queue_url",
                                                    "a_task_token",
                                                    "start-time",
                                                    "entered-time",
                                                    "lambda_function_name",
                                                    "bucket-name",
                                                    "X-Amzn-Trace-Id"};
  return kWords.contains(text) || text.ends_with("_name") || text.ends_with("_arn") ||
         text.ends_with("-name") || text.ends_with("_url");
}

/// `<…>` stands for any text.
bool fits(std::string_view pattern, std::string_view text) {
  const auto open = pattern.find('<');
  auto close = open == std::string_view::npos ? open : pattern.find('>', open);
  if (close != std::string_view::npos && pattern.substr(open).starts_with("<<"))
    close = pattern.find('>', close + 1);
  if (close == std::string_view::npos) return pattern == text;
  if (text.substr(0, open) != pattern.substr(0, open)) return false;
  const auto rest = pattern.substr(close + 1);
  for (auto at = open; at <= text.size(); ++at)
    if (fits(rest, text.substr(at))) return true;
  return false;
}

std::optional<Document> inside(const Document& value) {
  const auto* text = value.if_string();
  if (!text || text->empty()) return std::nullopt;
  auto parsed = parse_json(*text);
  if (!parsed) return std::nullopt;
  return std::move(*parsed);
}

bool same_text(std::string_view expected, const Document& actual) {
  if (placeholder(expected)) return true;
  if (const auto* text = actual.if_string()) {
    if (fits(expected, *text)) return true;
  } else if (expected.find('<') != std::string_view::npos) {
    return fits(expected, to_json(actual));
  }
  return false;
}

bool same_object(const Object& expected, const Object& actual) {
  for (const auto& member : expected) {
    const auto* other = actual.if_contains(member.key());
    if (!other || !same(member.value(), *other)) return false;
  }
  for (const auto& member : actual) {
    // Recordings from before it existed.
    if (member.key() == "RedriveCount" || expected.contains(member.key())) continue;
    return false;
  }
  return true;
}

bool ends_task(std::string_view type) {
  return type.ends_with("Succeeded") || type.ends_with("Failed") || type.ends_with("TimedOut");
}

std::deque<Document> task_events(const Document& recorded) {
  std::deque<Document> out;
  for (const auto& event : array_of(recorded, "history")) {
    const auto type = text(event, "type");
    if (!type.starts_with("Task") && !type.starts_with("Lambda") && !type.starts_with("Activity"))
      continue;
    if (type.starts_with("TaskState") || type == "TaskStarted" || type == "LambdaFunctionStarted" ||
        type.ends_with("Scheduled"))
      continue;
    out.push_back(event);
  }
  return out;
}

const Object& details_of(const Document& event) {
  static const Object kNone;
  for (const auto& member : event.as_object())
    if (member.key().ends_with("EventDetails")) return member.value().as_object();
  return kNone;
}

Document parsed_or_text(const Document& value) {
  if (auto parsed = inside(value)) return *parsed;
  return value;
}

std::optional<std::string> text_of(const Object& details, std::string_view field) {
  const auto* value = find(details, field);
  if (!value) return std::nullopt;
  if (const auto* text = value->if_string()) return std::string(*text);
  return to_json(*value);
}

Event event_of(const Document& recorded, std::uint64_t task) {
  const auto type = text(recorded, "type");
  const auto& details = details_of(recorded);
  const auto* output = find(details, "output");
  const auto result = output ? parsed_or_text(*output) : Document();
  if (type == "TaskSubmitted") return TaskSubmitted{task, result};
  if (type == "ActivityStarted") return TaskStarted{task, string_of(details, "workerName")};
  if (type.ends_with("Succeeded")) return TaskSucceeded{task, result};
  return TaskFailed{task, text_of(details, "error"), text_of(details, "cause"),
                    TaskFailed::At::Run};
}

LocalAnswer answer(std::deque<Document>& events, const StartTask& task) {
  LocalAnswer out;
  while (!events.empty()) {
    const auto event = std::move(events.front());
    events.pop_front();
    const auto type = text(event, "type");
    if (type.ends_with("TimedOut")) return out;
    out.events.push_back(event_of(event, task.task));
    if (ends_task(type)) return out;
  }
  return out;
}

/// Resources that were replaced in the recording: what they were follows from the history.
std::string definition_of(const Document& recorded) {
  auto text = to_json(*find(recorded, "definition"));
  std::string arn = "arn:aws:lambda:us-east-1:111111111111:function:f";
  if (name_of(recorded).starts_with("test_activity"))
    arn = "arn:aws:states:us-east-1:111111111111:activity:a";
  const std::string marker = "\"Resource\":\"MOCK:x\"";
  for (auto at = text.find(marker); at != std::string::npos; at = text.find(marker, at))
    text.replace(at, marker.size(), fmt::format("\"Resource\":\"{}\"", arn));
  return text;
}

/// An execution whose history was not recorded: it fails as what it caught.
LocalAnswer answer_without_history(const Document& recorded, const StartTask& task) {
  const auto& caught = object_of(object_of(recorded, "expected"), "output");
  return {{TaskFailed{task.task, string_of(caught, "Error"), string_of(caught, "Cause"),
                      TaskFailed::At::Run}}};
}

/// Of a map run with services: what the state gave.
std::optional<Event> map_answer(const Document& recorded, const StartMapRun& map) {
  if (!map.reader && flag(recorded, "pure")) return std::nullopt;
  for (const auto& event : array_of(recorded, "history")) {
    const auto& details = details_of(event);
    if (text(event, "type") == "MapRunFailed") {
      return TaskFailed{map.task, text_of(details, "error"), text_of(details, "cause"),
                        TaskFailed::At::Run};
    }
    if (text(event, "type") == "MapStateExited" && text(details, "name") == map.state)
      return TaskSucceeded{map.task, parsed_or_text(details.at("output"))};
  }
  return std::nullopt;
}

std::optional<std::string> refusal(const Document& recorded, const Resource& resource) {
  if (resource.kind != Resource::Kind::Activity) return std::nullopt;
  for (const auto& event : array_of(recorded, "history"))
    if (text(event, "type") == "ActivityScheduled") return std::nullopt;
  return "The activity activity_arn does not exist.";
}

/// Stopped as soon as it waits.
LocalResult stopped(const Machine& machine, const LocalOptions& options) {
  Environment environment;
  environment.now = options.now;
  auto started = start(machine, options.start, environment);
  auto step = advance(machine, *started.execution, Stopped{}, environment);
  LocalResult out;
  out.history = std::move(started.step.history);
  std::move(step.history.begin(), step.history.end(), std::back_inserter(out.history));
  out.finished.status = status(*started.execution);
  return out;
}

StartOptions start_options(const Document& recorded) {
  StartOptions start;
  start.execution_arn = "arn:aws:states:us-east-1:111111111111:execution:machine:run";
  start.execution_name = "run";
  start.role_arn = "arn:aws:iam::111111111111:role/states";
  start.machine_arn = "arn:aws:states:us-east-1:111111111111:stateMachine:machine";
  start.machine_name = "machine";
  start.region = "us-east-1";
  start.input = Object();
  if (const auto* input = find(recorded, "input"); input && !input->is_null())
    start.input = input->is_string() ? *parse_json(input->get_string()) : *input;
  // With tasks the input has resources that were replaced, but not in the history.
  if (const auto& history = array_of(recorded, "history");
      !history.empty() && !flag(recorded, "pure"))
    start.input = parsed_or_text(*find_path(history[0], "executionStartedEventDetails.input"));
  return start;
}

bool same_event(const Document& expected, const Document& actual, bool ids) {
  auto left = expected.as_object(), right = actual.as_object();
  for (auto* each : {&left, &right}) {
    each->erase("timestamp");
    if (!ids) {
      each->erase("id");
      each->erase("previousEventId");
    }
  }
  return same(left, right);
}

/// Some recordings have [0] for the ids of concurrent events and lack a few of those.
bool ordered(const Array& history) {
  return std::all_of(history.begin(), history.end(),
                     [](const Document& event) { return integer(event, "id").has_value(); });
}

/// Until the autumn of 2024 the exit of a distributed Map followed the end of its run; since then,
/// its start.
Array as_of_today(const Document& recorded) {
  auto history = array_of(recorded, "history");
  const auto when = text(recorded, "recorded");  // "27-12-2024, …"
  const bool old = when.size() >= 10 && (when.substr(6, 4) < "2024" ||
                                         (when.substr(6, 4) == "2024" && when.substr(3, 2) < "11"));
  std::optional<std::int64_t> run_started;
  for (auto& event : history) {
    const auto type = text(event, "type");
    if (type == "MapRunStarted") run_started = integer(event, "id");
    if (type == "MapStateExited" && run_started && old)
      event.as_object()["previousEventId"] = *run_started;
  }
  return history;
}

std::string history_difference(const Array& expected, const std::vector<Document>& actual) {
  if (!ordered(expected)) {
    auto left = actual;
    for (const auto& event : expected) {
      const auto ids = integer(event, "id").has_value();
      const auto found = std::find_if(left.begin(), left.end(), [&](const Document& each) {
        return same_event(event, each, ids);
      });
      if (found == left.end()) return "no event like " + to_json(event);
      left.erase(found);
    }
    return "";
  }
  for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    if (i >= expected.size() || i >= actual.size() || !same_event(expected[i], actual[i], true)) {
      return fmt::format("event {}\n   expected {}\n   actual   {}", i + 1,
                         i < expected.size() ? to_json(expected[i]) : "none",
                         i < actual.size() ? to_json(actual[i]) : "none");
    }
  }
  return "";
}

}  // namespace

bool same(const Document& expected, const Document& actual) {
  if (const auto* text = expected.if_string(); text && same_text(*text, actual)) return true;
  if (const auto* object = expected.if_object(); object && actual.is_object())
    return same_object(*object, actual.get_object());
  if (const auto* array = expected.if_array(); array && actual.is_array()) {
    return std::equal(array->begin(), array->end(), actual.get_array().begin(),
                      actual.get_array().end(), same);
  }
  if (expected.is_number() && actual.is_number())
    return expected.to_number<double>() == actual.to_number<double>();
  if (expected == actual) return true;
  const auto left = inside(expected), right = inside(actual);
  if (!left && !right) return false;
  return same(left ? *left : expected, right ? *right : actual);
}

std::vector<Document> cases(const std::string& file) {
  std::vector<Document> out;
  std::ifstream in(fmt::format("{}/data/states/{}", TOCSIN_SHARED_DIR, file));
  for (std::string line; std::getline(in, line);)
    out.push_back(*parse_json(line));
  return out;
}

std::string name_of(const Document& recorded) {
  const auto id = text(recorded, "id");
  const auto at = id.rfind("::");
  return fmt::format("{}#{}", at == std::string_view::npos ? id : id.substr(at + 2),
                     integer(recorded, "n").value_or(0));
}

Result<LocalResult> run(const Document& recorded, bool save_between) {
  const auto type =
      text(recorded, "type") == "EXPRESS" ? MachineType::Express : MachineType::Standard;
  // Kept for good: the history views it.
  static std::vector<MachinePtr> machines;
  machines.push_back(TRY(compile(definition_of(recorded), type)));
  LocalOptions options;
  options.start = start_options(recorded);
  options.now = *parse_iso8601("2026-11-24T03:00:00Z");
  options.save_between = save_between;
  auto events = task_events(recorded);
  options.answer = [&](const StartTask& task) {
    return array_of(recorded, "history").empty() ? answer_without_history(recorded, task)
                                                 : answer(events, task);
  };
  options.answer_map = [&](const StartMapRun& map) { return map_answer(recorded, map); };
  options.refusal = [&](const Resource& resource) { return refusal(recorded, resource); };
  if (text(object_of(recorded, "expected"), "type") == "ExecutionAborted")
    return stopped(*machines.back(), options);
  return run_locally(*machines.back(), options);
}

std::string difference(const Document& recorded, const LocalResult& result) {
  const auto& expected = object_of(recorded, "expected");
  if (result.stuck) return "it waits without end";
  static const std::map<std::string_view, Status> kStatus = {
      {"ExecutionSucceeded", Status::Succeeded}, {"SUCCEEDED", Status::Succeeded},
      {"ExecutionFailed", Status::Failed},       {"FAILED", Status::Failed},
      {"ExecutionTimedOut", Status::TimedOut},   {"ExecutionAborted", Status::Aborted}};
  const auto wanted = kStatus.find(text(expected, "type"));
  if (wanted == kStatus.end() || wanted->second != result.finished.status)
    return fmt::format("it {}: {} {}", asl::name_of(result.finished.status),
                       result.finished.error.value_or(""), result.finished.cause.value_or(""));
  const auto* output = find(expected, "output");
  if (output && !same(*output, *result.finished.output))
    return fmt::format("output {}\n   expected {}", to_json(*result.finished.output),
                       to_json(*output));
  std::vector<Document> history;
  for (const auto& event : result.history)
    history.push_back(to_document(event));
  const auto expected_history = as_of_today(recorded);
  return expected_history.empty() ? "" : history_difference(expected_history, history);
}

}  // namespace tocsin::asl::recorded
