// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/receive.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/sqs/attributes.hpp"
#include "services/sqs/digests.hpp"
#include "services/sqs/encryption.hpp"
#include "services/sqs/flights.hpp"
#include "services/sqs/groups.hpp"
#include "services/sqs/polls.hpp"
#include "services/sqs/queues.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Context;
using core::Key;

constexpr auto kAttemptLife = std::chrono::minutes(5);
constexpr std::int64_t kMostAtOnce = 10;
constexpr int kRounds = 10;  // of putting away dead messages

bool name_wanted(const std::vector<std::string>& wanted, std::string_view name) {
  return std::ranges::any_of(wanted, [&](const std::string& each) {
    if (each == "All" || each == ".*" || each == name) return true;
    return each.ends_with(".*") &&
           name.starts_with(std::string_view(each).substr(0, each.size() - 2));
  });
}

Object system_attributes(const Message& message, const std::vector<std::string>& wanted) {
  Object all = message.system_attributes.value_or(Object{});
  all["SenderId"] = message.sender;
  all["SentTimestamp"] = std::to_string(to_ms(message.sent));
  all["ApproximateReceiveCount"] = std::to_string(message.received->count);
  all["ApproximateFirstReceiveTimestamp"] = std::to_string(to_ms(message.received->first));
  if (message.source) all["DeadLetterQueueSourceArn"] = *message.source;
  if (message.fifo) all["MessageGroupId"] = message.fifo->group;
  if (message.fifo && !message.fifo->sequence.empty()) {
    all["MessageDeduplicationId"] = message.fifo->deduplication;
    all["SequenceNumber"] = message.fifo->sequence;
  }
  Object out;
  for (const auto& entry : all) {
    const std::string_view name(entry.key().data(), entry.key().size());
    if (std::ranges::any_of(wanted,
                            [&](const auto& each) { return each == "All" || each == name; })) {
      out[entry.key()] = entry.value();
    }
  }
  return out;
}

Object received(const Queue& queue, const Message& message, const Letter& letter,
                const Poll& poll) {
  const auto handle = fmt::format("{}|{}|{}|{}", arn_of(queue), queue.store, message.order,
                                  message.received->receipt);
  Object out{{"MessageId", message.id},
             {"ReceiptHandle", base64(handle)},
             {"MD5OfBody", digest_of_body(letter.body)},
             {"Body", letter.body}};
  if (auto system = system_attributes(message, poll.system_names); !system.empty())
    out["Attributes"] = std::move(system);
  Object attributes;
  for (const auto& entry : letter.attributes) {
    if (name_wanted(poll.attribute_names, {entry.key().data(), entry.key().size()}))
      attributes[entry.key()] = entry.value();
  }
  if (!attributes.empty()) {
    out["MD5OfMessageAttributes"] = digest_of_attributes(attributes);
    out["MessageAttributes"] = std::move(attributes);
  }
  return out;
}

void bury(Context& context, const Queue& queue, const Queue& dead, Message message) {
  take_out(context, queue.store, message);
  message.source = arn_of(queue);
  message.received.reset();
  message.visible = context.now();
  if (dead.fifo()) {
    message.sent = context.now();
    message.fifo->sequence = next_sequence(context, dead.origin);
    message.order = message.fifo->sequence;
  }
  enqueue(context, dead, message, Hidden::No);
}

/// True where the message went to the dead-letter queue.
bool redriven(Context& context, const Queue& queue, const Message& message) {
  const auto redrive = redrive_of(queue);
  if (!redrive || !message.received || message.received->count < redrive->max_receives)
    return false;
  const auto target = Arn::parse(redrive->target_arn);
  const auto dead =
      target ? kQueues.get(context, Key::of(queue.scope, target->resource)) : std::nullopt;
  if (!dead || !allows_redrive(*dead, arn_of(queue))) return false;
  bury(context, queue, *dead, message);
  return true;
}

/// True where the message expired or went to the dead letters.
bool put_away(Context& context, const Queue& queue, const Message& message) {
  if (message.sent + retention(queue) <= context.now()) {
    remove_message(context, queue.store, message);
    return true;
  }
  return redriven(context, queue, message);
}

