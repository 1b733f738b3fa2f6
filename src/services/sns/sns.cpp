// SPDX-License-Identifier: Apache-2.0
#include "services/sns/sns.hpp"

#include "services/sns/confirmation.hpp"
#include "services/sns/delivery.hpp"
#include "services/sns/devices.hpp"
#include "services/sns/encryption.hpp"
#include "services/sns/fan_out.hpp"
#include "services/sns/publish.hpp"
#include "services/sns/signer.hpp"
#include "services/sns/sms.hpp"
#include "services/sns/status.hpp"
#include "services/sns/subscription_attributes.hpp"
#include "services/sns/subscriptions.hpp"
#include "services/sns/topic_attributes.hpp"
#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using Operations = std::vector<core::Operation>;
using enum core::Effect;

/// Whoever has the token may confirm, signed or not.
std::vector<core::Access> needs_nothing(core::Call&) {
  return {};
}

Operations topic_operations() {
  return {{"CreateTopic", Write, create_topic, needs_create_topic},
          {"DeleteTopic", Write, delete_topic, needs_topic("DeleteTopic")},
          {"ListTopics", Read, list_topics},
          {"GetTopicAttributes", Read, get_topic_attributes, needs_topic("GetTopicAttributes")},
          {"SetTopicAttributes", Write, set_topic_attributes, needs_topic("SetTopicAttributes")},
          {"AddPermission", Write, add_permission, needs_topic("AddPermission")},
          {"RemovePermission", Write, remove_permission, needs_topic("RemovePermission")},
          {"TagResource", Write, tag_resource, needs_topic("TagResource", "ResourceArn")},
          {"UntagResource", Write, untag_resource, needs_topic("UntagResource", "ResourceArn")},
          {"ListTagsForResource", Read, list_tags_for_resource,
           needs_topic("ListTagsForResource", "ResourceArn")},
          {"Publish", Write, publish, needs_publish},
          {"PublishBatch", Write, publish_batch, needs_topic("Publish")}};
}

Operations subscription_operations() {
  return {{"Subscribe", Write, subscribe, needs_topic("Subscribe")},
          {"ConfirmSubscription", Write, confirm_subscription, needs_nothing},
          {"Unsubscribe", Write, unsubscribe, needs_unsubscribe},
          {"ListSubscriptions", Read, list_subscriptions},
          {"ListSubscriptionsByTopic", Read, list_subscriptions_by_topic,
           needs_topic("ListSubscriptionsByTopic")},
          {"GetSubscriptionAttributes", Read, get_subscription_attributes,
           needs_topic("GetSubscriptionAttributes", "SubscriptionArn")},
          {"SetSubscriptionAttributes", Write, set_subscription_attributes,
           needs_topic("SetSubscriptionAttributes", "SubscriptionArn")}};
}

Operations sms_operations() {
  return {{"SetSMSAttributes", Write, set_sms_attributes},
          {"GetSMSAttributes", Read, get_sms_attributes},
          {"CheckIfPhoneNumberIsOptedOut", Read, check_if_phone_number_is_opted_out},
          {"OptInPhoneNumber", Write, opt_in_phone_number},
          {"ListPhoneNumbersOptedOut", Read, list_phone_numbers_opted_out}};
}

Operations push_operations() {
  const auto on = [](const char* operation) {
    return needs_application(operation, "PlatformApplicationArn");
  };
  const auto at = [](const char* operation) { return needs_application(operation, "EndpointArn"); };
  return {{"CreatePlatformApplication", Write, create_platform_application},
          {"ListPlatformApplications", Read, list_platform_applications},
          {"GetPlatformApplicationAttributes", Read, get_platform_application_attributes,
           on("GetPlatformApplicationAttributes")},
          {"SetPlatformApplicationAttributes", Write, set_platform_application_attributes,
           on("SetPlatformApplicationAttributes")},
          {"DeletePlatformApplication", Write, delete_platform_application,
           on("DeletePlatformApplication")},
          {"CreatePlatformEndpoint", Write, create_platform_endpoint, on("CreatePlatformEndpoint")},
          {"ListEndpointsByPlatformApplication", Read, list_endpoints_by_platform_application,
           on("ListEndpointsByPlatformApplication")},
          {"GetEndpointAttributes", Read, get_endpoint_attributes, at("GetEndpointAttributes")},
          {"SetEndpointAttributes", Write, set_endpoint_attributes, at("SetEndpointAttributes")},
          {"DeleteEndpoint", Write, delete_endpoint, at("DeleteEndpoint")}};
}

}  // namespace

void register_sns(core::Registry& registry) {
  Operations all;
  for (auto* part : {topic_operations, subscription_operations, sms_operations, push_operations}) {
    for (auto& operation : part())
      all.push_back(std::move(operation));
  }
  registry.add(core::Service{"sns", "sns", std::move(all)});
  registry.add(topic_type());
  on_topic_steps(registry);
  on_tokens(registry);
  on_confirmations(registry);
  on_signer(registry);
  on_publish_timers(registry);
  on_data_key_timers(registry);
  on_fan_out(registry);
  on_deliveries(registry);
  on_status(registry);
  on_device_steps(registry);
}

}  // namespace tocsin::sns
