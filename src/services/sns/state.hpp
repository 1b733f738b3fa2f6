// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/table.hpp"

namespace tocsin::sns {

struct Topic {
  Scope scope;
  std::string name;
  std::map<std::string, std::string> attributes;
  std::map<std::string, std::string> tags;
};
BOOST_DESCRIBE_STRUCT(Topic, (), (scope, name, attributes, tags))

struct Subscription {
  Scope scope;  // of the topic
  std::string topic;
  std::string id;
  std::string protocol;
  std::string endpoint;
  AccountId owner;
  std::map<std::string, std::string> attributes;
  bool pending = false;
  std::string token_hash;  // SHA-256 of the token that was sent for confirmation
  Time token_expires{};
  std::string address;             // "http://localhost:4566": for links in what is delivered
  bool confirmed_by_link = false;  // without a signature
  bool authenticate_on_unsubscribe = false;
};
BOOST_DESCRIBE_STRUCT(Subscription, (),
                      (scope, topic, id, protocol, endpoint, owner, attributes, pending, token_hash,
                       token_expires, address, confirmed_by_link, authenticate_on_unsubscribe))

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
};
BOOST_DESCRIBE_STRUCT(Publication, (),
                      (scope, topic, id, subject, message, by_protocol, attributes, time))

inline constexpr core::Table<Topic> kTopics{"sns.topics"};  // account, region, name
inline constexpr core::Table<Subscription> kSubscriptions{
    "sns.subscriptions"};  // account, region, topic, id
inline constexpr core::Table<Reference> kEndpoints{
    "sns.endpoints"};  // account, region, topic, protocol, endpoint

inline std::string arn_of(const Topic& topic) {
  return arn("sns", topic.scope, topic.name);
}
inline std::string arn_of(const Subscription& subscription) {
  return arn("sns", subscription.scope, subscription.topic + ":" + subscription.id);
}

}  // namespace tocsin::sns
