// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/test_request.hpp"

#include <fmt/format.h>

namespace tocsin::asl {
namespace {

constexpr std::string_view kAlone = "StateName";  // what AWS calls a state without a machine

Failure invalid(std::string message) {
  return fail("ValidationException", std::move(message));
}

void add_targets(const Document& of, std::vector<std::string>& out) {
  for (const auto field : {"Next", "Default"})
    if (const auto name = text(of, field); !name.empty()) out.emplace_back(name);
  for (const auto field : {"Catch", "Choices"})
    for (const auto& each : array_of(of, field))
      add_targets(each, out);
}

/// The state in a machine where the states that may follow it end.
Document around(const Object& state) {
  std::vector<std::string> targets;
  add_targets(state, targets);
  Object states;
  states[kAlone] = state;
  for (const auto& name : targets)
    if (!states.contains(name)) states[name] = Object{{"Type", "Succeed"}};
  return Object{{"StartAt", kAlone}, {"States", std::move(states)}};
}

Result<void> find_state(const Document& request, TestRequest& out) {
  const auto definition = text(request, "definition");
  const auto json = parse_json(definition);
  const auto* object = json ? json->if_object() : nullptr;
  const bool alone = object && !object->contains("States") && !object->contains("StartAt");
  out.machine = TRY(compile(alone ? to_json(around(*object)) : std::string(definition)));
  const auto name = text(request, "stateName", alone ? kAlone : std::string_view());
  if (!alone && name.empty())
    return invalid("StateName must be specified when testing a state of a state machine");
  out.state = out.machine->named(alone ? kAlone : name);
  if (!out.state) return invalid("State not found in definition");
  return {};
}

bool needs_mock(const State& state) {
  return state.task && (state.task->resource.kind == Resource::Kind::Activity ||
                        state.task->resource.pattern != Resource::Pattern::RequestResponse);
}

Result<void> check_type(const TestRequest& test, bool mocked) {
  const auto& state = *test.state;
  const bool joins = state.parallel || state.map;
  if (mocked && !joins && !state.task)
    return invalid(fmt::format("State type '{}' is not supported when a mock is specified",
                               name_of(state.type)));
  if (mocked) return {};
  if (joins)
    return fail("InvalidDefinition",
                "TestState API does not support Map or Parallel states. Supported state types "
                "include: [Task, Wait, Pass, Succeed, Fail, Choice]");
  if (needs_mock(state))
    return fail("InvalidDefinition",
                "TestState API does not support Activity tasks and the '.sync' and "
                "'.waitForTaskToken' service integration patterns without a mock");
  if (state.task && test.role_arn.empty())
    return invalid("RoleArn must be specified when testing a Task state");
  return {};
}

Result<void> check_result(const TestRequest& test, const Document& result, std::string_view mode,
                          const TestSurroundings& surroundings) {
  const auto& state = *test.state;
  if (state.parallel || (state.map && !state.map->writer)) {
    if (!result.is_array()) return invalid("Mocked result must be an array.");
    if (state.parallel && result.get_array().size() != state.parallel->branches.size())
      return invalid(
          "Mocked result must contain the same number of items as number of Parallel branches.");
  }
  if (state.map && state.map->writer && !result.is_object())
    return invalid("Mocked result must be a JSON object.");
  const bool called = state.task && state.task->resource.kind == Resource::Kind::Service &&
                      state.task->resource.pattern == Resource::Pattern::RequestResponse;
  if (!called || mode == "NONE" || !surroundings.mock_fault) return {};
  const auto check = mode == "PRESENT" ? MockCheck::Present : MockCheck::Strict;
  if (const auto fault = surroundings.mock_fault(state.task->resource, result, check))
    return invalid("Mock result schema validation error: " + *fault);
  return {};
}

Result<void> read_mock(const Document& mock, const TestSurroundings& surroundings,
                       TestRequest& out) {
  if (const auto* error = find(mock, "errorOutput")) {
    FailureInfo failure;
    if (find(*error, "error")) failure.error = text(*error, "error");
    if (find(*error, "cause")) failure.cause = text(*error, "cause");
    out.mock = std::move(failure);
    return {};
  }
  auto result = parse_json(text(mock, "result"));
  if (!result) return invalid("Mocked result must be valid JSON");
  TRY(check_result(out, *result, text(mock, "fieldValidationMode", "STRICT"), surroundings));
  out.mock = std::move(*result);
  return {};
}

/// The members that a context object may have. Where they are texts, they must be.
struct ContextField {
  std::string_view object, field;
  bool is_text = true;
};
constexpr ContextField kContext[] = {
    {"Execution", "Id"},
    {"Execution", "Input", false},
    {"Execution", "Name"},
    {"Execution", "RoleArn"},
    {"Execution", "StartTime"},
    {"Execution", "RedriveCount", false},
    {"Execution", "RedriveTime"},
    {"State", "EnteredTime"},
    {"State", "Name"},
    {"State", "RetryCount", false},
    {"StateMachine", "Id"},
    {"StateMachine", "Name"},
    {"Task", "Token"},
};

Result<void> check_context(const Object& context, const State& state) {
  const auto wrong = [](std::string message) {
    return invalid("Invalid Context object provided: " + std::move(message));
  };
  for (const auto& part : context) {
    const std::string_view name = part.key();
    if (name == "Map") return wrong("'Map' field is not supported when mocking a Context object");
    const auto of = [&](const ContextField& each) { return each.object == name; };
    if (std::none_of(std::begin(kContext), std::end(kContext), of))
      return wrong(fmt::format("Field '{}' is not allowed", name));
    if (!part.value().is_object()) return wrong(fmt::format("{} must be an object", name));
    for (const auto& member : part.value().get_object()) {
      const std::string_view field = member.key();
      const auto* known =
          std::find_if(std::begin(kContext), std::end(kContext),
                       [&](const ContextField& each) { return of(each) && each.field == field; });
      if (known == std::end(kContext))
        return wrong(fmt::format("Field '{}' is not allowed", field));
      if (known->is_text && !member.value().is_string())
        return wrong(fmt::format("{}.{} must be a string", name, field));
    }
  }
  const bool waits =
      state.task && state.task->resource.pattern != Resource::Pattern::RequestResponse;
  if (context.contains("Task") && !waits)
    return wrong(
        "Context object contains 'Task' when state is not a Task state with a '.sync' or "
        "'.waitForTaskToken' service integration pattern");
  return {};
}

Result<void> read_data(const Document& request, TestRequest& out) {
  if (const auto* input = find(request, "input")) {
    auto parsed = parse_json(text(request, "input"));
    if (!parsed || !input->is_string())
      return fail("InvalidExecutionInput",
                  fmt::format("Invalid State Machine Execution Input: '{}'",
                              parsed ? "not a text" : parsed.error().message));
    out.input = std::move(*parsed);
  }
  if (find(request, "variables")) {
    auto parsed = parse_json(text(request, "variables"));
    if (!parsed || !parsed->is_object()) return invalid("Variables must be a valid JSON object");
    out.variables = std::move(parsed->get_object());
  }
  if (find(request, "context")) {
    auto parsed = parse_json(text(request, "context"));
    if (!parsed || !parsed->is_object())
      return invalid("Invalid Context object provided: it must be a valid JSON object");
    TRY(check_context(parsed->get_object(), *out.state));
    out.context = std::move(*parsed);
  }
  return {};
}

}  // namespace

Result<TestRequest> TestRequest::read(const Document& request,
                                      const TestSurroundings& surroundings) {
  TestRequest out;
  const auto& mock = object_of(request, "mock");
  const bool mocked = mock.contains("result") || mock.contains("errorOutput");
  if (mock.contains("result") && mock.contains("errorOutput"))
    return invalid(
        "A test mock should have only one of the following fields: [result, errorOutput].");
  if (mocked && flag(request, "revealSecrets"))
    return invalid("TestState does not support RevealSecrets when a mock is specified.");
  const auto level = text(request, "inspectionLevel", "INFO");
  out.level = level == "TRACE" ? Level::Trace : level == "DEBUG" ? Level::Debug : Level::Info;
  out.role_arn = text(request, "roleArn");
  TRY(find_state(request, out));
  TRY(check_type(out, mocked));
  TRY(read_data(request, out));
  if (mocked) TRY(read_mock(mock, surroundings, out));
  const auto& configuration = object_of(request, "stateConfiguration");
  out.retries = integer(configuration, "retrierRetryCount").value_or(0);
  out.failed_iterations = integer(configuration, "mapIterationFailureCount");
  return out;
}

}  // namespace tocsin::asl
