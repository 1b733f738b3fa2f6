// SPDX-License-Identifier: Apache-2.0
#include "services/sns/envelope.hpp"

#include <fmt/format.h>

namespace tocsin::sns {
namespace {

std::string json_text(std::string_view text) {
  return to_json(Document(boost::json::string(text)));
}

std::string member(std::string_view name, std::string_view value) {
  return fmt::format("  \"{}\" : {}", name, json_text(value));
}

std::string variant_of(const Publication& publication, const std::string& protocol) {
  return publication.by_protocol.contains(protocol) ? protocol : "default";
}

std::string signature_of(const Publication& publication, const std::string& protocol) {
  return attribute_of(publication.signatures, variant_of(publication, protocol));
}

Document value_of(const Document& attribute) {
  const auto type = text(attribute, "DataType");
  return Object{
      {"Type", type},
      {"Value", text(attribute, type.starts_with("Binary") ? "BinaryValue" : "StringValue")}};
}

std::string attributes_member(const Object& attributes) {
  std::string out;
  for (const auto& each : attributes) {
    if (!out.empty()) out += ",\n";
    out += fmt::format("    {} : {}", json_text({each.key().data(), each.key().size()}),
                       to_json(value_of(each.value())));
  }
  return fmt::format("  \"MessageAttributes\" : {{\n{}\n  }}", out);
}

std::string certificate_url(const Publication& publication, const Subscription& subscription) {
  return subscription.address + publication.certificate;
}

std::string canonical(const Publication& publication, std::string_view message) {
  const auto subject =
      publication.subject.empty() ? "" : fmt::format("Subject\n{}\n", publication.subject);
  return fmt::format(
      "Message\n{}\nMessageId\n{}\n{}Timestamp\n{}\nTopicArn\n{}\nType\nNotification\n", message,
      publication.id, subject, iso8601_ms(publication.time), topic_arn(publication));
}

}  // namespace

std::string message_for(const Publication& publication, const std::string& protocol) {
  if (publication.by_protocol.contains(protocol))
    return string_of(publication.by_protocol, protocol);
  return publication.message;
}

std::string unsubscribe_url(const Subscription& subscription) {
  return fmt::format("{}/?Action=Unsubscribe&SubscriptionArn={}", subscription.address,
                     arn_of(subscription));
}

bool raw(const Subscription& subscription) {
  return attribute_of(subscription.attributes, "RawMessageDelivery") == "true";
}

bool carries_signature(const Publication& publication, const Subscription& subscription) {
  if (!publication.sequence.empty() || raw(subscription)) return false;
  const auto& protocol = subscription.protocol;
  return protocol == "sqs" || protocol == "lambda" || protocol.starts_with("http") ||
         protocol == "email-json";
}

Texts signable(const Publication& publication) {
  Texts texts{{"default", canonical(publication, publication.message)}};
  for (const auto* protocol : {"sqs", "lambda", "http", "https", "email-json"}) {
    if (publication.by_protocol.contains(protocol))
      texts[protocol] = canonical(publication, message_for(publication, protocol));
  }
  return texts;
}

Parts shared_parts(const Publication& publication, const std::string& protocol) {
  std::string head =
      "{\n" + member("Type", "Notification") + ",\n" + member("MessageId", publication.id) + ",\n";
  if (!publication.sequence.empty()) head += member("SequenceNumber", publication.sequence) + ",\n";
  head += member("TopicArn", topic_arn(publication)) + ",\n";
  if (!publication.subject.empty()) head += member("Subject", publication.subject) + ",\n";
  head += member("Message", message_for(publication, protocol)) + ",\n" +
          member("Timestamp", iso8601_ms(publication.time)) + ",\n";
  if (const auto signature = signature_of(publication, protocol); !signature.empty())
    head += member("SignatureVersion", publication.signature_version) + ",\n" +
            member("Signature", signature) + ",\n";
  std::string tail;
  if (!publication.attributes.empty()) tail = ",\n" + attributes_member(publication.attributes);
  return {std::move(head), tail + "\n}"};
}

std::string own_part(const Publication& publication, const Subscription& subscription) {
  std::string out;
  if (!signature_of(publication, subscription.protocol).empty())
    out = member("SigningCertURL", certificate_url(publication, subscription)) + ",\n";
  return out + member("UnsubscribeURL", unsubscribe_url(subscription));
}

std::string body_of(const Publication& publication, const Subscription& subscription) {
  if (raw(subscription)) return message_for(publication, subscription.protocol);
  const auto parts = shared_parts(publication, subscription.protocol);
  return parts.head + own_part(publication, subscription) + parts.tail;
}

Object lambda_notification(const Publication& publication, const Subscription& subscription) {
  Object out{{"Type", "Notification"},
             {"MessageId", publication.id},
             {"TopicArn", topic_arn(publication)},
             {"Subject", nullptr},
             {"Message", message_for(publication, "lambda")},
             {"Timestamp", iso8601_ms(publication.time)}};
  if (!publication.subject.empty()) out["Subject"] = publication.subject;
  if (const auto signature = signature_of(publication, "lambda"); !signature.empty()) {
    out["SignatureVersion"] = publication.signature_version;
    out["Signature"] = signature;
    out["SigningCertUrl"] = certificate_url(publication, subscription);
  }
  out["UnsubscribeUrl"] = unsubscribe_url(subscription);
  Object attributes;
  for (const auto& each : publication.attributes)
    attributes[each.key()] = value_of(each.value());
  out["MessageAttributes"] = std::move(attributes);
  return out;
}

std::string signable(const Handshake& handshake) {
  return fmt::format(
      "Message\n{}\nMessageId\n{}\nSubscribeURL\n{}\nTimestamp\n{}\nToken\n{}\nTopicArn\n{}\n"
      "Type\n{}\n",
      handshake.message, handshake.id, handshake.url, iso8601_ms(handshake.time), handshake.token,
      handshake.topic, handshake.type);
}

std::string body_of(const Handshake& handshake, std::string_view signature,
                    std::string_view certificate_url) {
  std::string out = "{\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (out.size() > 2) out += ",\n";
    out += member(name, value);
  };
  add("Type", handshake.type);
  add("MessageId", handshake.id);
  add("Token", handshake.token);
  add("TopicArn", handshake.topic);
  add("Message", handshake.message);
  add("SubscribeURL", handshake.url);
  add("Timestamp", iso8601_ms(handshake.time));
  if (!signature.empty()) {
    add("SignatureVersion", handshake.signature_version);
    add("Signature", signature);
    add("SigningCertURL", certificate_url);
  }
  return out + "\n}";
}

}  // namespace tocsin::sns
