// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/queues.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/sqs/attributes.hpp"
#include "services/sqs/declare.hpp"
#include "services/sqs/deduplication.hpp"
#include "services/sqs/polls.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr auto kPause = std::chrono::seconds(60);  // after a deletion, and between purges
constexpr std::size_t kMostTags = 50;

Key key_of(const Queue& queue) {
  return Key::of(queue.scope, queue.name);
}

Result<void> check_name(std::string_view name, bool fifo) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  const auto stem = fifo && name.ends_with(".fifo") ? name.substr(0, name.size() - 5) : name;
  const bool good = !stem.empty() && name.size() <= 80 && std::ranges::all_of(stem, allowed);
  if (fifo && (!good || !name.ends_with(".fifo")))
    return fail("InvalidParameterValue",
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
                "underscores, must end with .fifo suffix and be 1 to 80 in length.");
  if (good) return {};
  return fail(
      "InvalidParameterValue",
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
}

Outcome existing_queue(Call& call, const Queue& queue, const Object& wanted) {
  for (const auto& entry : wanted) {
    const std::string name(entry.key());
    if (attribute(queue, name) == std::string(entry.value().as_string())) continue;
    return fail(
        "QueueNameExists",
        fmt::format(
            "A queue already exists with the same name and a different value for attribute {}",
            name));
  }
  return Object{{"QueueUrl", url_of(call, queue)}};
}

Result<void> check_deleted(Call& call, const Queue& queue) {
  const auto deleted = kDeleted.get(call, key_of(queue));
  if (!deleted) return {};
  if (call.now() < deleted->time + kPause)
    return fail("QueueDeletedRecently",
                "You must wait 60 seconds after deleting a queue before you can create another "
                "with the same name.");
  kDeleted.erase(call, key_of(queue));
  return {};
}

Result<void> check_tags(const Queue& queue) {
  for (const auto& [name, value] : queue.tags) {
    if (name.empty() || name.size() > 128 || value.size() > 256)
      return fail("InvalidParameterValue",
                  "Tag keys must be between 1 and 128 characters in length, values up to 256.");
    if (name.starts_with("aws:"))
      return fail("InvalidParameterValue", "Tag keys cannot start with 'aws:'.");
  }
  if (queue.tags.size() > kMostTags)
    return fail("InvalidParameterValue", "Too many tags added for queue " + queue.name + ".");
  return {};
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
  if (!next.empty() && find(call.params(), "MaxResults")) reply["NextToken"] = next;
  return reply;
}

Result<void> check_page(const Call& call) {
  const auto most = integer(call.params(), "MaxResults");
  if (!most || (*most >= 1 && *most <= 1000)) return {};
  return invalid_value(std::to_string(*most), "MaxResults",
                       "MaxResults must be an integer between 1 and 1000.");
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto queue = decoded<Queue>(row);
  auto url = public_url(queue);
  Object configuration{{"QueueName", queue.name}, {"Arn", arn_of(queue)}, {"QueueUrl", url}};
  if (queue.fifo()) configuration["FifoQueue"] = true;
  for (const auto& [name, value] : queue.attributes) {
    auto parsed = parse_json(value);
    configuration[name == "Policy" ? "QueuePolicy" : name] =
        parsed ? *parsed : Document(boost::json::string(value));
  }
  return {.id = std::move(url),
          .name = queue.name,
          .arn = arn_of(queue),
          .scope = queue.scope,
          .configuration = std::move(configuration),
          .tags = queue.tags};
}

std::vector<core::Access> access_to(Call& call, const std::string& action, const Scope& scope,
                                    std::string_view name) {
  const auto queue = kQueues.get(call, Key::of(scope, name));
  core::Access access{.action = action,
                      .resource = arn("sqs", scope, name),
                      .owner = scope.account,
                      .resource_policy = queue ? attribute(*queue, "Policy") : ""};
  if (queue) core::add_resource_tags(access, queue->tags);
  for (const auto& tag :
       object_of(call.params(), call.request().operation == "CreateQueue" ? "tags" : "Tags"))
    access.context["aws:RequestTag/" + std::string(tag.key())] = {
        std::string(tag.value().as_string())};
  return {std::move(access)};
}

Scope scope_named(const Call& call) {
  auto scope = call.scope();
  if (const auto owner = string_of(call.params(), "QueueOwnerAWSAccountId"); !owner.empty())
    scope.account = AccountId(owner);
  return scope;
}

}  // namespace

