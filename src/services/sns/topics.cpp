// SPDX-License-Identifier: Apache-2.0
#include "services/sns/topics.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/sns/declare.hpp"
#include "services/sns/signer.hpp"
#include "services/sns/subscriptions.hpp"
#include "services/sns/topic_attributes.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kPage = 100;
constexpr std::size_t kMostTags = 50;

Result<void> check_name(std::string_view name, bool fifo) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  const bool ends = name.ends_with(".fifo");
  if (fifo && !ends)
    return invalid(
        "Fifo Topic names must end with .fifo and must be made up of only uppercase and "
        "lowercase ASCII letters, numbers, underscores, and hyphens, and must be between "
        "1 and 256 characters long.");
  const auto stem = fifo ? name.substr(0, name.size() - 5) : name;
  if (stem.empty() || name.size() > 256 || !std::ranges::all_of(stem, allowed))
    return invalid("Topic Name");
  return {};
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
  for (const auto& each : found)
    drop_subscription(context, each);
  if (found.size() == kPage) context.later({"sns.drop_subscriptions", step.context});
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto topic = decoded<Topic>(row);
  Object configuration{{"TopicName", topic.name}, {"TopicArn", arn_of(topic)}};
  if (topic.fifo()) configuration["FifoTopic"] = true;
  for (const auto& [name, value] : topic.attributes)
    configuration[name] = value;
  if (const auto* deduplication = configuration.if_contains("ContentBasedDeduplication"))
    configuration["ContentBasedDeduplication"] = *deduplication == "true";
  return {.id = arn_of(topic),
          .name = topic.name,
          .arn = arn_of(topic),
          .scope = topic.scope,
          .configuration = std::move(configuration),
          .tags = topic.tags};
}

Result<void> check_tags(const Texts& tags) {
  if (tags.size() > kMostTags)
    return fail("TagLimitExceeded",
                "Could not complete request: tag quota of per resource exceeded");
  for (const auto& [key, value] : tags) {
    if (key.empty() || key.size() > 128 || value.size() > 256 || key.starts_with("aws:"))
      return invalid("Tags");
  }
  return {};
}

std::optional<Arn> named(const Call& call, std::string_view parameter) {
  auto parsed = Arn::parse(text(call.params(), parameter));
  if (!parsed || parsed->service != "sns" || parsed->resource.empty()) return std::nullopt;
  parsed->resource = parsed->resource.substr(0, parsed->resource.find(':'));
  return parsed;
}

core::Access with_tags(core::Access access, const Texts& own, const Texts& asked) {
  core::add_resource_tags(access, own);
  core::add_request_tags(access, asked);
  return access;
}

/// sns:Protocol and sns:Endpoint of a Subscribe.
core::Access with_endpoint(core::Access access, const Call& call) {
  for (const auto& [name, key] :
       {std::pair("Protocol", "sns:Protocol"), std::pair("Endpoint", "sns:Endpoint")}) {
    if (const auto value = string_of(call.params(), name); !value.empty())
      access.context[key] = {value};
  }
  return access;
}

Outcome existing_topic(const Topic& existing, const Topic& wanted) {
  for (const auto& [name, value] : wanted.attributes) {
    if (attribute_of(existing.attributes, name) != value)
      return invalid("Attributes Reason: Topic already exists with different attributes");
  }
  if (!wanted.tags.empty() && wanted.tags != existing.tags)
    return invalid("Tags Reason: Topic already exists with different tags");
  return Object{{"TopicArn", arn_of(existing)}};
}

}  // namespace

Failure invalid(std::string_view reason) {
  return fail("InvalidParameter", fmt::format("Invalid parameter: {}", reason));
}

Result<Topic> topic_of(Call& call, std::string_view parameter) {
  const auto name = named(call, parameter);
  if (!name)
    return invalid(fmt::format("{} Reason: An ARN must have at least 6 elements, not {}", parameter,
                               1 + std::ranges::count(text(call.params(), parameter), ':')));
  auto topic = kTopics.get(call, Key{name->account, name->region, name->resource});
  if (!topic || name->region != call.region()) return fail("NotFound", "Topic does not exist", 404);
  return *std::move(topic);
}

core::Needs needs_topic(std::string operation, std::string parameter) {
  return [action = "sns:" + std::move(operation),
          parameter = std::move(parameter)](Call& call) -> std::vector<core::Access> {
    const auto name = named(call, parameter);
    if (!name) return {{.action = action}};
    const auto topic = kTopics.get(call, Key{name->account, name->region, name->resource});
    core::Access access{.action = action,
                        .resource = name->str(),
                        .owner = AccountId(name->account),
                        .resource_policy = topic ? policy_for(call, *topic) : ""};
    return {with_endpoint(
        with_tags(std::move(access), topic ? topic->tags : Texts{}, tags_of(call.params())), call)};
  };
}

