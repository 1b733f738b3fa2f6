// SPDX-License-Identifier: Apache-2.0
// What SQS keeps. Messages lie in a queue's *store*, whose id changes when the queue is purged: the
// old store is then emptied in bounded steps. A message's `order` (time of sending, sequence,
// number) is its key; the index has the time from which it can be received before that, so the
// first entries are what a receiver gets.
#pragma once

#include <map>
#include <string>

#include "core/table.hpp"

namespace tocsin::sqs {

struct Queue {
  Scope scope;
  std::string name;
  std::map<std::string, std::string> attributes;  // as given; see attributes.hpp for the defaults
  std::map<std::string, std::string> tags;
  Time created{};
  Time modified{};
  std::string store;
  Time purged{};
};
BOOST_DESCRIBE_STRUCT(Queue, (), (scope, name, attributes, tags, created, modified, store, purged))

struct Message {
  std::string id;
  std::string order;
  std::string body;
  Object attributes;         // MessageAttributes, as sent
  Object system_attributes;  // AWSTraceHeader
  std::string sender;
  std::string source;  // DeadLetterQueueSourceArn
  Time sent{};
  Time visible{};
  Time first_received{};
  int receives = 0;
  std::string receipt;  // of the latest receive
};
BOOST_DESCRIBE_STRUCT(Message, (),
                      (id, order, body, attributes, system_attributes, sender, source, sent,
                       visible, first_received, receives, receipt))

struct IndexEntry {
  bool delayed = false;  // hidden by DelaySeconds, not by a receiver
};
BOOST_DESCRIBE_STRUCT(IndexEntry, (), (delayed))

/// What a receiver asked for.
struct Poll {
  std::string token;
  std::string timer;
  std::int64_t count = 1;
  Duration visibility{};
  std::vector<std::string> system_names;
  std::vector<std::string> attribute_names;
};
BOOST_DESCRIBE_STRUCT(Poll, (), (token, timer, count, visibility, system_names, attribute_names))

/// Timers of a store.
struct Clockwork {
  std::string wake_timer;
  Time wake{};
  bool sweeping = false;
};
BOOST_DESCRIBE_STRUCT(Clockwork, (), (wake_timer, wake, sweeping))

inline constexpr core::Table<Queue> kQueues{"sqs.queues"};        // account, region, name
inline constexpr core::Table<Message> kMessages{"sqs.messages"};  // store, order
inline constexpr core::Table<IndexEntry> kIndex{"sqs.index"};     // store, visible, order
inline constexpr core::Table<Poll> kPolls{"sqs.polls"};  // account, region, queue, order of arrival
inline constexpr core::Table<Clockwork> kClockwork{"sqs.clockwork"};  // store

}  // namespace tocsin::sqs