std::string url_of(const Call& call, const Queue& queue) {
  const auto& host = call.request().host;
  return fmt::format("{}://{}/{}/{}", call.request().secure ? "https" : "http",
                     host.empty() ? "localhost:4566" : host, queue.scope.account.str(), queue.name);
}

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
                fmt::format("The address {} is not valid for this endpoint.", url), 404);
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

std::optional<Queue> queue_named(const store::View& view, std::string_view name) {
  const auto parsed = Arn::parse(name);
  if (!parsed || parsed->service != "sqs") return std::nullopt;
  return kQueues.get(view, Key{parsed->account, parsed->region, parsed->resource});
}

core::Needs needs_queue(std::string operation) {
  return [action = "sqs:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    const auto address = address_of(call);
    if (!address) return {{.action = action}};
    return access_to(call, action, address->first, address->second);
  };
}

core::Needs needs_named(std::string operation) {
  return [action = "sqs:" + std::move(operation)](Call& call) {
    return access_to(call, action, scope_named(call), text(call.params(), "QueueName"));
  };
}

Outcome create_queue(Call& call) {
  const auto& wanted = object_of(call.params(), "Attributes");
  const auto fifo = text(wanted, "FifoQueue");
  Queue queue{.scope = call.scope(), .name = string_of(call.params(), "QueueName")};
  if (auto checked = check_name(queue.name, fifo == "true"); !checked) return checked.error();
  if (!fifo.empty() && fifo != "true")
    return fail("InvalidAttributeName", "Unknown Attribute FifoQueue.");
  if (auto checked = check_attributes(call, queue, wanted, Change::Create); !checked)
    return checked.error();
  if (const auto found = kQueues.get(call, key_of(queue)))
    return existing_queue(call, *found, wanted);
  if (auto checked = check_deleted(call, queue); !checked) return checked.error();
  queue.created = queue.modified = call.now();
  queue.store = queue.origin = call.new_uuid();
  set_attributes(queue, wanted);
  decode(Document(object_of(call.params(), "tags")), queue.tags);
  if (auto checked = check_tags(queue); !checked) return checked.error();
  kQueues.put(call, key_of(queue), queue);
  return Object{{"QueueUrl", url_of(call, queue)}};
}

Outcome delete_queue(Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  kQueues.erase(call, key_of(*queue));
  kDeleted.put(call, key_of(*queue), {call.now()});
  end_polls(call, *queue, no_such_queue().error());
  drop_store(call, queue->store);
  if (queue->fifo()) forget_accepted(call, queue->origin);
  return Object{};
}

Outcome get_queue_url(Call& call) {
  const auto queue =
      kQueues.get(call, Key::of(scope_named(call), text(call.params(), "QueueName")));
  if (!queue) return no_such_queue();
  return Object{{"QueueUrl", url_of(call, *queue)}};
}

Outcome list_queues(Call& call) {
  if (auto checked = check_page(call); !checked) return checked.error();
  const auto prefix = text(call.params(), "QueueNamePrefix");
  return page_of_queues(call, "QueueUrls",
                        [&](const Queue& queue) { return queue.name.starts_with(prefix); });
}

Outcome list_dead_letter_source_queues(Call& call) {
  if (auto checked = check_page(call); !checked) return checked.error();
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
  if (to_ms(queue->purged) && call.now() - queue->purged < kPause) {
    return fail("PurgeQueueInProgress",
                fmt::format("Only one PurgeQueue operation on {} is allowed every 60 seconds.",
                            queue->name),
                403);
  }
  const auto polls = kClockwork.get(call, Key{queue->store}).value_or(Clockwork{}).polls;
  drop_store(call, std::exchange(queue->store, call.new_uuid()));
  if (polls) kClockwork.put(call, Key{queue->store}, {.polls = polls});
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
  if (auto checked = check_tags(*queue); !checked) return checked.error();
  kQueues.put(call, key_of(*queue), *queue);
  return Object{};
}

Outcome untag_queue(Call& call) {
  auto queue = queue_of(call);
  if (!queue) return queue.error();
  core::remove_tags(queue->tags, array_of(call.params(), "TagKeys"));
  kQueues.put(call, key_of(*queue), *queue);
  return Object{};
}

Outcome list_queue_tags(Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  return Object{{"Tags", encode(queue->tags)}};
}

core::ResourceType queue_type() {
  return {.type = "AWS::SQS::Queue",
          .table = kQueues.name(),
          .describe = describe,
          .create = declare_queue,
          .update = redeclare_queue,
          .remove = undeclare_queue};
}

}  // namespace tocsin::sqs
