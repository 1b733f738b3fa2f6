// SPDX-License-Identifier: Apache-2.0
#include "services/config/notifications.hpp"

#include "services/config/delivery.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kLongestSubject = 100;

std::string cut(std::string subject) {
  if (subject.size() <= kLongestSubject) return subject;
  return subject.substr(0, kLongestSubject - 3) + "...";
}

}  // namespace

Object completed_message(const core::Context& context, std::string_view message_type,
                         Object message) {
  const auto version = string_of(message, "recordVersion", "1.0");
  message.erase("recordVersion");
  message["notificationCreationTime"] = iso8601_ms(context.now());
  message["messageType"] = message_type;
  message["recordVersion"] = version;
  return message;
}

void send_message(core::Context& context, const std::string& topic, std::string subject,
                  std::string message) {
  send(context, {.what = Sending::What::Notification,
                 .topic = topic,
                 .subject = cut(std::move(subject)),
                 .message = std::move(message)});
}

void notify(core::Context& context, std::string_view message_type, std::string subject,
            Object message) {
  const auto channel = kTopics.get(context, core::Key::of(context.scope()));
  if (!channel || channel->topic.empty()) return;
  send_message(context, channel->topic, std::move(subject),
               to_json(completed_message(context, message_type, std::move(message))));
}

}  // namespace tocsin::config
