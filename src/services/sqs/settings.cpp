// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/settings.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/sqs/attributes.hpp"
#include "services/sqs/queues.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

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
  if (!attribute(queue, "KmsMasterKeyId").empty())
    all["KmsDataKeyReusePeriodSeconds"] = attribute(queue, "KmsDataKeyReusePeriodSeconds");
  if (queue.fifo()) {
    for (const auto* name :
         {"ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"})
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

bool is_attribute(std::string_view name) {
  constexpr std::string_view kKnown[] = {"ContentBasedDeduplication",
                                         "DeduplicationScope",
                                         "FifoQueue",
                                         "FifoThroughputLimit",
                                         "KmsDataKeyReusePeriodSeconds",
                                         "KmsMasterKeyId",
                                         "Policy",
                                         "RedriveAllowPolicy",
                                         "RedrivePolicy"};
  return std::ranges::find(kKnown, name) != std::end(kKnown);
}

Document one_or_many(std::vector<std::string> values) {
  if (values.size() == 1) return Document(boost::json::string(values[0]));
  Array all;
  for (const auto& value : values)
    all.emplace_back(boost::json::string(value));
  return all;
}

std::vector<std::string> words(const Document& params, std::string_view member,
                               std::string_view before, std::string_view after) {
  std::vector<std::string> out;
  for (const auto& each : array_of(params, member))
    out.push_back(fmt::format("{}{}{}", before, std::string_view(each.as_string()), after));
  return out;
}

Object policy_of(const Queue& queue) {
  const auto own = attribute(queue, "Policy");
  const auto parsed = own.empty() ? Result<Document>(Object{}) : parse_json(own);
  if (parsed && parsed->is_object() && !parsed->as_object().empty()) return parsed->as_object();
  return {{"Version", "2008-10-17"},
          {"Id", arn_of(queue) + "/__default_policy_ID"},
          {"Statement", Array{}}};
}

/// The statements of a policy, which may hold a single one.
Array statements_of(const Object& policy) {
  const auto* statement = find(policy, "Statement");
  if (statement && statement->is_object()) return Array{*statement};
  return array_of(policy, "Statement");
}

void keep_policy(Call& call, Queue queue, Object policy, Array statements) {
  if (statements.empty()) {
    queue.attributes.erase("Policy");
  } else {
    policy["Statement"] = std::move(statements);
    queue.attributes["Policy"] = to_json(policy);
  }
  queue.modified = call.now();
  kQueues.put(call, Key::of(queue.scope, queue.name), queue);
}

Result<void> check_actions(const Document& params) {
  constexpr std::string_view kShared[] = {"*",
                                          "SendMessage",
                                          "ReceiveMessage",
                                          "DeleteMessage",
                                          "ChangeMessageVisibility",
                                          "GetQueueAttributes",
                                          "GetQueueUrl",
                                          "ListDeadLetterSourceQueues",
                                          "PurgeQueue"};
  for (const auto& action : array_of(params, "Actions")) {
    const std::string_view name(action.as_string());
    if (std::ranges::find(kShared, name) == std::end(kShared))
      return invalid_value("SQS:" + std::string(name), "ActionName",
                           "Only the queue owner is allowed to invoke this action.");
  }
  return {};
}

Result<void> check_accounts(const Document& params) {
  for (const auto& each : array_of(params, "AWSAccountIds")) {
    const std::string_view account(each.as_string());
    if (!is_account_id(account))
      return invalid_value(fmt::format("[{}]", account), "PrincipalId", "Unable to verify.");
  }
  return {};
}

}  // namespace

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
    } else if (!is_attribute(name)) {
      return fail("InvalidAttributeName", fmt::format("Unknown Attribute {}.", name));
    }
  }
  if (out.empty()) return Object{};
  return Object{{"Attributes", std::move(out)}};
}

Outcome set_queue_attributes(Call& call) {
  auto queue = queue_of(call);
  if (!queue) return queue.error();
  const auto& attributes = object_of(call.params(), "Attributes");
  if (auto checked = check_attributes(call, *queue, attributes, Change::Set); !checked)
    return checked.error();
  set_attributes(*queue, attributes);
  queue->modified = call.now();
  kQueues.put(call, Key::of(queue->scope, queue->name), *queue);
  return Object{};
}

Outcome add_permission(Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  const auto& params = call.params();
  const auto label = string_of(params, "Label");
  if (auto checked = check_actions(params); !checked) return checked.error();
  if (auto checked = check_accounts(params); !checked) return checked.error();
  auto policy = policy_of(*queue);
  auto statements = statements_of(policy);
  for (const auto& each : statements) {
    if (text(each, "Sid") == label) return invalid_value(label, "Label", "Already exists.");
  }
  if (auto checked = check_statements(statements.size() + 1); !checked) return checked.error();
  statements.push_back(Object{
      {"Sid", label},
      {"Effect", "Allow"},
      {"Principal",
       Object{{"AWS", one_or_many(words(params, "AWSAccountIds", "arn:aws:iam::", ":root"))}}},
      {"Action", one_or_many(words(params, "Actions", "SQS:", ""))},
      {"Resource", arn_of(*queue)}});
  keep_policy(call, *queue, std::move(policy), std::move(statements));
  return Object{};
}

Outcome remove_permission(Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  const auto label = string_of(call.params(), "Label");
  auto policy = policy_of(*queue);
  const auto statements = statements_of(policy);
  Array kept;
  for (const auto& each : statements) {
    if (text(each, "Sid") != label) kept.push_back(each);
  }
  if (kept.size() == statements.size()) return invalid_value(label, "Label", "can't find label.");
  keep_policy(call, *queue, std::move(policy), std::move(kept));
  return Object{};
}

}  // namespace tocsin::sqs
