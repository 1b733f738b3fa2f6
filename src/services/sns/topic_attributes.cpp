// SPDX-License-Identifier: Apache-2.0
#include "services/sns/topic_attributes.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/sns/delivery_policy.hpp"
#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

bool one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, value) != words.end();
}

bool is_feedback(std::string_view name, std::string_view ending) {
  for (const std::string_view kind : {"HTTP", "Application", "Lambda", "SQS", "Firehose"}) {
    if (name.starts_with(kind) && name.substr(kind.size()) == ending) return true;
  }
  return false;
}

Result<void> check_feedback(std::string_view name, const std::string& value,
                            const std::string& place) {
  if (value.empty()) return {};
  if (is_feedback(name, "SuccessFeedbackSampleRate")) {
    int percent = -1;
    std::from_chars(value.data(), value.data() + value.size(), percent);
    if (percent < 0 || percent > 100)
      return invalid(fmt::format("{}{}: must be from 0 to 100", place, name));
    return {};
  }
  const auto role = Arn::parse(value);
  if (!role || role->service != "iam" || !role->resource.starts_with("role/"))
    return invalid(
        fmt::format("{}{}: {} is not a valid role to allow SNS to write to Cloudwatch "
                    "Logs",
                    place, name, value));
  return {};
}

Result<void> check_fifo_attribute(const Topic& topic, const std::string& name,
                                  const std::string& value, const std::string& place) {
  if (!topic.fifo())
    return invalid(fmt::format("{}{} can only be set on FIFO topics", place, name));
  const bool good = name == "ContentBasedDeduplication" ? one_of(value, {"true", "false"})
                                                        : one_of(value, {"Topic", "MessageGroup"});
  return good ? Result<void>() : invalid(place + name);
}

/// What AWS gives a topic that has no policy of its own.
Object default_policy(const Topic& topic) {
  Object statement{
      {"Sid", "__default_statement_ID"},
      {"Effect", "Allow"},
      {"Principal", Object{{"AWS", "*"}}},
      {"Action", Array{"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission",
                       "SNS:RemovePermission", "SNS:DeleteTopic", "SNS:Subscribe",
                       "SNS:ListSubscriptionsByTopic", "SNS:Publish"}},
      {"Resource", arn_of(topic)},
      {"Condition",
       Object{{"StringEquals", Object{{"AWS:SourceOwner", topic.scope.account.str()}}}}}};
  return Object{{"Version", "2008-10-17"},
                {"Id", "__default_policy_ID"},
                {"Statement", Array{std::move(statement)}}};
}

Object policy_of(const Topic& topic) {
  const auto own = attribute_of(topic.attributes, "Policy");
  const auto parsed = own.empty() ? Result<Document>(Document()) : parse_json(own);
  return parsed && parsed->is_object() ? parsed->as_object() : default_policy(topic);
}

Array statements_of(const Object& policy) {
  const auto* statement = find(policy, "Statement");
  if (statement && statement->is_object()) return Array{*statement};
  return array_of(policy, "Statement");
}

void keep_statements(Call& call, Topic topic, Object policy, Array statements) {
  policy["Statement"] = std::move(statements);
  topic.attributes["Policy"] = to_json(policy);
  kTopics.put(call, key_of(topic), topic);
}

Document one_or_many(const Array& values, std::string_view before, std::string_view after) {
  Array all;
  for (const auto& each : values)
    all.emplace_back(boost::json::string(
        fmt::format("{}{}{}", before, std::string_view(each.as_string()), after)));
  if (all.size() == 1) return Document(all[0].as_string());
  return all;
}

Object counts_of(Call& call, const Topic& topic) {
  int pending = 0, confirmed = 0;
  kSubscriptions.scan(call, key_of(topic), [&](const auto&, const Subscription& each) {
    ++(each.pending ? pending : confirmed);
    return true;
  });
  return {{"SubscriptionsPending", std::to_string(pending)},
          {"SubscriptionsConfirmed", std::to_string(confirmed)},
          {"SubscriptionsDeleted", "0"}};
}

}  // namespace

