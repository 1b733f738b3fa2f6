// SPDX-License-Identifier: Apache-2.0
// An execution as a document. Members at their defaults are left out: what a waiting execution
// takes counts.
#include "engines/asl/execution.hpp"

namespace tocsin::asl {
namespace {

template <class T>
void put(Object& out, std::string_view name, const T& value) {
  if (value != T{}) out[name] = value;
}

void put(Object& out, std::string_view name, const Value& value) {
  if (value) out[name] = *value;
}

template <class T>
void get(const Object& from, std::string_view name, T& value) {
  if (const auto found = integer(from, name)) value = static_cast<T>(*found);
}

void get(const Object& from, std::string_view name, std::string& value) {
  value = string_of(from, name);
}

void get(const Object& from, std::string_view name, Value& value) {
  if (const auto* found = from.if_contains(name)) value = Value(*found);
}

Document saved(const Join& join) {
  Object out;
  put(out, "items", join.items);
  put(out, "effective", join.effective);
  put(out, "total", join.total);
  put(out, "started", join.started);
  put(out, "done", join.done);
  put(out, "concurrency", join.concurrency);
  Object results;  // of those that are done: null is a result, too
  for (std::size_t i = 0; i < join.results.size(); ++i)
    if (join.results[i]) results[std::to_string(i)] = *join.results[i];
  if (!results.empty()) out["results"] = std::move(results);
  put(out, "size", join.results.size());
  return out;
}

std::unique_ptr<Join> loaded_join(const Object& from) {
  auto join = std::make_unique<Join>();
  get(from, "items", join->items);
  get(from, "effective", join->effective);
  get(from, "total", join->total);
  get(from, "started", join->started);
  get(from, "done", join->done);
  get(from, "concurrency", join->concurrency);
  join->results.resize(static_cast<std::size_t>(integer(from, "size").value_or(0)));
  for (const auto& result : object_of(from, "results"))
    join->results.at(std::stoul(std::string(result.key()))) = Value(result.value());
  return join;
}

/// A state's input is often still the execution's: it is saved once.
Document saved(const Branch& branch, const Execution& execution) {
  Object out;
  out["id"] = branch.id;
  put(out, "parent", branch.parent);
  put(out, "index", branch.index);
  put(out, "state", branch.state);
  put(out, "phase", static_cast<int>(branch.phase));
  put(out, "missed", branch.heartbeat_missed);
  put(out, "retries", branch.retries);
  put(out, "last", branch.last);
  put(out, "enteredEvent", branch.entered_event);
  put(out, "beforeEntry", branch.before_entry);
  put(out, "entered", to_ms(branch.entered));
  if (branch.input && branch.input.same(execution.input))
    out["sameInput"] = true;
  else
    put(out, "input", branch.input);
  put(out, "task", branch.task);
  put(out, "timer", branch.timer);
  put(out, "heartbeat", branch.heartbeat);
  put(out, "heartbeatSeconds", branch.heartbeat_s);
  put(out, "token", branch.token);
  if (!branch.attempts.empty())
    out["attempts"] = Array(branch.attempts.begin(), branch.attempts.end());
  if (!branch.variables.empty()) {
    Object variables;
    for (const auto& [name, value] : branch.variables)
      variables[name] = *value;
    out["variables"] = std::move(variables);
  }
  if (branch.join) out["join"] = saved(*branch.join);
  return out;
}

Branch loaded_branch(const Object& from, const Execution& execution) {
  Branch branch;
  get(from, "id", branch.id);
  get(from, "parent", branch.parent);
  get(from, "index", branch.index);
  branch.state = 0;
  get(from, "state", branch.state);
  branch.phase = static_cast<Branch::Phase>(integer(from, "phase").value_or(0));
  branch.heartbeat_missed = flag(from, "missed");
  get(from, "retries", branch.retries);
  get(from, "last", branch.last);
  get(from, "enteredEvent", branch.entered_event);
  get(from, "beforeEntry", branch.before_entry);
  branch.entered = from_ms(integer(from, "entered").value_or(0));
  get(from, "input", branch.input);
  if (flag(from, "sameInput")) branch.input = execution.input;
  get(from, "task", branch.task);
  get(from, "timer", branch.timer);
  get(from, "heartbeat", branch.heartbeat);
  get(from, "heartbeatSeconds", branch.heartbeat_s);
  get(from, "token", branch.token);
  for (const auto& count : array_of(from, "attempts"))
    branch.attempts.push_back(count.to_number<std::uint32_t>());
  for (const auto& variable : object_of(from, "variables"))
    branch.variables.emplace_back(variable.key(), Value(variable.value()));
  if (const auto* join = from.if_contains("join")) branch.join = loaded_join(join->get_object());
  return branch;
}

}  // namespace

Document save(const Execution& execution, Names names) {
  Object out;
  if (names == Names::Saved) {
    put(out, "arn", execution.arn);
    put(out, "name", execution.name);
    put(out, "roleArn", execution.role_arn);
    put(out, "machineArn", execution.machine_arn);
    put(out, "machineName", execution.machine_name);
    put(out, "region", execution.region);
  }
  put(out, "input", execution.input);
  put(out, "started", to_ms(execution.started));
  put(out, "flow", execution.flow);
  put(out, "redrives", execution.redrives);
  if (execution.map_item) out["mapItem"] = *execution.map_item;
  put(out, "status", static_cast<int>(execution.status));
  put(out, "lastEvent", execution.last_event);
  put(out, "lastHandle", execution.last_handle);
  put(out, "lastBranch", execution.last_branch);
  put(out, "timeout", execution.timeout);
  Array branches;
  for (const auto& [id, branch] : execution.branches)
    branches.push_back(saved(branch, execution));
  out["branches"] = std::move(branches);
  if (!execution.ready.empty())
    out["ready"] = Array(execution.ready.begin(), execution.ready.end());
  return out;
}

ExecutionPtr load(const Document& document, const StartOptions* names) {
  const auto& from = document.as_object();
  ExecutionPtr out(new Execution);
  get(from, "arn", out->arn);
  get(from, "name", out->name);
  get(from, "roleArn", out->role_arn);
  get(from, "machineArn", out->machine_arn);
  get(from, "machineName", out->machine_name);
  get(from, "region", out->region);
  if (names) name(*out, *names);
  get(from, "input", out->input);
  out->started = from_ms(integer(from, "started").value_or(0));
  get(from, "flow", out->flow);
  get(from, "redrives", out->redrives);
  if (const auto* item = from.if_contains("mapItem")) out->map_item = *item;
  out->status = static_cast<Status>(integer(from, "status").value_or(0));
  get(from, "lastEvent", out->last_event);
  get(from, "lastHandle", out->last_handle);
  get(from, "lastBranch", out->last_branch);
  get(from, "timeout", out->timeout);
  for (const auto& each : array_of(from, "branches")) {
    auto branch = loaded_branch(each.get_object(), *out);
    out->branches.emplace(branch.id, std::move(branch));
  }
  for (const auto& id : array_of(from, "ready"))
    out->ready.push_back(id.to_number<BranchId>());
  return out;
}

}  // namespace tocsin::asl
