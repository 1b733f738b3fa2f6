// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/moves.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/sqs/attributes.hpp"
#include "services/sqs/encryption.hpp"
#include "services/sqs/groups.hpp"
#include "services/sqs/queues.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr std::size_t kStep = 100;
constexpr std::int64_t kMostListed = 10;

Key key_of(const Move& move) {
  const auto source = *Arn::parse(move.source);
  return Key{source.account, source.region, source.resource, time_part(move.started), move.id};
}

std::vector<Move> moves_of(const store::View& view, const Queue& source) {
  auto all = kMoves.all(view, Key::of(source.scope, source.name));
  std::ranges::reverse(all);
  return all;
}

Failure no_resource(std::string_view parameter) {
  return fail(
      "ResourceNotFoundException",
      fmt::format("The resource that you specified for the {} parameter doesn't exist.", parameter),
      404);
}

bool is_dead_letter_queue(const store::View& view, const Queue& queue) {
  bool found = false;
  kQueues.scan(view, Key::of(queue.scope), [&](const auto&, const Queue& each) {
    const auto redrive = redrive_of(each);
    found = redrive && redrive->target_arn == arn_of(queue);
    return !found;
  });
  return found;
}

std::string handle_of(const Move& move) {
  return base64(to_json(Object{{"taskId", move.id}, {"sourceArn", move.source}}));
}

struct Handle {
  std::string id, source;
};

Result<Handle> parse_handle(std::string_view text) {
  const auto bytes = unbase64(text);
  const auto parsed = bytes ? parse_json(*bytes) : Result<Document>(Document());
  if (!parsed || tocsin::text(*parsed, "sourceArn").empty())
    return fail("InvalidParameterValue", "Value for parameter TaskHandle is invalid.");
  return Handle{string_of(*parsed, "taskId"), string_of(*parsed, "sourceArn")};
}

std::vector<Message> movable(Context& context, const Queue& source, std::size_t count) {
  std::vector<std::string> orders;
  kIndex.scan(context, Key{source.store}, [&](const auto& key, const IndexEntry&) {
    if (key[1] > time_part(context.now()) || orders.size() == count) return false;
    orders.push_back(key[2]);
    return true;
  });
  std::ranges::sort(orders);
  std::vector<Message> messages;
  for (const auto& order : orders) {
    if (auto message = message_at(context, source.store, order))
      messages.push_back(*std::move(message));
  }
  return messages;
}

/// Where KMS has a part in it, the message is opened and enclosed anew.
Result<void> enclose_anew(Context& context, const Queue& source, const Queue& target,
                          const Move& move, Message& message) {
  if (!message.envelope && !under_kms(target)) return {};
  const auto letter = TRY(letter_of(context, move.mover, source, message));
  TRY(enclose(context, move.mover, target, message, letter.body));
  if (!message.content) return {};
  release_content(context, *std::exchange(message.content, std::nullopt));
  message.fill.reset();
  if (!letter.attributes.empty()) message.attributes = letter.attributes;
  return {};
}

/// To the task's destination as a new message.
Result<void> move_one(Context& context, const Queue& source, const Move& move, Message message,
                      std::size_t number) {
  const auto target = queue_named(
      context, move.destination.empty() ? message.source.value_or("") : move.destination);
  if (!target || target->fifo() != source.fifo())
    return fail("AWS.SimpleQueueService.NonExistentQueue", "");
  TRY(enclose_anew(context, source, *target, move, message));
  take_out(context, source.store, message);
  message.id = context.new_uuid();
  message.sent = message.visible = context.now();
  message.received.reset();
  message.source.reset();
  if (target->fifo()) message.fifo->sequence = next_sequence(context, target->origin);
  message.order =
      target->fifo() ? message.fifo->sequence : order_of(context, message.id, message.sent, number);
  enqueue(context, *target, message, Hidden::No);
  return {};
}

void end(Context& context, Move move, std::string status, std::string failure = {}) {
  move.status = std::move(status);
  move.failure = std::move(failure);
  kMoves.put(context, key_of(move), move);
}

void step(Context& context, const core::Resumption& timer) {
  const auto key = array_of(timer.context, "key");
  Key row;
  for (const auto& part : key)
    row.add(std::string_view(part.as_string()));
  auto move = kMoves.get(context, row);
  if (!move || move->status != "RUNNING") {
    if (move && move->status == "CANCELLING") end(context, *move, "CANCELLED");
    return;
  }
  const auto source = queue_named(context, move->source);
  if (!source) return end(context, *move, "FAILED", "AWS.SimpleQueueService.NonExistentQueue");
  const auto messages =
      movable(context, *source, move->rate ? static_cast<std::size_t>(move->rate) : kStep);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (const auto done = move_one(context, *source, *move, messages[i], i); !done)
      return end(context, *move, "FAILED", done.error().code);
    ++move->moved;
  }
  if (movable(context, *source, 1).empty()) return end(context, *move, "COMPLETED");
  kMoves.put(context, row, *move);
  context.at(context.now() + std::chrono::seconds(move->rate ? 1 : 0), {"sqs.move", timer.context});
}

