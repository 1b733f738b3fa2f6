// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/queues.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/sqs/attributes.hpp"
#include "services/sqs/receive.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

Key key_of(const Queue& queue) {
  return Key::of(queue.scope, queue.name);
}

std::string url_of(const Call& call, const Queue& queue) {
  const auto& host = call.request().host;
  return fmt::format("{}://{}/{}/{}", call.request().secure ? "https" : "http",
                     host.empty() ? "localhost:4566" : host, queue.scope.account.str(), queue.name);
}

Result<void> check_name(std::string_view name) {
  if (name.ends_with(".fifo")) {
    return fail("UnsupportedOperation",
                "Tocsin serves standard queues only; FIFO queues are not supported.");
  }
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  };
  if (name.empty() || name.size() > 80 || !std::ranges::all_of(name, allowed)) {
    return fail(
        "InvalidParameterValue",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  }
  return {};
}

Outcome existing_queue(Call& call, const Queue& queue, const Object& wanted) {
  for (const auto& entry : wanted) {
    if (attribute(queue, std::string(entry.key())) == std::string(entry.value().as_string()))
      continue;
    return fail(
        "QueueNameExists",
        fmt::format(
            "A queue already exists with the same name and a different value for attribute {}",
            std::string(entry.key())));
  }
  return Object{{"QueueUrl", url_of(call, queue)}};
}

struct Counts {
  std::int64_t visible = 0, hidden = 0, delayed = 0;
};

Counts counts_of(const Call& call, const Queue& queue) {
  Counts counts;
  kIndex.scan(call, Key{queue.store}, [&](const auto& key, const IndexEntry& entry) {
    if (key[1] <= time_part(call.now()))
      ++counts.visible;
    else
      ++(entry.delayed ? counts.delayed : counts.hidden);
    return true;
  });
  return counts;
}

std::map<std::string, std::string> all_attributes(const Call& call, const Queue& queue) {
  const auto counts = counts_of(call, queue);
  auto all = queue.attributes;
  for (const auto* name :
       {"DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds", "SqsManagedSseEnabled", "VisibilityTimeout"}) {
    all[name] = attribute(queue, name);
  }
  all["QueueArn"] = arn_of(queue);
  all["CreatedTimestamp"] = std::to_string(to_ms(queue.created) / 1000);
  all["LastModifiedTimestamp"] = std::to_string(to_ms(queue.modified) / 1000);
  all["ApproximateNumberOfMessages"] = std::to_string(counts.visible);
  all["ApproximateNumberOfMessagesNotVisible"] = std::to_string(counts.hidden);
  all["ApproximateNumberOfMessagesDelayed"] = std::to_string(counts.delayed);
  return all;
}

/// Pages over the account's queues that `wanted` takes.
Object page_of_queues(Call& call, std::string_view member,
                      const std::function<bool(const Queue&)>& wanted) {
  const auto limit = integer(call.params(), "MaxResults").value_or(1000);
  const auto after = text(call.params(), "NextToken");
  Array urls;
  std::string last, next;
  kQueues.scan(
      call, Key::of(call.scope()),
      [&](const auto&, const Queue& queue) {
        if (!wanted(queue)) return true;
        if (static_cast<std::int64_t>(urls.size()) == limit) {
          next = last;
          return false;
        }
        urls.emplace_back(url_of(call, queue));
        last = queue.name;
        return true;
      },
      store::Direction::Forward,
      after.empty() ? std::nullopt : std::optional(Key::of(call.scope(), after)));
  Object reply{{member, std::move(urls)}};
  if (!next.empty()) reply["NextToken"] = next;
  return reply;
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto queue = decoded<Queue>(row);
  Object configuration{{"QueueName", queue.name}, {"Arn", arn_of(queue)}};
  for (const auto& [name, value] : queue.attributes) {
    auto parsed = parse_json(value);
    configuration[name == "Policy" ? "QueuePolicy" : name] =
        parsed ? *parsed : Document(boost::json::string(value));
  }
  return {.id = fmt::format("https://sqs.{}.amazonaws.com/{}/{}", queue.scope.region,
                            queue.scope.account.str(), queue.name),
          .name = queue.name,
          .arn = arn_of(queue),
          .scope = queue.scope,
          .configuration = std::move(configuration),
          .tags = queue.tags};
}

}  // namespace

Failure no_such_queue() {
  return fail("QueueDoesNotExist", "The specified queue does not exist.");
}

Result<std::pair<Scope, std::string>> address_of(Call& call) {
  const auto url = text(call.params(), "QueueUrl");
  const auto name = url.rfind('/');
  const auto account = name == std::string_view::npos || name == 0 ? std::string_view::npos
                                                                   : url.rfind('/', name - 1);
  if (account == std::string_view::npos) {
    return fail("InvalidAddress",
                fmt::format("The address {} is not valid for this endpoint.", url));
  }
  return std::pair(
      Scope{AccountId(std::string(url.substr(account + 1, name - account - 1))), call.region()},
      std::string(url.substr(name + 1)));
}