/// The first entries of the index that are visible, as orders of messages.
std::vector<std::string> visible_orders(Context& context, const Queue& queue, std::size_t count) {
  std::vector<std::string> orders;
  kIndex.scan(context, Key{queue.store}, [&](const auto& key, const IndexEntry&) {
    if (key[1] > time_part(context.now()) || orders.size() == count) return false;
    orders.push_back(key[2]);
    return true;
  });
  return orders;
}

std::vector<Message> from_standard(Context& context, const Queue& queue, std::size_t wanted) {
  std::vector<Message> out;
  for (int round = 0; round < kRounds && out.empty(); ++round) {
    const auto orders = visible_orders(context, queue, wanted);
    for (const auto& order : orders) {
      context.spend();
      auto message = message_at(context, queue.store, order);
      if (message && !put_away(context, queue, *message)) out.push_back(*std::move(message));
    }
    if (orders.empty()) break;
  }
  return out;
}

/// Of a group its first messages, up to one that is delayed.
void from_group(Context& context, const Queue& queue, const std::string& group, std::size_t wanted,
                std::vector<Message>& out) {
  for (auto& message : first_of_group(context, queue.store, group, wanted)) {
    context.spend();
    if (message.visible > context.now() || out.size() == wanted) return;
    if (!put_away(context, queue, message)) out.push_back(std::move(message));
  }
}

std::vector<Message> from_fifo(Context& context, const Queue& queue, std::size_t wanted) {
  std::vector<Message> out;
  for (int round = 0; round < kRounds && out.empty(); ++round) {
    const auto groups = ready_groups(context, queue, wanted);
    for (const auto& group : groups) {
      if (out.size() < wanted) from_group(context, queue, group, wanted, out);
    }
    if (groups.empty()) break;
  }
  return out;
}

std::vector<Message> to_give(Context& context, const Queue& queue, const Poll& poll) {
  const auto wanted = std::min(poll.count, room_in_flight(context, queue));
  if (wanted <= 0) return {};
  const auto count = static_cast<std::size_t>(wanted);
  return queue.fifo() ? from_fifo(context, queue, count) : from_standard(context, queue, count);
}

/// What the messages say; those that the receiver may not open are left out, unless that is all.
/// Of a FIFO queue nothing is given out past one that stays shut.
Result<std::vector<Letter>> letters_of(Context& context, const Queue& queue, const Poll& poll,
                                       std::vector<Message>& messages) {
  std::vector<Letter> letters;
  std::vector<Message> open;
  std::optional<Error> error;
  for (auto& message : messages) {
    auto letter = letter_of(context, poll.receiver, queue, message);
    if (!letter) {
      if (!error) error = letter.error();
      if (queue.fifo()) break;
      continue;
    }
    letters.push_back(*std::move(letter));
    open.push_back(std::move(message));
  }
  if (error && open.empty()) return fail(*error);
  messages = std::move(open);
  return letters;
}

/// What the attempt has had, where nothing of it changed since: it may be given again.
std::vector<Message> had_before(Context& context, const Queue& queue, const std::string& id) {
  const auto attempt = kAttempts.get(context, Key{queue.store, id});
  if (!attempt || attempt->until <= context.now()) return {};
  std::vector<Message> out;
  for (const auto& [order, receipt] : attempt->receipts) {
    auto message = message_at(context, queue.store, order);
    if (!message || !message->received || message->received->receipt != receipt ||
        message->visible <= context.now())
      return {};
    out.push_back(*std::move(message));
  }
  return out;
}

void remember_attempt(Context& context, const Queue& queue, const std::string& id,
                      const std::vector<Message>& messages) {
  Attempt attempt{.until = context.now() + kAttemptLife};
  for (const auto& message : messages)
    attempt.receipts[message.order] = message.received->receipt;
  kAttempts.put(context, Key{queue.store, id}, attempt);
  context.upkeep(attempt.until, {"sqs.forget_attempt", Object{{"store", queue.store}, {"id", id}}});
}

void mark_received(Context& context, Message& message) {
  auto& mark = message.received ? *message.received : message.received.emplace();
  ++mark.count;
  if (!to_ms(mark.first)) mark.first = context.now();
  mark.latest = context.now();
  mark.receipt = context.new_uuid();
}

