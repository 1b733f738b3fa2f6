// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/config/channels.hpp"
#include "services/config/exports.hpp"
#include "services/config/notifications.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kLargest = 256 * 1024;  // a message of SNS, an event of EventBridge
// A row holds the item once; its message may have it once more, as what is new in the difference,
// and the state before.
constexpr std::size_t kSurelySmall = kLargest / 4;

std::string_view verb(const Item& item) {
  if (is_deleted(item.status)) return "Deleted";
  return item.status == ItemStatus::ResourceDiscovered ? "Discovered" : "Updated";
}

std::string subject(const Item& item) {
  return fmt::format("[AWS Config:{}] {} {} {} in Account {}", item.scope.region, item.type,
                     item.name.empty() ? item.id : item.name, verb(item), item.scope.account.str());
}

void emit(core::Context& context, const Item& item, Object detail) {
  context.emit({.source = "aws.config",
                .detail_type = "Config Configuration Item Change",
                .scope = item.scope,
                .resources = {item.arn},
                .detail = std::move(detail)});
}

std::string key_of(const Channel& channel, const Item& item) {
  return fmt::format("{}{}/{}/{}_Config_{}_ChangeNotification_{}_{}_{}_{}.json.gz",
                     day_folder(item.scope, channel, item.captured, "OversizedChangeNotification"),
                     item.type, item.id, item.scope.account.str(), item.scope.region, item.type,
                     item.id, amz_date(item.captured), item.state_id);
}

/// Puts the whole message into the bucket; where.
Object keep_in_bucket(core::Context& context, const Channel& channel, const Item& item,
                      const std::string& whole) {
  const auto key = key_of(channel, item);
  Object out{{"s3BucketLocation", channel.bucket + "/" + key},
             {"errorCode", nullptr},
             {"errorMessage", nullptr}};
  const auto body = packed_blob(context, whole);
  if (body) {
    send(context,
         {.what = Sending::What::Oversized, .bucket = channel.bucket, .key = key, .body = *body});
  } else {
    out["errorCode"] = body.error().code;
    out["errorMessage"] = body.error().message;
  }
  return out;
}

Object oversized(core::Context& context, const Item& item, std::string_view change_type,
                 const std::string& whole) {
  const auto channel = channel_of(context, item.scope);
  auto summary = item_summary(item);
  summary["changeType"] = change_type;
  return completed_message(
      context, "OversizedConfigurationItemChangeNotification",
      Object{{"configurationItemSummary", std::move(summary)},
             {"s3DeliverySummary", keep_in_bucket(context, *channel, item, whole)}});
}

}  // namespace

void announce_item(core::Context& context, const Item& item, Object difference, std::size_t size) {
  const auto channel = kTopics.get(context, core::Key::of(item.scope));
  if (!channel) return;
  const auto change_type = string_of(difference, "changeType");
  Object message;
  message["configurationItemDiff"] = std::move(difference);
  message["configurationItem"] = delivered_item(item);
  message["recordVersion"] = kItemVersion;
  message = completed_message(context, "ConfigurationItemChangeNotification", std::move(message));
  std::string text;
  if (size > kSurelySmall || !channel->topic.empty()) text = to_json(message);
  if (text.size() > kLargest) {
    message = oversized(context, item, change_type, text);
    text = to_json(message);
  }
  if (!channel->topic.empty())
    send_message(context, channel->topic, subject(item), std::move(text));
  emit(context, item, std::move(message));
}

}  // namespace tocsin::config
