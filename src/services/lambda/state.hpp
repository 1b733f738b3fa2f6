// SPDX-License-Identifier: Apache-2.0
// What Lambda keeps. Rows of versions and layers have their number as eight digits in their key.
#pragma once

#include "core/table.hpp"
#include "store/blobs.hpp"

namespace tocsin::lambda {

/// A layer version as a function uses it: it stays usable when the layer version is deleted.
struct LayerUse {
  std::string arn;
  std::int64_t size = 0;
  store::BlobRef code;
};
BOOST_DESCRIBE_STRUCT(LayerUse, (), (arn, size, code))

/// What a version is made of. That of $LATEST changes, that of a published version does not.
struct Configuration {
  std::string role;
  std::string runtime;
  std::string handler;
  std::string description;
  std::int64_t memory_mb = 128;
  std::int64_t timeout_s = 3;
  std::int64_t storage_mb = 512;
  std::optional<Object> environment;  // values sealed
  store::BlobRef code;                // a zip that has been inspected
  std::string code_sha256;            // base64
  std::int64_t code_size = 0;
  std::vector<LayerUse> layers;
  std::string dead_letter;  // ARN of a queue or topic
  std::string tracing = "PassThrough";
  std::string kms_key;
  std::string log_group;  // empty: /aws/lambda/<name>
  std::string architecture = "x86_64";
  Time modified{};
  std::string revision;  // UUID, new with each change
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Configuration, (),
                      (role, runtime, handler, description, memory_mb, timeout_s, storage_mb,
                       environment, code, code_sha256, code_size, layers, dead_letter, tracing,
                       kms_key, log_group, architecture, modified, revision, unknown))

struct Function {
  Scope scope;
  std::string name;
  Configuration latest;
  std::map<std::string, std::string> tags;
  std::int64_t versions = 0;             // the last number that was given
  std::optional<std::int64_t> reserved;  // concurrent executions
  Object unknown;

  std::string arn() const { return tocsin::arn("lambda", scope, "function:" + name); }
};
BOOST_DESCRIBE_STRUCT(Function, (), (scope, name, latest, tags, versions, reserved, unknown))

struct Version {
  std::int64_t number = 0;
  Configuration configuration;
};
BOOST_DESCRIBE_STRUCT(Version, (), (number, configuration))

struct Alias {
  std::string name;
  std::string description;
  std::string version;
  std::map<std::string, double> weights;  // of additional versions
  std::string revision;
};
BOOST_DESCRIBE_STRUCT(Alias, (), (name, description, version, weights, revision))

/// The resource policy of a function, or of one of its versions and aliases, or of a layer version.
struct Policy {
  std::map<std::string, Document> statements;  // by Sid
  std::string revision;
};
BOOST_DESCRIBE_STRUCT(Policy, (), (statements, revision))

/// How asynchronous events are treated: PutFunctionEventInvokeConfig.
struct EventConfig {
  std::string qualifier;
  std::optional<std::int64_t> retries;
  std::optional<std::int64_t> age_s;
  std::string on_success, on_failure;  // ARNs
  Time modified{};
};
BOOST_DESCRIBE_STRUCT(EventConfig, (),
                      (qualifier, retries, age_s, on_success, on_failure, modified))

struct UrlConfig {
  std::string id;  // of the address
  Scope scope;
  std::string function;
  std::string qualifier;  // an alias, or empty
  std::string auth;       // NONE, AWS_IAM
  std::optional<Object> cors;
  Time created{}, modified{};
};
BOOST_DESCRIBE_STRUCT(UrlConfig, (),
                      (id, scope, function, qualifier, auth, cors, created, modified))

/// An event source mapping of an SQS queue.
struct Mapping {
  std::string uuid;
  Scope scope;
  std::string queue;  // ARN
  std::string function;
  std::string qualifier;
  bool enabled = true;
  std::int64_t batch = 10;
  std::int64_t window_s = 0;
  std::vector<std::string> filters;
  bool partial_failures = false;  // ReportBatchItemFailures
  std::optional<std::int64_t> concurrency;
  std::map<std::string, std::string> tags;
  Time modified{};
  bool polling = false;
  std::int64_t running = 0;  // invocations under way
  std::string problem;       // LastProcessingResult, where the last poll failed
};
BOOST_DESCRIBE_STRUCT(Mapping, (),
                      (uuid, scope, queue, function, qualifier, enabled, batch, window_s, filters,
                       partial_failures, concurrency, tags, modified, polling, running, problem))

/// Messages that wait until their batch is full or its window is over.
struct Gathering {
  Array records;
  std::string timer;
};
BOOST_DESCRIBE_STRUCT(Gathering, (), (records, timer))

struct LayerVersion {
  std::string name;
  std::int64_t number = 0;
  std::string description;
  std::string license;
  std::vector<std::string> runtimes, architectures;
  store::BlobRef code;
  std::string code_sha256;
  std::int64_t code_size = 0;
  Time created{};
};
BOOST_DESCRIBE_STRUCT(LayerVersion, (),
                      (name, number, description, license, runtimes, architectures, code,
                       code_sha256, code_size, created))

/// A layer's name, and the last number that a version of it was given: numbers are not used again.
struct Layer {
  std::string name;
  std::int64_t versions = 0;
};
BOOST_DESCRIBE_STRUCT(Layer, (), (name, versions))

struct Count {
  std::int64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (value))

/// A session of a function's role: the secrets sealed.
struct RoleSession {
  Object credentials;
  Time until{};
};
BOOST_DESCRIBE_STRUCT(RoleSession, (), (credentials, until))

// Keys begin with account and region.
inline constexpr core::Table<Function> kFunctions{"lambda.functions"};  // name
inline constexpr core::Table<Version> kVersions{"lambda.versions"};     // name, number
inline constexpr core::Table<Alias> kAliases{"lambda.aliases"};         // name, alias
inline constexpr core::Table<Policy> kPolicies{"lambda.policies"};      // name, qualifier or ""
inline constexpr core::Table<EventConfig> kEvents{"lambda.events"};     // name, qualifier
inline constexpr core::Table<UrlConfig> kUrls{"lambda.urls"};           // name, alias or ""
inline constexpr core::Table<UrlConfig> kUrlIds{"lambda.url_ids"};      // id (no account, region)
inline constexpr core::Table<Mapping> kMappings{"lambda.mappings"};     // uuid
inline constexpr core::Table<Gathering> kGathered{"lambda.gathered"};   // uuid
inline constexpr core::Table<LayerVersion> kLayers{"lambda.layers"};    // name, number
inline constexpr core::Table<Layer> kLayerNames{"lambda.layer_names"};  // name
inline constexpr core::Table<Policy> kLayerPolicies{"lambda.layer_policies"};  // name, number
inline constexpr core::Table<Count> kRunning{"lambda.running"};    // name; "": all without reserve
inline constexpr core::Table<Count> kReserved{"lambda.reserved"};  // the sum of all reserves
inline constexpr core::Table<RoleSession> kRoleSessions{"lambda.sessions"};  // name, version

}  // namespace tocsin::lambda
