// SPDX-License-Identifier: Apache-2.0
// What SQS keeps. Messages lie in a queue's *store*, whose id changes when the queue is purged: the
// old store is then emptied in bounded steps. A message's `order` is its key; the index has the
// time from which it can be received before that, so that the first entries are what a receiver of
// a standard queue gets. A FIFO queue has the messages of each group in order as well, and its
// groups by the time from which they can be received.
//
// A body that many messages share (a topic's fan-out) stands once, as Content with a count of them.
// Bodies are sealed (encryption.hpp) unless the queue is without any encryption.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/request.hpp"
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
  std::string origin;  // the first store: deduplication and numbering go on after a purge
  Time purged{};

  bool fifo() const { return name.ends_with(".fifo"); }
};
BOOST_DESCRIBE_STRUCT(Queue, (),
                      (scope, name, attributes, tags, created, modified, store, origin, purged))

struct Reception {
  std::string receipt;  // of the latest receive
  int count = 0;
  Time first{};
  Time latest{};
};
BOOST_DESCRIBE_STRUCT(Reception, (), (receipt, count, first, latest))

struct FifoMark {
  std::string group;
  std::string deduplication;
  std::string sequence;  // twenty digits
};
BOOST_DESCRIBE_STRUCT(FifoMark, (), (group, deduplication, sequence))

/// What opens the body of a message that lies under a key of KMS.
struct Envelope {
  std::string data_key;  // CiphertextBlob
  std::string queue;     // ARN, of the encryption context: a dead letter keeps its first one
};
BOOST_DESCRIBE_STRUCT(Envelope, (), (data_key, queue))

struct Message {
  std::string order;  // in its key only
  std::string id;
  std::string sender;
  Time sent{};
  Time visible{};
  std::optional<std::string> body;
  std::optional<std::string> sealed;        // in place of the body
  std::optional<Envelope> envelope;         // of what is sealed; none: by a key of the house
  std::optional<std::string> content;       // in place of body and attributes: the Content's id
  std::optional<std::string> fill;          // what stands between the Content's head and tail
  std::optional<Object> attributes;         // MessageAttributes, as sent
  std::optional<Object> system_attributes;  // AWSTraceHeader
  std::optional<Reception> received;
  std::optional<FifoMark> fifo;       // of a standard queue: the group alone
  std::optional<std::string> source;  // DeadLetterQueueSourceArn
};
BOOST_DESCRIBE_STRUCT(Message, (),
                      (id, sender, sent, visible, body, sealed, envelope, content, fill, attributes,
                       system_attributes, received, fifo, source))

struct Content {
  std::string sealed;    // head and tail
  std::size_t head = 0;  // its length
  Object attributes;
};
BOOST_DESCRIBE_STRUCT(Content, (), (sealed, head, attributes))

struct Uses {
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Uses, (), (count))

struct IndexEntry {
  bool delayed = false;  // hidden by DelaySeconds, not by a receiver
};
BOOST_DESCRIBE_STRUCT(IndexEntry, (), (delayed))

/// Where a group stands among those that can be received.
struct GroupPlace {
  std::string ready;  // time part
  std::string head;   // order of its first message
};
BOOST_DESCRIBE_STRUCT(GroupPlace, (), (ready, head))

/// A message that was accepted within the deduplication interval.
struct Accepted {
  std::string id;
  std::string sequence;
  Time until{};
};
BOOST_DESCRIBE_STRUCT(Accepted, (), (id, sequence, until))

/// On whose behalf KMS is asked.
struct Asker {
  core::Principal principal;
  std::string source_arn;
};
BOOST_DESCRIBE_STRUCT(Asker, (), (principal, source_arn))

/// A data key within its reuse period.
struct DataKey {
  std::string blob;
  Document secret;  // sealed
  Time until{};
};
BOOST_DESCRIBE_STRUCT(DataKey, (), (blob, secret, until))

/// Messages that are in flight, and from when on fewer may be.
struct Flights {
  std::int64_t count = 0;
  Time next{};
};
BOOST_DESCRIBE_STRUCT(Flights, (), (count, next))

/// What a receiver asked for.
struct Poll {
  std::string token;
  std::string timer;
  std::int64_t count = 1;
  Duration visibility{};
  std::vector<std::string> system_names;
  std::vector<std::string> attribute_names;
  std::string attempt;  // ReceiveRequestAttemptId
  Asker receiver;
};
BOOST_DESCRIBE_STRUCT(Poll, (),
                      (token, timer, count, visibility, system_names, attribute_names, attempt,
                       receiver))

/// What a ReceiveRequestAttemptId has had.
struct Attempt {
  Time until{};
  std::map<std::string, std::string> receipts;  // by order
};
BOOST_DESCRIBE_STRUCT(Attempt, (), (until, receipts))

/// Timers of a store, and whether anyone waits at it.
struct Clockwork {
  std::string wake_timer;
  Time wake{};
  bool sweeping = false;
  int polls = 0;
};
BOOST_DESCRIBE_STRUCT(Clockwork, (), (wake_timer, wake, sweeping, polls))

struct Moment {
  Time time{};
};
BOOST_DESCRIBE_STRUCT(Moment, (), (time))

/// A StartMessageMoveTask.
struct Move {
  std::string id;
  std::string source;       // ARN
  std::string destination;  // ARN; empty: each message's own source
  std::int64_t rate = 0;    // a second; 0: as fast as it goes
  std::string status = "RUNNING";
  std::string failure;
  std::int64_t moved = 0;
  std::int64_t to_move = 0;
  Time started{};
  Asker mover;
};
BOOST_DESCRIBE_STRUCT(Move, (),
                      (id, source, destination, rate, status, failure, moved, to_move, started,
                       mover))

inline constexpr core::Table<Queue> kQueues{"sqs.queues"};        // account, region, name
inline constexpr core::Table<Moment> kDeleted{"sqs.deleted"};     // account, region, name
inline constexpr core::Table<Message> kMessages{"sqs.messages"};  // store, order
inline constexpr core::Table<IndexEntry> kIndex{"sqs.index"};     // store, visible, order
inline constexpr core::Table<Content> kContents{"sqs.contents"};  // id
inline constexpr core::Table<Uses> kUses{"sqs.uses"};             // id of a content
inline constexpr core::Table<Poll> kPolls{"sqs.polls"};  // account, region, queue, order of arrival
inline constexpr core::Table<Clockwork> kClockwork{"sqs.clockwork"};    // store
inline constexpr core::Table<Moment> kGroupOrder{"sqs.group_order"};    // store, group, order
inline constexpr core::Table<GroupPlace> kGroups{"sqs.groups"};         // store, group
inline constexpr core::Table<Moment> kReady{"sqs.ready"};               // store, ready, head, group
inline constexpr core::Table<Uses> kNumbers{"sqs.numbers"};             // origin
inline constexpr core::Table<Accepted> kAccepted{"sqs.accepted"};       // origin, scope, id
inline constexpr core::Table<Moment> kAcceptedDue{"sqs.accepted_due"};  // origin, until, scope, id
inline constexpr core::Table<Attempt> kAttempts{"sqs.attempts"};        // store, attempt
inline constexpr core::Table<Flights> kFlights{"sqs.flights"};          // store
inline constexpr core::Table<DataKey> kDataKeys{"sqs.data_keys"};  // origin, who, source ARN, use
inline constexpr core::Table<Move> kMoves{"sqs.moves"};  // account, region, source, started, id

}  // namespace tocsin::sqs
