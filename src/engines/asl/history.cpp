// SPDX-License-Identifier: Apache-2.0
// History events as GetExecutionHistory shows them.
#include "engines/asl/asl.hpp"

namespace tocsin::asl {
namespace {

/// How a type of event is shown: the member of its details, and where its parts stand there.
struct Shape {
  std::string_view type, details;
  std::string_view data = {};    // "input", "output", "parameters"
  std::string_view number = {};  // "length", "index"
};

constexpr std::string_view kEntered = "stateEnteredEventDetails";
constexpr std::string_view kExited = "stateExitedEventDetails";

// In the order of EventType.
constexpr Shape kShapes[] = {
    {"ExecutionStarted", "executionStartedEventDetails", "input"},
    {"ExecutionSucceeded", "executionSucceededEventDetails", "output"},
    {"ExecutionFailed", "executionFailedEventDetails"},
    {"ExecutionAborted", "executionAbortedEventDetails"},
    {"ExecutionTimedOut", "executionTimedOutEventDetails"},
    {"PassStateEntered", kEntered, "input"},
    {"PassStateExited", kExited, "output"},
    {"TaskStateEntered", kEntered, "input"},
    {"TaskStateExited", kExited, "output"},
    {"ChoiceStateEntered", kEntered, "input"},
    {"ChoiceStateExited", kExited, "output"},
    {"WaitStateEntered", kEntered, "input"},
    {"WaitStateExited", kExited, "output"},
    {"SucceedStateEntered", kEntered, "input"},
    {"SucceedStateExited", kExited, "output"},
    {"FailStateEntered", kEntered, "input"},
    {"ParallelStateEntered", kEntered, "input"},
    {"ParallelStateExited", kExited, "output"},
    {"MapStateEntered", kEntered, "input"},
    {"MapStateExited", kExited, "output"},
    {"ParallelStateStarted", ""},
    {"ParallelStateSucceeded", ""},
    {"ParallelStateFailed", ""},
    {"ParallelStateAborted", ""},
    {"MapStateStarted", "mapStateStartedEventDetails", "", "length"},
    {"MapStateSucceeded", ""},
    {"MapStateFailed", ""},
    {"MapStateAborted", ""},
    {"MapIterationStarted", "mapIterationStartedEventDetails", "", "index"},
    {"MapIterationSucceeded", "mapIterationSucceededEventDetails", "", "index"},
    {"MapIterationFailed", "mapIterationFailedEventDetails", "", "index"},
    {"MapIterationAborted", "mapIterationAbortedEventDetails", "", "index"},
    {"MapRunStarted", "mapRunStartedEventDetails"},
    {"MapRunRedriven", "mapRunRedrivenEventDetails"},
    {"MapRunSucceeded", ""},
    {"MapRunFailed", "mapRunFailedEventDetails"},
    {"TaskStateAborted", ""},
    {"WaitStateAborted", ""},
    {"TaskScheduled", "taskScheduledEventDetails", "parameters"},
    {"TaskStarted", "taskStartedEventDetails"},
    {"TaskStartFailed", "taskStartFailedEventDetails"},
    {"TaskSubmitted", "taskSubmittedEventDetails", "output"},
    {"TaskSubmitFailed", "taskSubmitFailedEventDetails"},
    {"TaskSucceeded", "taskSucceededEventDetails", "output"},
    {"TaskFailed", "taskFailedEventDetails"},
    {"TaskTimedOut", "taskTimedOutEventDetails"},
    {"LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails", "input"},
    {"LambdaFunctionScheduleFailed", "lambdaFunctionScheduleFailedEventDetails"},
    {"LambdaFunctionStarted", ""},
    {"LambdaFunctionStartFailed", "lambdaFunctionStartFailedEventDetails"},
    {"LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails", "output"},
    {"LambdaFunctionFailed", "lambdaFunctionFailedEventDetails"},
    {"LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails"},
    {"ActivityScheduled", "activityScheduledEventDetails", "input"},
    {"ActivityScheduleFailed", "activityScheduleFailedEventDetails"},
    {"ActivityStarted", "activityStartedEventDetails"},
    {"ActivitySucceeded", "activitySucceededEventDetails", "output"},
    {"ActivityFailed", "activityFailedEventDetails"},
    {"ActivityTimedOut", "activityTimedOutEventDetails"},
    {"EvaluationFailed", "evaluationFailedEventDetails"},
    {"ExecutionRedriven", "executionRedrivenEventDetails"},
};
static_assert(std::size(kShapes) == static_cast<std::size_t>(EventType::ExecutionRedriven) + 1);

Object details_of(const HistoryEvent& event, const Shape& shape, bool include_data) {
  Object details;
  if (event.details) details = event.details->get_object();
  if (!include_data) {
    details.erase("cause");
    details.erase("assignedVariables");
  }
  if (!event.name.empty()) details["name"] = event.name;
  if (!shape.number.empty()) details[shape.number] = event.number;
  if (!shape.data.empty() && event.data) {
    if (include_data) details[shape.data] = to_json(*event.data);
    if (shape.data != "parameters")
      details[std::string(shape.data) + "Details"] = Object{{"truncated", false}};
  }
  return details;
}

}  // namespace

std::string_view name_of(EventType type) {
  return kShapes[static_cast<std::size_t>(type)].type;
}

Document to_document(const HistoryEvent& event, bool include_execution_data) {
  const auto& shape = kShapes[static_cast<std::size_t>(event.type)];
  Object out;
  out["timestamp"] = to_seconds(event.timestamp);
  out["type"] = shape.type;
  out["id"] = event.id;
  out["previousEventId"] = event.previous;
  if (!shape.details.empty()) out[shape.details] = details_of(event, shape, include_execution_data);
  return out;
}

}  // namespace tocsin::asl
