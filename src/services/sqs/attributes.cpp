// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/attributes.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "engines/policy/policy.hpp"

namespace tocsin::sqs {
namespace {

constexpr std::size_t kMostStatements = 20;

struct Rule {
  std::string_view name;
  std::string_view fallback;
  std::int64_t least = 0;
  std::int64_t most = -1;  // -1: no number
  bool fifo = false;       // of FIFO queues only
};

constexpr Rule kRules[] = {
    {"ContentBasedDeduplication", "false", 0, -1, true},
    {"DeduplicationScope", "queue", 0, -1, true},
    {"DelaySeconds", "0", 0, 900},
    {"FifoQueue", "true", 0, -1, true},
    {"FifoThroughputLimit", "perQueue", 0, -1, true},
    {"KmsDataKeyReusePeriodSeconds", "300", 60, 86'400},
    {"KmsMasterKeyId", ""},
    {"MaximumMessageSize", "1048576", 1024, 1'048'576},
    {"MessageRetentionPeriod", "345600", 60, 1'209'600},
    {"Policy", ""},
    {"ReceiveMessageWaitTimeSeconds", "0", 0, 20},
    {"RedriveAllowPolicy", ""},
    {"RedrivePolicy", ""},
    {"SqsManagedSseEnabled", "true"},
    {"VisibilityTimeout", "30", 0, 43'200},
};

const Rule* rule_of(std::string_view name) {
  const auto found = std::ranges::find(kRules, name, &Rule::name);
  return found == std::end(kRules) ? nullptr : &*found;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> max_receives(const Document& policy) {
  const auto spelled = number(text(policy, "maxReceiveCount"));
  return spelled ? spelled : integer(policy, "maxReceiveCount");
}

std::optional<Redrive> parse_redrive(std::string_view json) {
  const auto parsed = parse_json(json);
  if (!parsed) return std::nullopt;
  const auto count = max_receives(*parsed);
  auto target = string_of(*parsed, "deadLetterTargetArn");
  if (!count || target.empty()) return std::nullopt;
  return Redrive{std::move(target), static_cast<int>(*count)};
}

Failure bad_value(std::string_view name, std::string_view reason = {}) {
  const auto because = reason.empty() ? std::string() : fmt::format(" Reason: {}", reason);
  return fail("InvalidAttributeValue",
              fmt::format("Invalid value for the parameter {}.{}", name, because));
}

Result<void> check_redrive(core::Call& call, const Queue& queue, std::string_view value) {
  const auto refused = [&](std::string_view reason) {
    return invalid_value(value, "RedrivePolicy", reason);
  };
  const auto policy = parse_json(value);
  if (!policy || !policy->is_object()) return refused("Redrive policy is not a valid JSON map.");
  const auto count = max_receives(*policy);
  if (!find(*policy, "deadLetterTargetArn"))
    return refused("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  if (!find(*policy, "maxReceiveCount"))
    return refused("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  if (!count || *count < 1 || *count > 1000)
    return refused(
        "Invalid value for maxReceiveCount: " + to_json(*find(*policy, "maxReceiveCount")) +
        ", valid values are from 1 to 1000 both inclusive.");
  const auto target = Arn::parse(text(*policy, "deadLetterTargetArn"));
  if (!target || target->service != "sqs") return refused("Invalid value for deadLetterTargetArn.");
  const auto dead =
      target->account == queue.scope.account.str() && target->region == queue.scope.region
          ? kQueues.get(call, core::Key::of(queue.scope, target->resource))
          : std::nullopt;
  if (!dead) return refused("Dead letter target does not exist.");
  if (dead->fifo() != queue.fifo())
    return refused("Dead-letter queue must be same type of queue as the source.");
  if (!allows_redrive(*dead, arn_of(queue)))
    return refused("The dead-letter queue does not allow this queue as its source.");
  return {};
}

Result<void> check_redrive_allow(std::string_view value) {
  const auto policy = parse_json(value);
  const auto permission = policy ? string_of(*policy, "redrivePermission") : "";
  const bool by_queue = permission == "byQueue";
  if (!by_queue && permission != "allowAll" && permission != "denyAll")
    return bad_value("RedriveAllowPolicy",
                     "Amazon SQS can't create the redrive allow policy, as it’s in an unsupported "
                     "format.");
  const auto sources = array_of(*policy, "sourceQueueArns").size();
  if (sources > 10 || by_queue != (sources > 0))
    return bad_value("RedriveAllowPolicy",
                     "sourceQueueArns names from 1 to 10 queues, with byQueue only.");
  return {};
}

Result<void> check_policy(std::string_view value) {
  const auto policy = parse_json(value);
  if (!policy || !policy->is_object()) return bad_value("Policy");
  TRY(check_statements(array_of(*policy, "Statement").size()));
  if (!policy::parse_policy(value, policy::PolicyKind::Resource)) return bad_value("Policy");
  return {};
}

bool one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, value) != words.end();
}

Result<void> check_word(std::string_view name, std::string_view value) {
  const bool flag = one_of(value, {"true", "false"});
  if (name == "DeduplicationScope")
    return one_of(value, {"messageGroup", "queue"}) ? Result<void>() : bad_value(name);
  if (name == "FifoThroughputLimit")
    return one_of(value, {"perQueue", "perMessageGroupId"}) ? Result<void>() : bad_value(name);
  if (one_of(name, {"ContentBasedDeduplication", "SqsManagedSseEnabled", "FifoQueue"}))
    return flag ? Result<void>() : bad_value(name);
  return {};
}

Result<void> check_one(core::Call& call, const Queue& queue, std::string_view name,
                       std::string_view value) {
  const auto* rule = rule_of(name);
  if (!rule || (rule->fifo && !queue.fifo()))
    return fail("InvalidAttributeName", fmt::format("Unknown Attribute {}.", name));
  if (rule->most >= 0 && !(value.empty() && rule->fallback.empty())) {
    const auto parsed = number(value);
    if (!parsed || *parsed < rule->least || *parsed > rule->most) return bad_value(name);
  }
  if (value.empty()) return {};
  if (name == "RedrivePolicy") return check_redrive(call, queue, value);
  if (name == "RedriveAllowPolicy") return check_redrive_allow(value);
  if (name == "Policy") return check_policy(value);
  return check_word(name, value);
}

/// What attributes must say together.
Result<void> check_together(const Queue& queue, const Object& given, Change change) {
  if (change == Change::Set && find(given, "FifoQueue")) {
    if (!queue.fifo()) return fail("InvalidAttributeName", "Unknown Attribute FifoQueue.");
    if (text(given, "FifoQueue") != "true")
      return bad_value("FifoQueue", "Modifying queue type is not supported.");
  }
  auto after = queue;
  set_attributes(after, given);
  if (text(given, "SqsManagedSseEnabled") == "true" && !attribute(after, "KmsMasterKeyId").empty())
    return fail("InvalidAttributeName",
                "You can use one type of server-side encryption (SSE) at one time. You can either "
                "enable KMS SSE or SQS SSE.");
  if (attribute(after, "FifoThroughputLimit") == "perMessageGroupId" &&
      attribute(after, "DeduplicationScope") != "messageGroup") {
    return bad_value("FifoThroughputLimit",
                     "The value perMessageGroupId is allowed only when the value for "
                     "DeduplicationScope is messageGroup.");
  }
  return {};
}

}  // namespace

Result<void> check_statements(std::size_t count) {
  if (count <= kMostStatements) return {};
  return fail("OverLimit",
              fmt::format("{} statements were found in the submitted policy, max allowed is {}",
                          count, kMostStatements),
              403);
}

Failure invalid_value(std::string_view value, std::string_view name, std::string_view reason) {
  return fail("InvalidParameterValue",
              fmt::format("Value {} for parameter {} is invalid. Reason: {}", value, name, reason));
}

std::string arn_of(const Queue& queue) {
  return arn("sqs", queue.scope, queue.name);
}

std::string public_url(const Queue& queue) {
  return fmt::format("https://sqs.{}.amazonaws.com/{}/{}", queue.scope.region,
                     queue.scope.account.str(), queue.name);
}

std::string attribute(const Queue& queue, std::string_view name) {
  if (const auto found = queue.attributes.find(std::string(name)); found != queue.attributes.end())
    return found->second;
  const auto* rule = rule_of(name);
  return rule ? std::string(rule->fallback) : std::string();
}

std::int64_t number_attribute(const Queue& queue, std::string_view name) {
  return number(attribute(queue, name)).value_or(0);
}

std::optional<Redrive> redrive_of(const Queue& queue) {
  const auto value = attribute(queue, "RedrivePolicy");
  return value.empty() ? std::nullopt : parse_redrive(value);
}

bool allows_redrive(const Queue& target, const std::string& source_arn) {
  const auto value = attribute(target, "RedriveAllowPolicy");
  const auto policy = value.empty() ? Result<Document>(Object{}) : parse_json(value);
  const auto permission = policy ? string_of(*policy, "redrivePermission") : "";
  if (permission == "denyAll") return false;
  if (permission != "byQueue") return true;
  return std::ranges::any_of(array_of(*policy, "sourceQueueArns"), [&](const Document& each) {
    return each.is_string() && each.as_string() == source_arn;
  });
}

Result<void> check_attributes(core::Call& call, const Queue& queue, const Object& attributes,
                              Change change) {
  for (const auto& entry : attributes) {
    const std::string name(entry.key());
    const auto* value = entry.value().if_string();
    if (!value) return bad_value(name);
    if (name == "FifoQueue") continue;  // said by the name
    TRY(check_one(call, queue, name, std::string(*value)));
  }
  return check_together(queue, attributes, change);
}

void set_attributes(Queue& queue, const Object& attributes) {
  for (const auto& entry : attributes) {
    const std::string name(entry.key());
    const std::string value(entry.value().as_string());
    if (value.empty())
      queue.attributes.erase(name);
    else if (name != "FifoQueue")
      queue.attributes[name] = value;
  }
  if (!text(attributes, "KmsMasterKeyId").empty())
    queue.attributes["SqsManagedSseEnabled"] = "false";
}

}  // namespace tocsin::sqs
