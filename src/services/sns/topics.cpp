// SPDX-License-Identifier: Apache-2.0
#include "services/sns/topics.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace tocsin::sns {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kPage = 100;

Key key_of(const Topic& topic) {
  return Key::of(topic.scope, topic.name);
}

Result<void> check_name(std::string_view name) {
  if (name.ends_with(".fifo"))
    return invalid("Name Reason: FIFO topics are not supported by Tocsin; create a standard topic");
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  if (name.empty() || name.size() > 256 || !std::ranges::all_of(name, allowed))
    return invalid("Topic Name");
  return {};
}

Result<void> check_attribute(std::string_view name, std::string_view value) {
  if (name == "FifoTopic" && value == "false") return {};
  if (name == "Policy") {
    const auto policy = value.empty() ? Result<Document>(Object{}) : parse_json(value);
    if (!policy || !policy->is_object()) return invalid("Policy Error: null");
    return {};
  }
  for (const auto* known : {"DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig"}) {
    if (name == known) return {};
  }
  return invalid(fmt::format("AttributeName Reason: {} is not supported by Tocsin", name));
}

/// What AWS gives a topic that has no policy of its own.
std::string default_policy(const Topic& topic) {
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
  return to_json(Object{{"Version", "2008-10-17"},
                        {"Id", "__default_policy_ID"},
                        {"Statement", Array{std::move(statement)}}});
}

/// The default policy lets CloudWatch alarms of the same account publish; other services need a
/// policy that names them.
std::string policy_for(const Call& call, const Topic& topic) {
  if (const auto own = topic.attributes.find("Policy"); own != topic.attributes.end())
    return own->second;
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

void drop_subscriptions(core::Context& context, const core::Resumption& step) {
  const auto scope = decoded<Scope>(object_of(step.context, "scope"));
  const auto topic = string_of(step.context, "topic");
  if (kTopics.contains(context, Key::of(scope, topic))) return;  // made again meanwhile
  std::vector<Subscription> found;
  kSubscriptions.scan(context, Key::of(scope, topic),
                      [&](const auto&, const Subscription& subscription) {
                        found.push_back(subscription);
                        return found.size() < kPage;
                      });
  for (const auto& each : found) {
    kSubscriptions.erase(context, Key::of(scope, topic, each.id));
    kEndpoints.erase(context, Key::of(scope, topic, each.protocol, each.endpoint));
  }
  if (found.size() == kPage) context.later({"sns.drop_subscriptions", step.context});
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto topic = decoded<Topic>(row);
  Object configuration{{"TopicName", topic.name}, {"TopicArn", arn_of(topic)}};
  for (const auto& [name, value] : topic.attributes)
    configuration[name] = value;
  return {.id = arn_of(topic),
          .name = topic.name,
          .arn = arn_of(topic),
          .scope = topic.scope,
          .configuration = std::move(configuration),
          .tags = topic.tags};
}

std::map<std::string, std::string> tags_of(const Document& params) {
  std::map<std::string, std::string> tags;
  for (const auto& tag : array_of(params, "Tags"))
    tags[string_of(tag, "Key")] = string_of(tag, "Value");
  return tags;
}

std::optional<Arn> topic_arn(const Call& call, std::string_view parameter) {
  auto parsed = Arn::parse(text(call.params(), parameter));
  if (!parsed || parsed->service != "sns" || parsed->resource.empty()) return std::nullopt;
  parsed->resource = parsed->resource.substr(0, parsed->resource.find(':'));
  return parsed;
}

}  // namespace

Failure invalid(std::string_view reason) {
  return fail("InvalidParameter", fmt::format("Invalid parameter: {}", reason));
}

Result<Topic> topic_of(Call& call, std::string_view parameter) {
  const auto name = topic_arn(call, parameter);
  if (!name) return invalid(parameter);
  auto topic = kTopics.get(call, Key{name->account, name->region, name->resource});
  if (!topic || name->region != call.region()) return fail("NotFound", "Topic does not exist", 404);
  return *std::move(topic);
}

core::Needs needs_topic(std::string operation, std::string parameter) {
  return [action = "sns:" + std::move(operation),
          parameter = std::move(parameter)](Call& call) -> std::vector<core::Access> {
    const auto name = topic_arn(call, parameter);
    if (!name) return {{.action = action}};
    const auto topic = kTopics.get(call, Key{name->account, name->region, name->resource});
    return {{.action = action,
             .resource = name->str(),
             .owner = AccountId(name->account),
             .resource_policy = topic ? policy_for(call, *topic) : ""}};
  };
}