Result<std::int64_t> bounded(const Document& params, std::string_view name, std::int64_t fallback,
                             std::int64_t least, std::int64_t most) {
  const auto value = integer(params, name).value_or(fallback);
  if (value >= least && value <= most) return value;
  return invalid_value(std::to_string(value), name,
                       fmt::format("Must be >= {} and <= {}, if provided.", least, most));
}

std::vector<std::string> names_of(const Document& params, std::string_view member) {
  std::vector<std::string> names;
  for (const auto& name : array_of(params, member))
    names.emplace_back(name.as_string());
  return names;
}

Result<void> check_system_names(const std::vector<std::string>& names) {
  constexpr std::string_view known[] = {"All",
                                        "ApproximateFirstReceiveTimestamp",
                                        "ApproximateReceiveCount",
                                        "AWSTraceHeader",
                                        "DeadLetterQueueSourceArn",
                                        "MessageDeduplicationId",
                                        "MessageGroupId",
                                        "SenderId",
                                        "SentTimestamp",
                                        "SequenceNumber"};
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == std::end(known))
      return fail("InvalidAttributeName", fmt::format("Unknown Attribute {}.", name));
  }
  return {};
}

Result<Poll> poll_of(const core::Call& call, const Queue& queue) {
  const auto& params = call.params();
  Poll poll{.receiver = asker_of(call)};
  poll.count = integer(params, "MaxNumberOfMessages").value_or(1);
  if (poll.count < 1 || poll.count > kMostAtOnce)
    return invalid_value(std::to_string(poll.count), "MaxNumberOfMessages",
                         "Must be between 1 and 10, if provided.");
  poll.visibility = std::chrono::seconds(TRY(bounded(
      params, "VisibilityTimeout", number_attribute(queue, "VisibilityTimeout"), 0, 43'200)));
  poll.system_names = names_of(params, "AttributeNames");
  for (auto& name : names_of(params, "MessageSystemAttributeNames"))
    poll.system_names.push_back(std::move(name));
  TRY(check_system_names(poll.system_names));
  poll.attribute_names = names_of(params, "MessageAttributeNames");
  poll.attempt = string_of(params, "ReceiveRequestAttemptId");
  if (!poll.attempt.empty() && !queue.fifo())
    return invalid_value(poll.attempt, "ReceiveRequestAttemptId",
                         "The request include parameter that is not valid for this queue type.");
  return poll;
}

}  // namespace

Result<Array> take(Context& context, const Queue& queue, const Poll& poll) {
  auto messages =
      poll.attempt.empty() ? std::vector<Message>() : had_before(context, queue, poll.attempt);
  const bool again = !messages.empty();
  if (!again) messages = to_give(context, queue, poll);
  const auto letters = TRY(letters_of(context, queue, poll, messages));
  Array out;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!again) mark_received(context, messages[i]);
    out.push_back(received(queue, messages[i], letters[i], poll));
    move_visibility(context, queue, messages[i], context.now() + poll.visibility);
  }
  if (!again && !poll.attempt.empty() && !messages.empty())
    remember_attempt(context, queue, poll.attempt, messages);
  return out;
}

core::Outcome receive_message(core::Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  auto poll = poll_of(call, *queue);
  if (!poll) return poll.error();
  const auto wait = bounded(call.params(), "WaitTimeSeconds",
                            number_attribute(*queue, "ReceiveMessageWaitTimeSeconds"), 0, 20);
  if (!wait) return wait.error();
  auto messages = take(call, *queue, *poll);
  if (!messages) return messages.error();
  if (!messages->empty()) return Object{{"Messages", *std::move(messages)}};
  if (!*wait && !queue->fifo() && room_in_flight(call, *queue) <= 0)
    return fail("OverLimit",
                fmt::format("Too many in-flight messages: the limit of {} is reached for this "
                            "queue.",
                            kMostInFlight),
                403);
  if (!*wait) return Object{};
  return wait_for_messages(call, *queue, *std::move(poll), std::chrono::seconds(*wait));
}

void on_attempt_timers(core::Registry& registry) {
  registry.on_resume("sqs.forget_attempt", [](Context& context, const core::Resumption& timer) {
    kAttempts.erase(context, Key{text(timer.context, "store"), text(timer.context, "id")});
  });
}

}  // namespace tocsin::sqs