Result<void> check_topic_attribute(const Topic& topic, const std::string& name,
                                   const std::string& value, const std::string& place) {
  if (name == "Policy") {
    if (value.empty() || policy::parse_policy(value, policy::PolicyKind::Resource)) return {};
    return invalid(place + "Policy Error: null");
  }
  if (name == "DisplayName")
    return value.size() <= 100 ? Result<void>() : invalid(place + "DisplayName");
  if (name == "DeliveryPolicy")
    return value.empty() ? Result<void>() : check_topic_delivery_policy(value, place);
  if (name == "SignatureVersion")
    return one_of(value, {"1", "2"})
               ? Result<void>()
               : invalid(place + "SignatureVersion: Invalid value. Valid values are 1 and 2.");
  if (name == "TracingConfig")
    return one_of(value, {"Active", "PassThrough"}) ? Result<void>() : invalid(place + name);
  if (one_of(name, {"ContentBasedDeduplication", "FifoThroughputScope"}))
    return check_fifo_attribute(topic, name, value, place);
  if (is_feedback(name, "SuccessFeedbackRoleArn") || is_feedback(name, "FailureFeedbackRoleArn") ||
      is_feedback(name, "SuccessFeedbackSampleRate"))
    return check_feedback(name, value, place);
  if (name == "KmsMasterKeyId") return {};  // what it names is seen when it is used
  if (name == "ArchivePolicy")
    return value.empty() ? Result<void>()
                         : invalid(fmt::format("{}{} is not supported by Tocsin", place, name));
  return invalid("AttributeName");
}

std::string policy_for(const Call& call, const Topic& topic) {
  if (auto own = attribute_of(topic.attributes, "Policy"); !own.empty()) return own;
  const auto& credential = call.request().credential;
  const auto source = Arn::parse(credential.source_arn);
  if (credential.service != "cloudwatch.amazonaws.com" || !source ||
      source->account != topic.scope.account.str())
    return {};
  Object statement{{"Effect", "Allow"},
                   {"Principal", Object{{"Service", credential.service}}},
                   {"Action", "sns:Publish"},
                   {"Resource", arn_of(topic)}};
  return to_json(Object{{"Version", "2012-10-17"}, {"Statement", Array{std::move(statement)}}});
}

Outcome get_topic_attributes(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  Object out{{"TopicArn", arn_of(*topic)},
             {"Owner", topic->scope.account.str()},
             {"Policy", to_json(default_policy(*topic))},
             {"DisplayName", ""}};
  for (const auto& each : counts_of(call, *topic))
    out[each.key()] = each.value();
  out["EffectiveDeliveryPolicy"] = effective_topic_policy(*topic);
  if (topic->fifo()) {
    out["FifoTopic"] = "true";
    out["ContentBasedDeduplication"] = "false";
    out["FifoThroughputScope"] = "Topic";
  }
  for (const auto& [name, value] : topic->attributes)
    out[name] = value;
  return Object{{"Attributes", std::move(out)}};
}

Outcome set_topic_attributes(Call& call) {
  auto topic = topic_of(call);
  if (!topic) return topic.error();
  const auto name = string_of(call.params(), "AttributeName");
  const auto value = string_of(call.params(), "AttributeValue");
  if (auto checked = check_topic_attribute(*topic, name, value, ""); !checked)
    return checked.error();
  if (value.empty())
    topic->attributes.erase(name);
  else
    topic->attributes[name] = value;
  kTopics.put(call, key_of(*topic), *topic);
  return Object{};
}

Outcome add_permission(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  const auto& params = call.params();
  for (const auto& action : array_of(params, "ActionName")) {
    if (!one_of(std::string_view(action.as_string()),
                {"AddPermission", "DeleteTopic", "GetDataProtectionPolicy", "GetTopicAttributes",
                 "ListSubscriptionsByTopic", "ListTagsForResource", "Publish",
                 "PutDataProtectionPolicy", "RemovePermission", "SetTopicAttributes", "Subscribe"}))
      return invalid("Policy statement action out of service scope!");
  }
  // A statement with any other principal would make the whole policy unreadable.
  for (const auto& account : array_of(params, "AWSAccountId")) {
    if (!is_account_id(std::string_view(account.as_string())))
      return invalid("Policy Error: PrincipalNotFound");
  }
  const auto label = string_of(params, "Label");
  auto policy = policy_of(*topic);
  auto statements = statements_of(policy);
  for (const auto& each : statements) {
    if (text(each, "Sid") == label) return invalid("Statement already exists");
  }
  statements.push_back(Object{
      {"Sid", label},
      {"Effect", "Allow"},
      {"Principal",
       Object{{"AWS", one_or_many(array_of(params, "AWSAccountId"), "arn:aws:iam::", ":root")}}},
      {"Action", one_or_many(array_of(params, "ActionName"), "SNS:", "")},
      {"Resource", arn_of(*topic)}});
  keep_statements(call, *topic, std::move(policy), std::move(statements));
  return Object{};
}

Outcome remove_permission(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  const auto label = text(call.params(), "Label");
  auto policy = policy_of(*topic);
  Array kept;
  for (const auto& each : statements_of(policy)) {
    if (text(each, "Sid") != label) kept.push_back(each);
  }
  keep_statements(call, *topic, std::move(policy), std::move(kept));
  return Object{};
}

}  // namespace tocsin::sns
