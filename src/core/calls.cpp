// SPDX-License-Identifier: Apache-2.0
// One call: who calls, may they, the handler, the audit record. For calls from outside and nested
// ones alike.
#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "core/idempotency.hpp"
#include "core/registry_tables.hpp"
#include "core/resources.hpp"
#include "core/trace.hpp"
#include "core/turn.hpp"

namespace tocsin::core {
namespace {

Failure not_served(const Request& request) {
  return fail("NotImplemented",
              fmt::format("Tocsin does not serve {}:{} yet; docs/coverage.md lists what it serves",
                          request.service, request.operation),
              501);
}

std::string_view outcome_name(const Result<Document>& outcome) {
  return outcome ? std::string_view("ok") : std::string_view(outcome.error().code);
}

TraceNode call_node(const Request& request, std::string id, std::string cause, std::string event_id,
                    Time now) {
  return {.id = std::move(id),
          .kind = "call",
          .name = request.service + ":" + request.operation,
          .time = now,
          .cause = std::move(cause),
          .event_id = std::move(event_id)};
}

}  // namespace

Result<void> Machine::check_needs(Call& call, Request& request, const Operation& operation) {
  const auto check = [&](const Access& access) {
    // Nobody has no account: the call is recorded where its resource is.
    if (request.scope.account.empty()) request.scope.account = access.owner;
    if (request.owner.empty() && access.owner != request.scope.account)
      request.owner = access.owner;
    return call.authorize(access);
  };
  if (!operation.needs) {
    const auto* service = registry_.service(call.request().service);
    return check({.action = fmt::format("{}:{}", service->action_prefix, operation.name)});
  }
  for (const auto& access : operation.needs(call))
    TRY(check(access));
  return {};
}

Outcome Machine::run_handler(Call& call, Request& request, const Operation& operation) {
  try {
    if (auto allowed = check_needs(call, request, operation); !allowed) return allowed.error();
    if (auto earlier = earlier_reply(call, operation)) return *std::move(earlier);
    auto outcome = operation.handler(call);
    if (const auto* reply = outcome.reply()) remember_reply(call, operation, *reply);
    return outcome;
  } catch (const std::exception& bug) {
    // A fault of ours: the call fails as a whole, and the machine goes on.
    log_error("handler failed", {{"service", call.request().service},
                                 {"operation", call.request().operation},
                                 {"cause", bug.what()}});
    return internal_error(
        "The request processing has failed because of an unknown error, exception or failure.");
  }
}

Outcome Machine::perform(Context& context, Request& request, const Principal* given,
                         const Waiter& waiter) {
  auto& turn = context.turn_;
  const auto* operation = registry_.operation(request.service, request.operation);
  if (!operation) return not_served(request);
  TOCSIN_ASSERT(!turn.read_only || operation->effect == Effect::Read);
  auto principal =
      given ? Result<Principal>(*given)
            : registry_.authorizer().identify(context, request.credential, context.now());
  if (!principal) return principal.error();
  if (!principal->account.empty()) request.scope.account = principal->account;

  const auto cause = context.cause_.empty() ? request.cause : context.cause_;
  const auto scope = std::exchange(context.scope_, request.scope);
  const auto outer_cause = context.cause_;
  TraceNode node;
  if (!turn.read_only) {
    node = call_node(request, context.next_node(), cause, context.new_uuid(), context.now());
  }
  Savepoint savepoint(turn);
  Transaction inner(context.transaction_);
  Call call(Context(*this, turn, inner, request.scope, node.id), request, *principal);
  auto outcome = run_handler(call, request, *operation);
  context.cause_ = node.id;
  if (const auto* token = outcome.pending()) {
    context.transaction_.merge(std::move(inner));
    context.put_node(node);
    park(context, *token, waiter, request, *principal, node);
  } else {
    auto result = std::move(outcome).result();
    if (result)
      context.transaction_.merge(std::move(inner));
    else
      savepoint.roll_back();
    if (turn.read_only)
      note_read(context, request, *principal, result);
    else
      end_call(context, std::move(node), request, *principal, result);
    outcome = std::move(result);
  }
  context.scope_ = scope;
  context.cause_ = outer_cause;
  return outcome;
}

void Machine::park(Context& context, const Token& token, const Waiter& waiter, Request& request,
                   const Principal& principal, const TraceNode& node) {
  context.seal_sensitive(request.service, request.operation, request.params);
  auto row = kParked.get(context, Key{token.id}).value_or(ParkedRow{});
  row.frames.push_back(
      {waiter.request_id, waiter.task_id, to_document(request), principal, node.event_id, node.id});
  kParked.put(context, Key{token.id}, row);
}

/// `context.cause_` is the call's node.
void Machine::end_call(Context& context, TraceNode node, const Request& request,
                       const Principal& principal, const Result<Document>& outcome) {
  const auto event_id = node.event_id;
  node.outcome = outcome_name(outcome);
  node.ended = context.now();
  context.put_node(std::move(node));
  const auto* operation = registry_.operation(request.service, request.operation);
  record(context, request, principal, outcome, event_id, operation->effect == Effect::Read);
}

void Machine::record(Context& context, const Request& request, const Principal& principal,
                     const Result<Document>& outcome, const std::string& event_id, bool read) {
  if (is_resource_step(request)) return;
  const CallRecord call{.event_id = event_id,
                        .request = request,
                        .principal = principal,
                        .outcome = outcome,
                        .time = context.now(),
                        .read = read};
  for (const auto& react : registry_.tables_->on_call)
    react(context, call);
  if (registry_.tables_->audit) registry_.tables_->audit->record(context, call);
}

Machine::Answer Machine::read(const store::View& view, Request request, Time now) {
  Turn turn{.sequence = applied_, .time = now, .read_only = true, .request_id = request.id};
  Transaction transaction(view);
  Context context(*this, turn, transaction, request.scope, {});
  auto principal = registry_.authorizer().identify(view, request.credential, now);
  if (!principal) return {std::unexpected(principal.error()), {}};
  const auto* operation = registry_.operation(request.service, request.operation);
  if (!operation) return {not_served(request), {}};
  auto result = perform(context, request, &*principal, {}).result();
  return {std::move(result), Input{.kind = Input::Kind::Audit,
                                   .time = now,
                                   .body = Object{{"reads", std::move(turn.reads)}}}};
}

void Machine::note_read(Context& context, const Request& request, const Principal& principal,
                        const Result<Document>& outcome) {
  Object note{{"request", to_document(request)}, {"principal", encode(principal)}};
  if (!outcome) note["error"] = to_document(outcome.error());
  context.turn_.reads.push_back(std::move(note));
}

/// Of a read from outside, and of the reads that it made itself, which ended before it.
void Machine::record_reads(Context& context, const Document& body) {
  const auto& reads = array_of(body, "reads");
  const auto cause = string_of(object_of(reads.back(), "request"), "cause");
  const auto outer_node = context.next_node();
  for (const auto& read : reads) {
    const auto request = request_from(object_of(read, "request"));
    const bool nested = &read != &reads.back();
    context.set_scope(request.scope);
    auto node = call_node(request, nested ? context.next_node() : outer_node,
                          nested ? outer_node : cause, context.new_uuid(), context.now());
    context.set_cause(node.id);
    end_call(context, std::move(node), request, decoded<Principal>(object_of(read, "principal")),
             outcome_from(read));
  }
}

bool Machine::resolve(Context& context, const Token& token, const Result<Document>& result) {
  const auto row = kParked.get(context, Key{token.id});
  if (!row) return false;
  kParked.erase(context, Key{token.id});
  for (const auto& frame : row->frames) {
    const auto request = request_from(frame.request);
    Context waiting(*this, context.turn_, context.transaction_, request.scope, frame.node);
    waiting.trace_outcome(frame.node, outcome_name(result));
    record(waiting, request, frame.principal, result, frame.event_id, false);
    if (!frame.task_id.empty()) end_attempt(waiting, frame.task_id, result);
    if (!frame.request_id.empty())
      context.turn_.applied.replies.push_back({frame.request_id, result});
  }
  return true;
}

}  // namespace tocsin::core
