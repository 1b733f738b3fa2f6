// SPDX-License-Identifier: Apache-2.0
#include "services/sns/sns.hpp"

#include "services/sns/delivery.hpp"
#include "services/sns/publish.hpp"
#include "services/sns/subscriptions.hpp"
#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

std::vector<core::Access> needs_publish(core::Call& call) {
  return needs_topic("Publish", find(call.params(), "TopicArn") ? "TopicArn" : "TargetArn")(call);
}

/// Whoever has the token may confirm, signed or not.
std::vector<core::Access> needs_nothing(core::Call&) {
  return {};
}

}  // namespace

void register_sns(core::Registry& registry) {
  using enum core::Effect;
  registry.add(core::Service{
      "sns",
      "sns",
      {{"CreateTopic", Write, create_topic,
        [](core::Call& call) -> std::vector<core::Access> {
          return {{.action = "sns:CreateTopic",
                   .resource = arn("sns", call.scope(), text(call.params(), "Name"))}};
        }},
       {"DeleteTopic", Write, delete_topic, needs_topic("DeleteTopic")},
       {"ListTopics", Read, list_topics},
       {"GetTopicAttributes", Read, get_topic_attributes, needs_topic("GetTopicAttributes")},
       {"SetTopicAttributes", Write, set_topic_attributes, needs_topic("SetTopicAttributes")},
       {"TagResource", Write, tag_resource, needs_topic("TagResource", "ResourceArn")},
       {"UntagResource", Write, untag_resource, needs_topic("UntagResource", "ResourceArn")},
       {"ListTagsForResource", Read, list_tags_for_resource,
        needs_topic("ListTagsForResource", "ResourceArn")},
       {"Subscribe", Write, subscribe, needs_topic("Subscribe")},
       {"ConfirmSubscription", Write, confirm_subscription, needs_nothing},
       {"Unsubscribe", Write, unsubscribe, needs_unsubscribe},
       {"ListSubscriptions", Read, list_subscriptions},
       {"ListSubscriptionsByTopic", Read, list_subscriptions_by_topic,
        needs_topic("ListSubscriptionsByTopic")},
       {"GetSubscriptionAttributes", Read, get_subscription_attributes,
        needs_topic("GetSubscriptionAttributes", "SubscriptionArn")},
       {"SetSubscriptionAttributes", Write, set_subscription_attributes,
        needs_topic("SetSubscriptionAttributes", "SubscriptionArn")},
       {"Publish", Write, publish, needs_publish},
       {"PublishBatch", Write, publish_batch, needs_topic("Publish")}}});
  registry.add(topic_type());
  on_topic_steps(registry);
  on_deliveries(registry);
}

}  // namespace tocsin::sns
