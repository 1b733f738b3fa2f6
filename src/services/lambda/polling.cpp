// SPDX-License-Identifier: Apache-2.0
// From a queue to the function, in batches. Long polls wait in the queue's own state, so that an
// idle mapping costs one timer.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
#include <algorithm>

#include "engines/pattern/pattern.hpp"
#include "services/lambda/configuration.hpp"
#include "services/lambda/mappings.hpp"
#include "services/lambda/queues.hpp"

namespace tocsin::lambda {
namespace {

using core::Context;
using core::Key;
using core::Resumption;

constexpr std::int64_t kWait = 20;
constexpr std::int64_t kConcurrency = 5;
constexpr auto kAfterTrouble = std::chrono::seconds(5);
constexpr std::size_t kMostBytes = 6'000'000;
constexpr std::size_t kDeleteAtOnce = 10;

Key key_of(const Mapping& mapping) {
  return Key::of(mapping.scope, mapping.uuid);
}

Object tag_of(const Mapping& mapping) {
  return {{"uuid", mapping.uuid}};
}

/// The mapping that a continuation is about; none where it is gone.
std::optional<Mapping> current(Context& context, const Document& tag) {
  return kMappings.get(context, Key::of(context.scope(), text(tag, "uuid")));
}

std::optional<core::CallSpec> sqs_call(Context& context, const Mapping& mapping,
                                       std::string operation, Object params) {
  const auto target = target_of(context, {mapping.scope, mapping.function, mapping.qualifier});
  const auto queue = Arn::parse(mapping.queue);
  if (!target || !queue) return std::nullopt;
  params["QueueUrl"] = queue_url(*queue);
  return core::CallSpec{"sqs",
                        std::move(operation),
                        std::move(params),
                        {mapping.scope.account, queue->region},
                        as_function(context, target->function, target->configuration.role),
                        {}};
}

std::int64_t room(const Mapping& mapping) {
  return mapping.concurrency.value_or(kConcurrency) - mapping.running;
}

std::size_t gathered_count(Context& context, const Mapping& mapping) {
  return kGathered.get(context, key_of(mapping)).value_or(Gathering{}).records.size();
}

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty()) out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

Object attributes_of(const Document& message) {
  Object out;
  for (const auto& entry : object_of(message, "MessageAttributes")) {
    Object value;
    for (const auto& member : entry.value().as_object())
      value[lower_first(member.key())] = member.value();
    value["stringListValues"] = Array{};
    value["binaryListValues"] = Array{};
    out[entry.key()] = std::move(value);
  }
  return out;
}

/// The message as the function sees it.
Object record_of(const Mapping& mapping, const Document& message) {
  Object record{{"messageId", text(message, "MessageId")},
                {"receiptHandle", text(message, "ReceiptHandle")},
                {"body", text(message, "Body")},
                {"attributes", object_of(message, "Attributes")},
                {"messageAttributes", attributes_of(message)}};
  if (const auto digest = text(message, "MD5OfMessageAttributes"); !digest.empty())
    record["md5OfMessageAttributes"] = digest;
  record["md5OfBody"] = text(message, "MD5OfBody");
  record["eventSource"] = "aws:sqs";
  record["eventSourceARN"] = mapping.queue;
  record["awsRegion"] = Arn::parse(mapping.queue)->region;
  return record;
}

/// Whether one of the filters wants it: they see a body that is JSON as JSON.
bool wanted(const Mapping& mapping, const Object& record) {
  if (mapping.filters.empty()) return true;
  auto seen = record;
  if (auto body = parse_json(text(record, "body")); body && body->is_object())
    seen["body"] = *std::move(body);
  const Document document(std::move(seen));
  return std::ranges::any_of(mapping.filters, [&](const std::string& filter) {
    const auto pattern = pattern::parse_pattern(filter);
    return pattern && pattern::matches(*pattern, document);
  });
}

Object entry_of(const Document& record) {
  return {{"id", text(record, "messageId")}, {"handle", text(record, "receiptHandle")}};
}

/// Removes messages ({"id", "handle"}) from the queue.
void remove(Context& context, const Mapping& mapping, const Array& messages) {
  for (std::size_t from = 0; from < messages.size(); from += kDeleteAtOnce) {
    Array entries;
    for (auto i = from; i < std::min(messages.size(), from + kDeleteAtOnce); ++i)
      entries.push_back(
          Object{{"Id", std::to_string(i)}, {"ReceiptHandle", text(messages[i], "handle")}});
    auto spec = sqs_call(context, mapping, "DeleteMessageBatch", {{"Entries", std::move(entries)}});
    if (spec) context.start({.work = *std::move(spec), .retry = {.attempts = 5}});
  }
}

/// Up to a batch of what is gathered, as an event below Lambda's limit.
Array take_batch(Gathering& gathered, std::int64_t most) {
  Array batch, rest;
  std::size_t bytes = 0;
  for (auto& record : gathered.records) {
    const auto size = text(record, "body").size() + 1024;
    const bool fits = batch.empty() || bytes + size <= kMostBytes;
    if (rest.empty() && fits && batch.size() < static_cast<std::size_t>(most)) {
      bytes += size;
      batch.push_back(std::move(record));
    } else {
      rest.push_back(std::move(record));
    }
  }
  gathered.records = std::move(rest);
  return batch;
}

/// Invokes the function with a batch. What cannot run now stays in the queue, hidden for a while.
void dispatch(Context& context, Mapping& mapping) {
  auto gathered = kGathered.get(context, key_of(mapping)).value_or(Gathering{});
  const auto batch = take_batch(gathered, mapping.batch);
  if (!gathered.timer.empty()) context.cancel(std::exchange(gathered.timer, {}));
  if (gathered.records.empty())
    kGathered.erase(context, key_of(mapping));
  else
    kGathered.put(context, key_of(mapping), gathered);
  if (batch.empty()) return;
  Run run{.kind = Run::Kind::Mapping,
          .function = mapping.function,
          .qualifier = mapping.qualifier,
          .event = context.seal(to_json(Object{{"Records", batch}})),
          .request = context.new_uuid(),
          .mapping = mapping.uuid};
  for (const auto& record : batch)
    run.messages.push_back(entry_of(record));
  const auto target = chosen_target(context, {mapping.scope, mapping.function, mapping.qualifier});
  const auto launched = target ? launch(context, *target, std::move(run))
                               : Result<void>(std::unexpected(target.error()));
  if (launched)
    ++mapping.running;
  else
    mapping.problem = "PROBLEM: " + launched.error().message;
}

void poll_later(Context& context, const Mapping& mapping, Duration delay) {
  context.at(context.now() + delay, {"lambda.poll", tag_of(mapping)});
}

/// Adds what was received to the batch, and gives away batches that are full or do not wait.
void gather(Context& context, Mapping& mapping, const Array& messages) {
  auto gathered = kGathered.get(context, key_of(mapping)).value_or(Gathering{});
  Array unwanted;
  for (const auto& message : messages) {
    auto record = record_of(mapping, message);
    if (wanted(mapping, record))
      gathered.records.push_back(std::move(record));
    else
      unwanted.push_back(entry_of(Document(std::move(record))));
  }
  remove(context, mapping, unwanted);
  if (gathered.records.empty()) return;
  const bool full = gathered.records.size() >= static_cast<std::size_t>(mapping.batch);
  if (!full && mapping.window_s > 0 && gathered.timer.empty())
    gathered.timer = context.at(context.now() + std::chrono::seconds(mapping.window_s),
                                {"lambda.window_over", tag_of(mapping)});
  kGathered.put(context, key_of(mapping), gathered);
  if (mapping.window_s == 0 || full) dispatch(context, mapping);
}

/// What came in for a mapping that no longer wants it is shown to others at once.
void give_back(Context& context, const Mapping& mapping, const Array& messages) {
  Array entries;
  for (const auto& message : messages)
    entries.push_back(Object{{"Id", std::to_string(entries.size())},
                             {"ReceiptHandle", text(message, "ReceiptHandle")},
                             {"VisibilityTimeout", 0}});
  if (entries.empty()) return;
  auto spec =
      sqs_call(context, mapping, "ChangeMessageVisibilityBatch", {{"Entries", std::move(entries)}});
  if (spec) context.start({.work = *std::move(spec)});
}

void polled(Context& context, const Resumption& end) {
  auto mapping = current(context, end.context);
  if (!mapping || !mapping->enabled) {
    if (end.outcome)
      give_back(context, decoded<Mapping>(object_of(end.context, "mapping")),
                array_of(*end.outcome, "Messages"));
    if (!mapping) return;
    mapping->polling = false;
    return kMappings.put(context, key_of(*mapping), *mapping);
  }
  mapping->polling = false;
  if (end.outcome) {
    mapping->problem.clear();
    gather(context, *mapping, array_of(*end.outcome, "Messages"));
  } else {
    mapping->problem = "PROBLEM: " + end.outcome.error().message;
  }
  if (mapping->problem.empty())
    poll(context, *mapping);
  else
    poll_later(context, *mapping, kAfterTrouble);
  kMappings.put(context, key_of(*mapping), *mapping);
}

void poll_again(Context& context, const Resumption& timer) {
  auto mapping = current(context, timer.context);
  if (!mapping) return;
  poll(context, *mapping);
  kMappings.put(context, key_of(*mapping), *mapping);
}

void window_over(Context& context, const Resumption& timer) {
  auto mapping = current(context, timer.context);
  if (!mapping) return;
  dispatch(context, *mapping);
  poll(context, *mapping);
  kMappings.put(context, key_of(*mapping), *mapping);
}

/// The ids that the function reports as failed; none where its answer cannot be understood: then
/// the whole batch has failed.
std::optional<std::vector<std::string>> reported(const Run& run, const std::string& payload) {
  std::vector<std::string> failed;
  const auto answer = parse_json(payload);
  if (!answer) return std::nullopt;
  const auto* list = find(*answer, "batchItemFailures");
  if (!list || list->is_null()) return failed;
  if (!list->is_array()) return std::nullopt;
  for (const auto& item : list->as_array()) {
    auto id = string_of(item, "itemIdentifier");
    const bool known = std::ranges::any_of(
        run.messages, [&](const Document& message) { return text(message, "id") == id; });
    if (!known) return std::nullopt;
    failed.push_back(std::move(id));
  }
  return failed;
}

Array succeeded(const Context& context, const Mapping& mapping, const Run& run,
                const Result<Document>& outcome) {
  if (!outcome || find(*outcome, "FunctionError")) return {};
  if (!mapping.partial_failures) return run.messages;
  const auto failed = reported(run, opened(context, *outcome, "Payload"));
  Array out;
  for (const auto& message : run.messages) {
    const auto id = text(message, "id");
    if (failed && std::ranges::find(*failed, id) == failed->end()) out.push_back(message);
  }
  return out;
}

}  // namespace

