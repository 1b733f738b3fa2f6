// SPDX-License-Identifier: Apache-2.0
// What SNS keeps.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/table.hpp"

namespace tocsin::sns {

using Texts = std::map<std::string, std::string>;

struct Topic {
  Scope scope;
  std::string name;
  Texts attributes;
  Texts tags;
  std::string address;  // "http://localhost:4566": for links in what is delivered

  bool fifo() const { return name.ends_with(".fifo"); }
};
BOOST_DESCRIBE_STRUCT(Topic, (), (scope, name, attributes, tags, address))

struct Subscription {
  Scope scope;  // of the topic
  std::string topic;
  std::string id;
  std::string protocol;
  std::string endpoint;
  AccountId owner;
  std::string principal;  // ARN of who subscribed
  Texts attributes;
  bool pending = false;
  std::string token_hash;  // SHA-256 of the token that was sent for confirmation
  Time token_expires{};
  std::string address;             // as Topic's
  bool confirmed_by_link = false;  // without a signature
  bool authenticate_on_unsubscribe = false;
  std::string bounced;  // the mail server's answer: nothing is sent there any more
};
BOOST_DESCRIBE_STRUCT(Subscription, (),
                      (scope, topic, id, protocol, endpoint, owner, principal, attributes, pending,
                       token_hash, token_expires, address, confirmed_by_link,
                       authenticate_on_unsubscribe, bounced))

struct Reference {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Reference, (), (id))

/// A message on its way to the subscribers.
struct Publication {
  Scope scope;
  std::string topic;
  std::string id;
  std::string subject;
  std::string message;
  Object by_protocol;  // MessageStructure json
  Object attributes;
  Time time{};
  std::string group;
  std::string deduplication;
  std::string sequence;  // of FIFO topics
  std::string signature_version = "1";
  Texts signatures;         // by protocol, "default" where the message is that of all others
  std::string certificate;  // path of the certificate that they are made with
  bool unsigned_for_good = false;
  std::optional<Document> secret;  // data key of an encrypted topic, sealed
  std::string sealed;              // at rest, in place of message and by_protocol
};
BOOST_DESCRIBE_STRUCT(Publication, (),
                      (scope, topic, id, subject, message, by_protocol, attributes, time, group,
                       deduplication, sequence, signature_version, signatures, certificate,
                       unsigned_for_good, secret, sealed))

/// A data key within its reuse period.
struct DataKey {
  Document secret;  // sealed
  Time until{};
};
BOOST_DESCRIBE_STRUCT(DataKey, (), (secret, until))

struct Count {
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (count))

struct Moment {
  Time time{};
};
BOOST_DESCRIBE_STRUCT(Moment, (), (time))

/// What a FIFO topic has accepted within the deduplication interval.
struct Accepted {
  std::string id;
  std::string sequence;
  Time until{};
};
BOOST_DESCRIBE_STRUCT(Accepted, (), (id, sequence, until))

/// Which subscription a token belongs to.
struct Token {
  Scope scope;
  std::string topic;
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Token, (), (scope, topic, id))

struct PlatformApplication {
  Scope scope;
  std::string platform;  // "GCM"
  std::string name;
  Texts attributes;  // no credentials: ntfy asks for none
};
BOOST_DESCRIBE_STRUCT(PlatformApplication, (), (scope, platform, name, attributes))

struct Endpoint {
  Scope scope;
  std::string platform;
  std::string application;
  std::string id;
  std::string token;
  bool enabled = true;
  std::string user_data;
};
BOOST_DESCRIBE_STRUCT(Endpoint, (), (scope, platform, application, id, token, enabled, user_data))

struct SmsSettings {
  Texts attributes;
};
BOOST_DESCRIBE_STRUCT(SmsSettings, (), (attributes))

inline constexpr core::Table<Topic> kTopics{"sns.topics"};  // account, region, name
inline constexpr core::Table<Subscription> kSubscriptions{
    "sns.subscriptions"};  // account, region, topic, id
inline constexpr core::Table<Reference> kEndpoints{
    "sns.endpoints"};  // account, region, topic, protocol, endpoint
inline constexpr core::Table<Subscription> kFormer{"sns.former"};  // account, region, topic, id
inline constexpr core::Table<Token> kTokens{"sns.tokens"};         // hash
inline constexpr core::Table<Publication> kPublications{"sns.publications"};  // id
inline constexpr core::Table<DataKey> kDataKeys{
    "sns.data_keys"};  // account, region, topic, who, source ARN, master key
inline constexpr core::Table<Count> kFilters{"sns.filters"};  // account, region: policies there
inline constexpr core::Table<Count> kOpen{"sns.open"};  // id of a publication: deliveries to come
inline constexpr core::Table<Moment> kPace{
    "sns.pace"};  // account, region, topic, id: next free time
inline constexpr core::Table<Count> kNumbers{"sns.numbers"};  // account, region, topic
inline constexpr core::Table<Accepted> kAccepted{
    "sns.accepted"};                                            // account, region, topic, scope, id
inline constexpr core::Table<Reference> kSigner{"sns.signer"};  // "signer": there is one
inline constexpr core::Table<PlatformApplication> kApplications{
    "sns.applications"};  // account, region, platform, name
inline constexpr core::Table<Endpoint> kDevices{
    "sns.devices"};  // account, region, platform, application, id
inline constexpr core::Table<Reference> kDeviceTokens{
    "sns.device_tokens"};  // account, region, platform, application, token
inline constexpr core::Table<SmsSettings> kSmsSettings{"sns.sms"};  // account, region
inline constexpr core::Table<Moment> kOptedOut{"sns.opted_out"};    // account, region, number

inline core::Key key_of(const Topic& topic) {
  return core::Key::of(topic.scope, topic.name);
}
inline core::Key key_of(const Subscription& each) {
  return core::Key::of(each.scope, each.topic, each.id);
}
inline std::string arn_of(const Topic& topic) {
  return arn("sns", topic.scope, topic.name);
}
inline std::string arn_of(const Subscription& subscription) {
  return arn("sns", subscription.scope, subscription.topic + ":" + subscription.id);
}
inline std::string topic_arn(const Publication& publication) {
  return arn("sns", publication.scope, publication.topic);
}
inline std::string attribute_of(const Texts& attributes, const std::string& name,
                                std::string fallback = {}) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::move(fallback) : found->second;
}

}  // namespace tocsin::sns