Outcome create_topic(Call& call) {
  Topic topic{.scope = call.scope(),
              .name = string_of(call.params(), "Name"),
              .tags = tags_of(call.params())};
  if (auto checked = check_name(topic.name); !checked) return checked.error();
  for (const auto& entry : object_of(call.params(), "Attributes")) {
    const std::string name(entry.key()), value(entry.value().as_string());
    if (auto checked = check_attribute(name, value); !checked) return checked.error();
    if (name != "FifoTopic") topic.attributes[name] = value;
  }
  if (const auto existing = kTopics.get(call, key_of(topic))) {
    for (const auto& [name, value] : topic.attributes) {
      const auto found = existing->attributes.find(name);
      if (found == existing->attributes.end() || found->second != value) {
        return invalid("Attributes Reason: Topic already exists with different attributes");
      }
    }
    if (!topic.tags.empty() && topic.tags != existing->tags)
      return invalid("Tags Reason: Topic already exists with different tags");
  } else {
    kTopics.put(call, key_of(topic), topic);
  }
  return Object{{"TopicArn", arn_of(topic)}};
}

Outcome delete_topic(Call& call) {
  const auto topic = topic_of(call);
  if (!topic && topic.error().code == "NotFound") return Object{};
  if (!topic) return topic.error();
  kTopics.erase(call, key_of(*topic));
  call.later(
      {"sns.drop_subscriptions", Object{{"scope", encode(topic->scope)}, {"topic", topic->name}}});
  return Object{};
}

Outcome list_topics(Call& call) {
  const auto after = text(call.params(), "NextToken");
  Array topics;
  std::string last, next;
  kTopics.scan(
      call, Key::of(call.scope()),
      [&](const auto&, const Topic& topic) {
        if (topics.size() == kPage)
          next = last;
        else
          topics.push_back(Object{{"TopicArn", arn_of(topic)}});
        last = topic.name;
        return next.empty();
      },
      store::Direction::Forward,
      after.empty() ? std::nullopt : std::optional(Key::of(call.scope(), after)));
  Object reply{{"Topics", std::move(topics)}};
  if (!next.empty()) reply["NextToken"] = next;
  return reply;
}

Outcome get_topic_attributes(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  int pending = 0, confirmed = 0;
  kSubscriptions.scan(call, Key::of(topic->scope, topic->name),
                      [&](const auto&, const Subscription& each) {
                        ++(each.pending ? pending : confirmed);
                        return true;
                      });
  Object out{{"TopicArn", arn_of(*topic)},
             {"Owner", topic->scope.account.str()},
             {"Policy", default_policy(*topic)},
             {"DisplayName", ""},
             {"SubscriptionsPending", std::to_string(pending)},
             {"SubscriptionsConfirmed", std::to_string(confirmed)},
             {"SubscriptionsDeleted", "0"}};
  for (const auto& [name, value] : topic->attributes)
    out[name] = value;
  return Object{{"Attributes", std::move(out)}};
}

Outcome set_topic_attributes(Call& call) {
  auto topic = topic_of(call);
  if (!topic) return topic.error();
  const auto name = string_of(call.params(), "AttributeName");
  const auto value = string_of(call.params(), "AttributeValue");
  if (auto checked = check_attribute(name, value); !checked) return checked.error();
  if (value.empty())
    topic->attributes.erase(name);
  else if (name != "FifoTopic")
    topic->attributes[name] = value;
  kTopics.put(call, key_of(*topic), *topic);
  return Object{};
}

Outcome tag_resource(Call& call) {
  auto topic = topic_of(call, "ResourceArn");
  if (!topic) return topic.error();
  for (auto& [key, value] : tags_of(call.params()))
    topic->tags[key] = value;
  kTopics.put(call, key_of(*topic), *topic);
  return Object{};
}

Outcome untag_resource(Call& call) {
  auto topic = topic_of(call, "ResourceArn");
  if (!topic) return topic.error();
  for (const auto& key : array_of(call.params(), "TagKeys"))
    topic->tags.erase(std::string(key.as_string()));
  kTopics.put(call, key_of(*topic), *topic);
  return Object{};
}

Outcome list_tags_for_resource(Call& call) {
  const auto topic = topic_of(call, "ResourceArn");
  if (!topic) return topic.error();
  Array tags;
  for (const auto& [key, value] : topic->tags)
    tags.push_back(Object{{"Key", key}, {"Value", value}});
  return Object{{"Tags", std::move(tags)}};
}

void on_topic_steps(core::Registry& registry) {
  registry.on_resume("sns.drop_subscriptions", drop_subscriptions);
}

core::ResourceType topic_type() {
  return {.type = "AWS::SNS::Topic", .table = kTopics.name(), .describe = describe};
}

}  // namespace tocsin::sns
