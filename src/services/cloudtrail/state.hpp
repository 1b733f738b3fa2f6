// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::cloudtrail {

struct Trail {
  std::string name;
  Scope scope;  // account and home region
  std::string bucket, prefix, sns_topic, kms_key;
  std::string logs_group, logs_role;  // ARNs: CloudWatch Logs
  bool global_events = true;
  bool multi_region = false;
  bool log_validation = false;
  bool logging = false;
  Time started{}, stopped{};
  Array selectors;  // as PutEventSelectors gave them; both empty: all management events
  Array advanced_selectors;
  Array insight_selectors;
  std::map<std::string, std::string> tags;

  std::string arn() const { return tocsin::arn("cloudtrail", scope, "trail/" + name); }
};
BOOST_DESCRIBE_STRUCT(Trail, (),
                      (name, scope, bucket, prefix, sns_topic, kms_key, logs_group, logs_role,
                       global_events, multi_region, log_validation, logging, started, stopped,
                       selectors, advanced_selectors, insight_selectors, tags))

/// What a trail has to deliver and has delivered.
struct Delivery {
  std::int64_t waiting = 0;
  std::string timer;  // empty: none is set
  Time attempted{}, succeeded{}, notification_attempted{}, notified{};
  std::string error, notification_error;
  std::set<std::string> streams;  // of CloudWatch Logs, that are known to exist
  Time logs_delivered{}, digest_delivered{};
  std::string logs_error, digest_error;
  std::string digest_timer;  // empty: no digest is due
  Time digest_from{};        // where the next digest's hour begins
};
BOOST_DESCRIBE_STRUCT(Delivery, (),
                      (waiting, timer, attempted, succeeded, notification_attempted, notified,
                       error, notification_error, streams, logs_delivered, digest_delivered,
                       logs_error, digest_error, digest_timer, digest_from))

/// A file on its way to S3: a log file or, where it is signed, a digest.
struct Upload {
  std::string trail, region, bucket, key, kms_key;
  Document body;          // store::BlobRef
  std::string hash;       // SHA-256 of what is compressed in it, in hexadecimal
  std::string signature;  // digests only
  Time oldest{}, newest{};
  Time since{};
  int tries = 0;
};
BOOST_DESCRIBE_STRUCT(Upload, (),
                      (trail, region, bucket, key, kms_key, body, hash, signature, oldest, newest,
                       since, tries))

/// A log file that lies in its bucket and waits for the digest that will vouch for it.
struct DeliveredFile {
  std::string bucket, key, hash;
  Time oldest{}, newest{};
};
BOOST_DESCRIBE_STRUCT(DeliveredFile, (), (bucket, key, hash, oldest, newest))

/// Where the next digest of a trail and region joins the chain.
struct Chain {
  Time start{};                              // the last digest's end
  std::string bucket, key, hash, signature;  // the last digest; empty: the next one begins a chain
};
BOOST_DESCRIBE_STRUCT(Chain, (), (start, bucket, key, hash, signature))

/// A key pair that signs digests of one account and region.
struct SigningKey {
  std::string fingerprint;
  std::string public_key;  // PKCS#1 DER in base64
  Document private_key;    // PKCS#8 DER in base64, sealed
  Time from{}, until{};
};
BOOST_DESCRIBE_STRUCT(SigningKey, (), (fingerprint, public_key, private_key, from, until))

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
inline constexpr core::Table<DeliveredFile> kFiles{
    "cloudtrail.files"};  // trail ARN, region, time of delivery, key
inline constexpr core::Table<Chain> kChains{"cloudtrail.chains"};          // trail ARN, region
inline constexpr core::Table<SigningKey> kSigningKeys{"cloudtrail.keys"};  // account, region, from
inline constexpr core::Table<Entry> kHistory{
    "cloudtrail.history"};  // account, region, inverted time, event id

inline constexpr std::string_view kPrincipal = "cloudtrail.amazonaws.com";

inline core::Key key_of(const Trail& trail) {
  return core::Key::of(trail.scope, trail.name);
}

}  // namespace tocsin::cloudtrail
