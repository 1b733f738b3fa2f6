// SPDX-License-Identifier: Apache-2.0
// What Systems Manager keeps of documents and of automations. What runs through an automation
// (parameters, inputs, outputs) is sealed.
#pragma once

#include "core/table.hpp"
#include "core/tags.hpp"

namespace tocsin::ssm {

using core::Tags;

/// A document of an account. Its content stands in its versions.
struct DocumentRow {
  Scope scope;
  std::string name, type;
  std::int64_t default_version = 1, latest = 1;
  Tags tags;
  Time created{};
  std::map<std::string, std::string> shared;  // account or "all": the version that it may use
  Array requires_ = {};                       // as the API gives them
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(DocumentRow, (),
                      (scope, name, type, default_version, latest, tags, created, shared, requires_,
                       unknown))

struct VersionRow {
  std::int64_t number = 1;
  std::string version_name, display_name, target_type;
  std::string content, format;  // as it was given; JSON, YAML or TEXT
  Time created{};
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(VersionRow, (),
                      (number, version_name, display_name, target_type, content, format, created,
                       unknown))

enum class Status {
  Pending,
  InProgress,
  Waiting,
  Success,
  TimedOut,
  Cancelling,
  Cancelled,
  Failed,
  Rejected
};
BOOST_DESCRIBE_ENUM(Status, Pending, InProgress, Waiting, Success, TimedOut, Cancelling, Cancelled,
                    Failed, Rejected)
inline bool is_over(Status status) {
  return status == Status::Success || status >= Status::Cancelled || status == Status::TimedOut;
}

/// A loop that is under way, and where in it the execution is.
struct Frame {
  std::string loop, order;     // the loop's step and its row
  std::int64_t iteration = 1;  // from 1
  std::int64_t most = 100;
  bool each = false;
  Array items;
};
BOOST_DESCRIBE_STRUCT(Frame, (), (loop, order, iteration, most, each, items))

/// Targets of a rate-controlled execution, which runs a child for each.
struct Rate {
  std::string parameter;
  Array targets, maps;  // as the API gave them
  Array values;         // objects: the parameters that each child gets
  std::string max_concurrency, max_errors;
  std::int64_t concurrency = 1, errors = 0;
  std::int64_t next = 0, running = 0, failed = 0, succeeded = 0, cancelled = 0, timed_out = 0;
};
BOOST_DESCRIBE_STRUCT(Rate, (),
                      (parameter, targets, maps, values, max_concurrency, max_errors, concurrency,
                       errors, next, running, failed, succeeded, cancelled, timed_out))

/// An automation. What the runbook says is kept beside it (kPlans), as it was at the start.
struct Execution {
  std::string id;
  std::string document;  // its name; an ARN where it is another account's
  std::string version;
  Status status = Status::Pending;
  bool interactive = false;
  Time start{}, end{};
  std::string executed_by, role;
  core::Principal caller;  // who the steps' calls are made by where there is no role
  Document sealed;         // the data, which the members without BOOST_DESCRIBE hold (rows.hpp)
  Object given;            // parameters, as they are shown
  Object parameters, variables;
  Object values;  // "step.Output": what steps have yielded
  std::string step, action;
  std::string waiting;  // the attempt of a step whose continuation may go on: "0001:2"
  std::map<std::string, std::string> latest;  // step: its row
  std::int64_t rows = 0;
  std::vector<Frame> frames;
  std::string failure;
  bool critical_failed = false, cancelling = false, completing = false;
  std::string deadline;  // the timer of a cancellation
  std::string parent, parent_step;
  std::string target, target_parameter;
  std::optional<Rate> rate;
  Tags tags;
  std::string node;  // in the trace
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Execution, (),
                      (id, document, version, status, interactive, start, end, executed_by, role,
                       caller, sealed, step, action, waiting, latest, rows, frames, failure,
                       critical_failed, cancelling, completing, deadline, parent, parent_step,
                       target, target_parameter, rate, tags, node, unknown))

struct Plan {
  Document content;
};
BOOST_DESCRIBE_STRUCT(Plan, (), (content))

/// A step's execution, as the API shows it, and how far it is.
struct StepRow {
  std::string id, name, action;
  Status status = Status::Pending;
  Time start{}, end{};
  Document sealed;         // the data, which the members without BOOST_DESCRIBE hold (rows.hpp)
  Object inputs, outputs;  // as they are shown
  Object resolved;         // the inputs
  Object work;             // what the action remembers
  std::string response, response_code, failure, stage, kind;
  std::int64_t attempts = 0, most = 1, timeout_s = 0;
  std::string on_failure = "Abort", next;
  bool is_end = false, critical = true;
  Array valid_next;
  std::string parent;  // the row of the loop that it is in
  std::int64_t iteration = 0;
  std::string iterator;
  std::int64_t phase = 0;  // of an action that makes several calls
  std::string timer;       // of its timeout
  std::string wake;        // the timer that it sleeps by
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(StepRow, (),
                      (id, name, action, status, start, end, sealed, response, response_code,
                       failure, stage, kind, attempts, most, timeout_s, on_failure, next, is_end,
                       critical, valid_next, parent, iteration, iterator, phase, timer, wake,
                       unknown))

struct Listed {};
BOOST_DESCRIBE_STRUCT(Listed, (), ())

struct Count {
  std::int64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (value))

// Keys begin with account and region; versions have their number as eight digits.
inline constexpr core::Table<DocumentRow> kDocuments{"ssm.documents"};        // name
inline constexpr core::Table<VersionRow> kVersions{"ssm.document_versions"};  // name, number
inline constexpr core::Table<Execution> kExecutions{"ssm.executions"};        // id
inline constexpr core::Table<Plan> kPlans{"ssm.plans"};                       // id
inline constexpr core::Table<StepRow> kSteps{"ssm.steps"};                    // id, order
inline constexpr core::Table<Listed> kStarted{"ssm.started"};                 // moment, id
inline constexpr core::Table<Listed> kChildren{"ssm.children"};               // parent, id
inline constexpr core::Table<Count> kOpen{"ssm.open"};                        // running ones

}  // namespace tocsin::ssm
