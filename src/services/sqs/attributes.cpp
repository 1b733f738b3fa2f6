// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/attributes.hpp"

#include <charconv>
#include <fmt/format.h>

namespace tocsin::sqs {
namespace {

struct Rule {
  std::string_view name;
  std::string_view fallback;
  std::int64_t least = 0;
  std::int64_t most = -1;  // -1: no number
};

constexpr Rule kRules[] = {
    {"DelaySeconds", "0", 0, 900},
    {"KmsDataKeyReusePeriodSeconds", "", 60, 86'400},
    {"KmsMasterKeyId", ""},
    {"MaximumMessageSize", "262144", 1024, 1'048'576},
    {"MessageRetentionPeriod", "345600", 60, 1'209'600},
    {"Policy", ""},
    {"ReceiveMessageWaitTimeSeconds", "0", 0, 20},
    {"RedriveAllowPolicy", ""},
    {"RedrivePolicy", ""},
    {"SqsManagedSseEnabled", "true"},
    {"VisibilityTimeout", "30", 0, 43'200},
};

const Rule* rule_of(std::string_view name) {
  for (const auto& rule : kRules) {
    if (rule.name == name) return &rule;
  }
  return nullptr;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Redrive> parse_redrive(std::string_view json) {
  const auto parsed = parse_json(json);
  if (!parsed) return std::nullopt;
  const auto spelled = number(text(*parsed, "maxReceiveCount"));
  const auto count = spelled ? spelled : integer(*parsed, "maxReceiveCount");
  auto target = string_of(*parsed, "deadLetterTargetArn");
  if (!count || *count < 1 || *count > 1000 || target.empty()) return std::nullopt;
  return Redrive{std::move(target), static_cast<int>(*count)};
}

Failure invalid(std::string_view value, std::string_view name, std::string_view reason) {
  return fail("InvalidParameterValue",
              fmt::format("Value {} for parameter {} is invalid. Reason: {}", value, name, reason));
}

Result<void> check_redrive(core::Call& call, std::string_view value) {
  const auto redrive = parse_redrive(value);
  if (!redrive)
    return invalid(value, "RedrivePolicy",
                   "it needs deadLetterTargetArn and a maxReceiveCount from 1 to 1000.");
  const auto target = Arn::parse(redrive->target_arn);
  if (!target || target->service != "sqs" || target->account != call.account().str() ||
      target->region != call.region() ||
      !kQueues.contains(call, core::Key::of(call.scope(), target->resource))) {
    return invalid(value, "RedrivePolicy", "Dead letter target does not exist.");
  }
  return {};
}

Result<void> check_attribute(core::Call& call, std::string_view name, std::string_view value) {
  if (name == "FifoQueue" || name == "ContentBasedDeduplication" || name == "DeduplicationScope" ||
      name == "FifoThroughputLimit") {
    return fail("UnsupportedOperation",
                "Tocsin serves standard queues only; FIFO queues are not supported.");
  }
  const auto* rule = rule_of(name);
  if (!rule) return fail("InvalidAttributeName", fmt::format("Unknown Attribute {}.", name));
  if (rule->most >= 0) {
    const auto parsed = number(value);
    if (!parsed || *parsed < rule->least || *parsed > rule->most) {
      return fail("InvalidAttributeValue",
                  fmt::format("Invalid value for the parameter {}.", name));
    }
  }
  if (value.empty()) return {};
  if (name == "RedrivePolicy") return check_redrive(call, value);
  if (name.ends_with("Policy") && !parse_json(value)) {
    return fail("InvalidAttributeValue", fmt::format("Invalid value for the parameter {}.", name));
  }
  return {};
}

}  // namespace

std::string arn_of(const Queue& queue) {
  return arn("sqs", queue.scope, queue.name);
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

Result<void> check_attributes(core::Call& call, const Object& attributes) {
  for (const auto& entry : attributes) {
    const auto* value = entry.value().if_string();
    if (!value)
      return fail("InvalidAttributeValue",
                  fmt::format("Invalid value for the parameter {}.", std::string(entry.key())));
    if (auto checked = check_attribute(call, std::string(entry.key()), std::string(*value));
        !checked)
      return checked;
  }
  return {};
}

void set_attributes(Queue& queue, const Object& attributes) {
  for (const auto& entry : attributes) {
    const std::string name(entry.key());
    const std::string value(entry.value().as_string());
    if (value.empty())
      queue.attributes.erase(name);
    else
      queue.attributes[name] = value;
  }
}

}  // namespace tocsin::sqs
