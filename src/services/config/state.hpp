// SPDX-License-Identifier: Apache-2.0
// What the recording half keeps, beside the items (items.hpp).
#pragma once

#include <set>

#include "core/context.hpp"
#include "services/config/items.hpp"

namespace tocsin::config {

enum class Strategy {
  ALL_SUPPORTED_RESOURCE_TYPES,
  INCLUSION_BY_RESOURCE_TYPES,
  EXCLUSION_BY_RESOURCE_TYPES
};
BOOST_DESCRIBE_ENUM(Strategy, ALL_SUPPORTED_RESOURCE_TYPES, INCLUSION_BY_RESOURCE_TYPES,
                    EXCLUSION_BY_RESOURCE_TYPES)

/// The customer's recorder of a region.
struct Recorder {
  std::string name = "default";
  std::string arn, role;
  Strategy strategy = Strategy::ALL_SUPPORTED_RESOURCE_TYPES;
  bool globals = false;         // IAM's types, with ALL_SUPPORTED_RESOURCE_TYPES
  std::set<std::string> types;  // included or excluded
  bool daily = false;
  Array overrides;  // as they were given: {"description", "resourceTypes", "recordingFrequency"}
  std::set<std::string> overridden;  // types whose frequency is not the recorder's
  bool recording = false;
  Time started{}, stopped{};
  std::string status, error_code, error_message;
  Time status_changed{};
  std::int64_t look = 0;    // number of the last look through all resources
  std::string daily_timer;  // empty: none is set
};
BOOST_DESCRIBE_STRUCT(Recorder, (),
                      (name, arn, role, strategy, globals, types, daily, overrides, overridden,
                       recording, started, stopped, status, error_code, error_message,
                       status_changed, look, daily_timer))

/// How a kind of delivery went.
struct DeliveryInfo {
  std::string status, error_code, error_message;
  Time attempted{}, succeeded{}, changed{}, next{};
};
BOOST_DESCRIBE_STRUCT(DeliveryInfo, (),
                      (status, error_code, error_message, attempted, succeeded, changed, next))

struct Channel {
  std::string name = "default";
  std::string bucket, prefix, kms_key, topic;
  std::string frequency;  // of snapshots; empty: none on a schedule
  DeliveryInfo snapshots, histories, stream;
  std::string snapshot_timer, history_timer;
  Time delivered_until{};  // items captured up to then are in history files
};
BOOST_DESCRIBE_STRUCT(Channel, (),
                      (name, bucket, prefix, kms_key, topic, frequency, snapshots, histories,
                       stream, snapshot_timer, history_timer, delivered_until))

/// What each item needs to know of the channel.
struct ChannelTopic {
  std::string topic;  // empty: none
};
BOOST_DESCRIBE_STRUCT(ChannelTopic, (), (topic))

struct RecordingMark {
  int recorders = 0;
};
BOOST_DESCRIBE_STRUCT(RecordingMark, (), (recorders))

/// What a resource says of another one: found by the other one.
struct ResourceLink {
  std::string resource_name;  // of who says it
  std::string name;           // as the other one sees it: "Contains Subnet"
};
BOOST_DESCRIBE_STRUCT(ResourceLink, (), (resource_name, name))

/// A resource whose relationships others changed: it gets an item in an input of its own.
struct Touched {
  Origin origin;
};
BOOST_DESCRIBE_STRUCT(Touched, (), (origin))

/// Calls of the newest input that changed something.
struct LatestCalls {
  std::uint64_t sequence = 0;
  std::vector<Origin> calls;
};
BOOST_DESCRIBE_STRUCT(LatestCalls, (), (sequence, calls))

inline constexpr core::Table<Recorder> kRecorders{"config.recorders"};  // account, region
inline constexpr core::Table<Channel> kChannels{"config.channels"};     // account, region
inline constexpr core::Table<ChannelTopic> kTopics{"config.topics"};    // account, region
inline constexpr core::Table<RecordingMark> kRecording{
    "config.recording"};                                           // account: some recorder runs
inline constexpr core::Table<LatestCalls> kCalls{"config.calls"};  // "newest"
// account, region, type and id of the other, type and id of who says it
inline constexpr core::Table<ResourceLink> kLinks{"config.links"};
inline constexpr core::Table<ResourceKey> kArns{"config.arns"};    // account, region, ARN
inline constexpr core::Table<Touched> kTouched{"config.touched"};  // account, region, type, id

}  // namespace tocsin::config