Object listed(const Move& move) {
  Object out{{"Status", move.status},
             {"SourceArn", move.source},
             {"ApproximateNumberOfMessagesMoved", move.moved},
             {"ApproximateNumberOfMessagesToMove", move.to_move},
             {"StartedTimestamp", to_ms(move.started)}};
  if (move.status == "RUNNING") out["TaskHandle"] = handle_of(move);
  if (!move.destination.empty()) out["DestinationArn"] = move.destination;
  if (move.rate) out["MaxNumberOfMessagesPerSecond"] = move.rate;
  if (!move.failure.empty()) out["FailureReason"] = move.failure;
  return out;
}

core::Access access_to(Call& call, std::string action, std::string_view name) {
  const auto target = Arn::parse(name);
  const auto queue = queue_named(call, name);
  return {.action = std::move(action),
          .resource = std::string(name),
          .owner = AccountId(target ? target->account : ""),
          .resource_policy = queue ? attribute(*queue, "Policy") : ""};
}

Result<Move> checked_move(Call& call) {
  const auto& params = call.params();
  Move move{.source = string_of(params, "SourceArn"),
            .destination = string_of(params, "DestinationArn"),
            .rate = integer(params, "MaxNumberOfMessagesPerSecond").value_or(0),
            .mover = asker_of(call)};
  const auto source = queue_named(call, move.source);
  if (!source || source->scope != call.scope()) return no_resource("SourceArn");
  if (find(params, "MaxNumberOfMessagesPerSecond") && (move.rate < 1 || move.rate > 500))
    return invalid_value(std::to_string(move.rate), "MaxNumberOfMessagesPerSecond",
                         "Must be between 1 and 500.");
  if (!is_dead_letter_queue(call, *source))
    return fail("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.");
  if (!move.destination.empty() && !queue_named(call, move.destination))
    return no_resource("DestinationArn");
  for (const auto& each : moves_of(call, *source)) {
    if (each.status == "RUNNING" || each.status == "CANCELLING")
      return fail("InvalidParameterValue",
                  "There is already a task running. Only one active task is allowed for a source "
                  "queue arn at a given time.");
  }
  move.id = call.new_uuid();
  move.started = call.now();
  kIndex.scan(call, Key{source->store}, [&](const auto& key, const IndexEntry&) {
    ++move.to_move;
    return key[1] <= time_part(call.now());
  });
  return move;
}

}  // namespace

std::vector<core::Access> needs_start_move(Call& call) {
  const auto source = text(call.params(), "SourceArn");
  std::vector<core::Access> needs;
  for (const auto* action : {"sqs:StartMessageMoveTask", "sqs:ReceiveMessage", "sqs:DeleteMessage",
                             "sqs:GetQueueAttributes"})
    needs.push_back(access_to(call, action, source));
  if (const auto target = text(call.params(), "DestinationArn"); !target.empty())
    needs.push_back(access_to(call, "sqs:SendMessage", target));
  return needs;
}

core::Needs needs_move(std::string operation) {
  return [action = "sqs:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    auto source = string_of(call.params(), "SourceArn");
    if (const auto handle = parse_handle(text(call.params(), "TaskHandle")); handle)
      source = handle->source;
    if (source.empty()) source = "*";
    return {access_to(call, action, source)};
  };
}

Outcome start_message_move_task(Call& call) {
  const auto move = checked_move(call);
  if (!move) return move.error();
  const auto source = *Arn::parse(move->source);
  kMoves.put(call, key_of(*move), *move);
  Array key;
  for (const auto& part :
       {source.account, source.region, source.resource, time_part(move->started), move->id})
    key.emplace_back(boost::json::string(part));
  call.later({"sqs.move", Object{{"key", std::move(key)}}});
  return Object{{"TaskHandle", handle_of(*move)}};
}

Outcome cancel_message_move_task(Call& call) {
  const auto handle = parse_handle(text(call.params(), "TaskHandle"));
  if (!handle) return handle.error();
  const auto source = queue_named(call, handle->source);
  if (!source) return no_resource("SourceArn");
  for (auto& move : moves_of(call, *source)) {
    if (move.id != handle->id) continue;
    if (move.status != "RUNNING")
      return fail("InvalidParameterValue", "Only active tasks can be cancelled.");
    end(call, move, "CANCELLING");
    return Object{{"ApproximateNumberOfMessagesMoved", move.moved}};
  }
  return fail("ResourceNotFoundException", "Task does not exist.", 404);
}

Outcome list_message_move_tasks(Call& call) {
  const auto source = queue_named(call, text(call.params(), "SourceArn"));
  if (!source) return no_resource("SourceArn");
  const auto most = integer(call.params(), "MaxResults").value_or(1);
  if (most < 1 || most > kMostListed)
    return invalid_value(std::to_string(most), "MaxResults", "Must be between 1 and 10.");
  Array results;
  for (const auto& move : moves_of(call, *source)) {
    if (static_cast<std::int64_t>(results.size()) < most) results.push_back(listed(move));
  }
  return Object{{"Results", std::move(results)}};
}

void on_move_timers(core::Registry& registry) {
  registry.on_resume("sqs.move", step);
}

}  // namespace tocsin::sqs