std::vector<core::Access> needs_create_topic(Call& call) {
  const auto tags = tags_of(call.params());
  const auto topic = arn("sns", call.scope(), text(call.params(), "Name"));
  std::vector<core::Access> needs{
      with_tags({.action = "sns:CreateTopic", .resource = topic}, {}, tags)};
  if (!tags.empty())
    needs.push_back(with_tags({.action = "sns:TagResource", .resource = topic}, {}, tags));
  return needs;
}

std::string address_of(const Call& call) {
  const auto& host = call.request().host;
  return (call.request().secure ? "https://" : "http://") +
         (host.empty() ? "localhost:4566" : host);
}

Texts tags_of(const Document& params) {
  Texts tags;
  for (const auto& tag : array_of(params, "Tags"))
    tags[string_of(tag, "Key")] = string_of(tag, "Value");
  return tags;
}

Outcome create_topic(Call& call) {
  const auto& attributes = object_of(call.params(), "Attributes");
  const bool fifo = text(attributes, "FifoTopic") == "true";
  Topic topic{.scope = call.scope(),
              .name = string_of(call.params(), "Name"),
              .tags = tags_of(call.params()),
              .address = address_of(call)};
  if (auto checked = check_name(topic.name, fifo); !checked) return checked.error();
  if (auto checked = check_tags(topic.tags); !checked) return checked.error();
  if (find(call.params(), "DataProtectionPolicy"))
    return invalid("DataProtectionPolicy Reason: data protection is not supported by Tocsin");
  for (const auto& entry : attributes) {
    const std::string name(entry.key()), value(entry.value().as_string());
    if (name == "FifoTopic") continue;  // said by the name
    if (auto checked = check_topic_attribute(topic, name, value, "Attributes Reason: "); !checked)
      return checked.error();
    if (!value.empty()) topic.attributes[name] = value;
  }
  if (const auto existing = kTopics.get(call, key_of(topic)))
    return existing_topic(*existing, topic);
  kTopics.put(call, key_of(topic), topic);
  ask_for_signer(call);
  return Object{{"TopicArn", arn_of(topic)}};
}

Outcome delete_topic(Call& call) {
  const auto topic = topic_of(call);
  if (!topic && topic.error().code == "NotFound") return Object{};
  if (!topic) return topic.error();
  kTopics.erase(call, key_of(*topic));
  kNumbers.erase(call, key_of(*topic));
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

Outcome tag_resource(Call& call) {
  auto topic = topic_of(call, "ResourceArn");
  if (!topic && topic.error().code == "NotFound")
    return fail("ResourceNotFound", "Resource does not exist", 404);
  if (!topic) return topic.error();
  const auto& given = array_of(call.params(), "Tags");
  const auto tags = tags_of(call.params());
  if (tags.size() != given.size()) return invalid("Duplicated keys are not allowed.");
  for (const auto& [key, value] : tags)
    topic->tags[key] = value;
  if (auto checked = check_tags(topic->tags); !checked) return checked.error();
  kTopics.put(call, key_of(*topic), *topic);
  return Object{};
}

Outcome untag_resource(Call& call) {
  auto topic = topic_of(call, "ResourceArn");
  if (!topic && topic.error().code == "NotFound")
    return fail("ResourceNotFound", "Resource does not exist", 404);
  if (!topic) return topic.error();
  core::remove_tags(topic->tags, array_of(call.params(), "TagKeys"));
  kTopics.put(call, key_of(*topic), *topic);
  return Object{};
}

Outcome list_tags_for_resource(Call& call) {
  const auto topic = topic_of(call, "ResourceArn");
  if (!topic && topic.error().code == "NotFound")
    return fail("ResourceNotFound", "Resource does not exist", 404);
  if (!topic) return topic.error();
  return Object{{"Tags", core::tag_list(topic->tags)}};
}

void on_topic_steps(core::Registry& registry) {
  registry.on_resume("sns.drop_subscriptions", drop_subscriptions);
}

core::ResourceType topic_type() {
  return {.type = "AWS::SNS::Topic",
          .table = kTopics.name(),
          .describe = describe,
          .create = declare_topic,
          .update = redeclare_topic,
          .remove = undeclare_topic};
}

}  // namespace tocsin::sns