Result<Queue> queue_of(Call& call) {
  const auto [scope, name] = TRY(address_of(call));
  auto queue = kQueues.get(call, Key::of(scope, name));
  if (!queue) return no_such_queue();
  return *std::move(queue);
}

core::Needs needs_queue(std::string operation) {
  return [action = "sqs:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    const auto address = address_of(call);
    if (!address) return {{.action = action}};
    const auto& [scope, name] = *address;
    const auto queue = kQueues.get(call, Key::of(scope, name));
    return {{.action = action,
             .resource = arn("sqs", scope, name),
             .owner = scope.account,
             .resource_policy = queue ? attribute(*queue, "Policy") : ""}};
  };
}

Outcome create_queue(Call& call) {
  const auto name = string_of(call.params(), "QueueName");
  if (auto checked = check_name(name); !checked) return checked.error();
  const auto& wanted = object_of(call.params(), "Attributes");
  if (auto checked = check_attributes(call, wanted); !checked) return checked.error();
  if (const auto queue = kQueues.get(call, Key::of(call.scope(), name)))
    return existing_queue(call, *queue, wanted);
  Queue queue{.scope = call.scope(),
              .name = name,
              .created = call.now(),
              .modified = call.now(),
              .store = call.new_uuid()};
  set_attributes(queue, wanted);
  decode(Document(object_of(call.params(), "tags")), queue.tags);
  kQueues.put(call, key_of(queue), queue);
  return Object{{"QueueUrl", url_of(call, queue)}};
}

Outcome delete_queue(Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  kQueues.erase(call, key_of(*queue));
  drop_store(call, queue->store);
  end_polls(call, *queue, no_such_queue().error());
  return Object{};
}

Outcome get_queue_url(Call& call) {
  auto scope = call.scope();
  if (const auto owner = string_of(call.params(), "QueueOwnerAWSAccountId"); !owner.empty())
    scope.account = AccountId(owner);
  const auto queue = kQueues.get(call, Key::of(scope, text(call.params(), "QueueName")));
  if (!queue) return no_such_queue();
  return Object{{"QueueUrl", url_of(call, *queue)}};
}

Outcome get_queue_attributes(Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  const auto all = all_attributes(call, *queue);
  Object out;
  for (const auto& wanted : array_of(call.params(), "AttributeNames")) {
    const std::string name(wanted.as_string());
    if (name == "All") {
      for (const auto& [each, value] : all)
        out[each] = value;
    } else if (const auto found = all.find(name); found != all.end()) {
      out[name] = found->second;
    }
  }
  return Object{{"Attributes", std::move(out)}};
}

Outcome set_queue_attributes(Call& call) {
  auto queue = queue_of(call);
  if (!queue) return queue.error();
  const auto& attributes = object_of(call.params(), "Attributes");
  if (auto checked = check_attributes(call, attributes); !checked) return checked.error();
  set_attributes(*queue, attributes);
  queue->modified = call.now();
  kQueues.put(call, key_of(*queue), *queue);
  return Object{};
}

Outcome list_queues(Call& call) {
  const auto prefix = text(call.params(), "QueueNamePrefix");
  return page_of_queues(call, "QueueUrls",
                        [&](const Queue& queue) { return queue.name.starts_with(prefix); });
}

Outcome list_dead_letter_source_queues(Call& call) {
  const auto target = queue_of(call);
  if (!target) return target.error();
  return page_of_queues(call, "queueUrls", [wanted = arn_of(*target)](const Queue& queue) {
    const auto redrive = redrive_of(queue);
    return redrive && redrive->target_arn == wanted;
  });
}

Outcome purge_queue(Call& call) {
  auto queue = queue_of(call);
  if (!queue) return queue.error();
  if (to_ms(queue->purged) && call.now() - queue->purged < std::chrono::seconds(60)) {
    return fail("PurgeQueueInProgress",
                fmt::format("Only one PurgeQueue operation on {} is allowed every 60 seconds.",
                            queue->name),
                403);
  }
  drop_store(call, std::exchange(queue->store, call.new_uuid()));
  queue->purged = call.now();
  kQueues.put(call, key_of(*queue), *queue);
  return Object{};
}

Outcome tag_queue(Call& call) {
  auto queue = queue_of(call);
  if (!queue) return queue.error();
  for (const auto& tag : object_of(call.params(), "Tags")) {
    queue->tags[std::string(tag.key())] = std::string(tag.value().as_string());
  }
  kQueues.put(call, key_of(*queue), *queue);
  return Object{};
}

Outcome untag_queue(Call& call) {
  auto queue = queue_of(call);
  if (!queue) return queue.error();
  for (const auto& key : array_of(call.params(), "TagKeys"))
    queue->tags.erase(std::string(key.as_string()));
  kQueues.put(call, key_of(*queue), *queue);
  return Object{};
}

Outcome list_queue_tags(Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  return Object{{"Tags", encode(queue->tags)}};
}

core::ResourceType queue_type() {
  return {.type = "AWS::SQS::Queue", .table = kQueues.name(), .describe = describe};
}

}  // namespace tocsin::sqs