void poll(Context& context, Mapping& mapping) {
  if (!mapping.enabled || mapping.polling || room(mapping) <= 0) return;
  const auto gathered = static_cast<std::int64_t>(gathered_count(context, mapping));
  const auto count = std::clamp<std::int64_t>(mapping.batch - gathered, 1, 10);
  auto spec = sqs_call(context, mapping, "ReceiveMessage",
                       {{"MaxNumberOfMessages", count},
                        {"WaitTimeSeconds", kWait},
                        {"AttributeNames", Array{"All"}},
                        {"MessageAttributeNames", Array{"All"}}});
  if (!spec) {
    mapping.problem = "PROBLEM: Function call failed";
    return poll_later(context, mapping, std::chrono::minutes(1));
  }
  mapping.polling = true;
  auto tag = tag_of(mapping);
  tag["mapping"] = encode(mapping);
  context.start({.work = *std::move(spec), .then = {"lambda.polled", std::move(tag)}});
}

void batch_ended(Context& context, const Run& run, const Result<Document>& outcome) {
  auto mapping = kMappings.get(context, Key::of(context.scope(), run.mapping));
  if (!mapping) return;
  mapping->running = std::max<std::int64_t>(0, mapping->running - 1);
  remove(context, *mapping, succeeded(context, *mapping, run, outcome));
  poll(context, *mapping);
  kMappings.put(context, key_of(*mapping), *mapping);
}

void on_polling(core::Registry& registry) {
  registry.on_resume("lambda.polled", polled);
  registry.on_resume("lambda.poll", poll_again);
  registry.on_resume("lambda.window_over", window_over);
}

}  // namespace tocsin::lambda
