// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::cloudtrail {

struct Trail {
  std::string name;
  Scope scope;  // account and home region
  std::string bucket, prefix, sns_topic, kms_key;
  bool global_events = true;
  bool multi_region = false;
  bool log_validation = false;
  bool logging = false;
  Time started{}, stopped{};
  Array selectors;  // as PutEventSelectors gave them; empty: all management events
  std::map<std::string, std::string> tags;

  std::string arn() const { return tocsin::arn("cloudtrail", scope, "trail/" + name); }
};
BOOST_DESCRIBE_STRUCT(Trail, (),
                      (name, scope, bucket, prefix, sns_topic, kms_key, global_events, multi_region,
                       log_validation, logging, started, stopped, selectors, tags))

/// What a trail has to deliver and has delivered.
struct Delivery {
  std::int64_t waiting = 0;
  std::string timer;  // empty: none is set
  Time attempted{}, succeeded{}, notified{};
  std::string error, notification_error;
};
BOOST_DESCRIBE_STRUCT(Delivery, (),
                      (waiting, timer, attempted, succeeded, notified, error, notification_error))

/// One record of the history, with what LookupEvents asks for.
struct Entry {
  Object record;
  std::string user_name;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (record, user_name))

struct Pending {
  Object record;
};
BOOST_DESCRIBE_STRUCT(Pending, (), (record))

inline constexpr core::Table<Trail> kTrails{"cloudtrail.trails"};  // account, home region, name
inline constexpr core::Table<Delivery> kDeliveries{"cloudtrail.delivery"};  // trail ARN
inline constexpr core::Table<Pending> kPending{"cloudtrail.pending"};  // trail ARN, time, event id
inline constexpr core::Table<Entry> kHistory{
    "cloudtrail.history"};  // account, region, inverted time, event id

inline constexpr std::string_view kPrincipal = "cloudtrail.amazonaws.com";

}  // namespace tocsin::cloudtrail
