// SPDX-License-Identifier: Apache-2.0
// What is kept. Log events lie as lines (lines.hpp) in two kinds of rows of their stream: *open*
// rows hold the lines of one small PutLogEvents each; *segments* name a blob. Open rows are
// gathered into a segment when they are many, small segments into a larger one (compact.cpp), so
// that each put writes a bounded number of bounded rows and a read touches few blobs.
#pragma once

#include "core/context.hpp"
#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::logs {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

struct Subscription {
  std::string pattern;
  std::string destination;
  std::string role;
  std::string distribution;
  Time created{};
};
BOOST_DESCRIBE_STRUCT(Subscription, (), (pattern, destination, role, distribution, created))

/// What a metric filter makes of an event.
struct Transformation {
  std::string name, space;
  std::string value;  // a number, or the field that has it
  std::optional<double> by_default;
  std::map<std::string, std::string> dimensions;  // name, field
  std::string unit;
};
BOOST_DESCRIBE_STRUCT(Transformation, (), (name, space, value, by_default, dimensions, unit))

struct MetricFilter {
  std::string pattern;
  std::vector<Transformation> transformations;
  Time created{};
};
BOOST_DESCRIBE_STRUCT(MetricFilter, (), (pattern, transformations, created))

struct Group {
  Scope scope;
  std::string name;
  std::string id;  // of this incarnation: streams are keyed by it, so that a deleted group's rows
                   // can go later
  Time created{};
  std::string log_class = "STANDARD";
  std::int64_t retention_days = 0;  // 0: for ever
  std::string kms_key;              // ARN of the key that new events are put under; may be empty
  std::string data_key;             // then: the id of the data key
  std::map<std::string, std::string> tags;
  std::map<std::string, Subscription> subscriptions;
  std::map<std::string, MetricFilter> metric_filters;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Group, (),
                      (scope, name, id, created, log_class, retention_days, kms_key, data_key, tags,
                       subscriptions, metric_filters, unknown))

/// Apart from the group, whose row is a resource and should change only when its configuration
/// does.
struct Usage {
  std::int64_t bytes = 0;
  std::string sweep_timer;  // when the next events expire; empty: nothing will
};
BOOST_DESCRIBE_STRUCT(Usage, (), (bytes, sweep_timer))

/// A segment that is to be gathered into a larger one, as its key says it.
struct SmallSegment {
  std::string last, ordinal;
};
BOOST_DESCRIBE_STRUCT(SmallSegment, (), (last, ordinal))

struct Stream {
  std::string name;
  std::string id;
  Time created{};
  std::int64_t first = -1, last = -1;  // timestamps of events; -1: none yet
  Time ingested{};
  std::int64_t next = 0;  // ordinal of the next event
  std::int64_t open_rows = 0, open_bytes = 0;
  std::int64_t longest = 0;  // between the first and the last event of one segment
  std::vector<SmallSegment> small;
  bool compacting = false;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Stream, (),
                      (name, id, created, first, last, ingested, next, open_rows, open_bytes,
                       longest, small, compacting, unknown))

/// How lines are encrypted: under a key of their own, kept wrapped under a data key of the group.
struct Encryption {
  std::string data_key;  // id
  std::string key;
};
BOOST_DESCRIBE_STRUCT(Encryption, (), (data_key, key))

/// Events that were put together. `ordinal` is that of the first line, `ingested` holds for all of
/// them, where the lines do not say it themselves.
struct Batch {
  std::int64_t first = 0, last = 0;
  std::int64_t count = 0, bytes = 0;
  std::int64_t ordinal = 0, ingested = 0;
  std::string lines;  // of an open row; in base64 where they are encrypted
  Document blob;      // of a segment
  std::optional<Encryption> encryption;
};
BOOST_DESCRIBE_STRUCT(Batch, (),
                      (first, last, count, bytes, ordinal, ingested, lines, blob, encryption))

/// A data key of a group, which only KMS can open.
struct DataKey {
  std::string id;
  Scope scope;
  std::string group;    // ARN: what the key is for
  std::string kms_key;  // ARN
  std::string blob;     // ciphertext
};
BOOST_DESCRIBE_STRUCT(DataKey, (), (id, scope, group, kms_key, blob))

/// A data key that KMS has opened, for a while.
struct OpenedKey {
  Document secret;  // sealed
  Time until{};
};
BOOST_DESCRIBE_STRUCT(OpenedKey, (), (secret, until))

/// The key of an account's query results.
struct AccountKey {
  std::string kms_key;  // ARN
};
BOOST_DESCRIBE_STRUCT(AccountKey, (), (kms_key))

/// The key of one query's results: a data key of KMS, or one of the house.
struct ResultsKey {
  std::string kms_key, blob;
  Document secret;  // sealed
};
BOOST_DESCRIBE_STRUCT(ResultsKey, (), (kms_key, blob, secret))

struct ResourcePolicy {
  std::string name;
  std::string document;
  Time updated{};
};
BOOST_DESCRIBE_STRUCT(ResourcePolicy, (), (name, document, updated))

/// A query of Logs Insights. Its rows, once it has ended, are a JSON text in a blob.
struct Query {
  std::string id;
  std::string text;
  std::vector<std::string> groups;  // names
  Time created{};
  std::string status;  // as the API names it
  double matched = 0, scanned = 0, bytes = 0;
  Document results;
  std::optional<ResultsKey> key;  // of the results, where they are encrypted
  Object job;                     // what its worker is told
};
BOOST_DESCRIBE_STRUCT(Query, (),
                      (id, text, groups, created, status, matched, scanned, bytes, results, key,
                       job))

struct QueryDefinition {
  std::string id;
  std::string name;
  std::string text;
  std::vector<std::string> groups;
  Time modified{};
};
BOOST_DESCRIBE_STRUCT(QueryDefinition, (), (id, name, text, groups, modified))

/// An export of events to a bucket.
struct ExportTask {
  std::string id;
  std::string name;
  std::string group, group_id, prefix;
  std::int64_t from = 0, to = 0;
  std::string bucket, folder;
  Time created{}, completed{};
  std::string status;  // as the API names it
  std::string message;
};
BOOST_DESCRIBE_STRUCT(ExportTask, (),
                      (id, name, group, group_id, prefix, from, to, bucket, folder, created,
                       completed, status, message))

/// A file that remains to be put.
struct ExportFile {
  std::string key;  // below the task's folder
  Document body;
};
BOOST_DESCRIBE_STRUCT(ExportFile, (), (key, body))

/// The last minute in which a metric filter with a default value saw events.
struct FilterMinute {
  std::int64_t minute = -1;  // its beginning
  bool matched = false;
};
BOOST_DESCRIBE_STRUCT(FilterMinute, (), (minute, matched))

struct Mark {};
BOOST_DESCRIBE_STRUCT(Mark, (), ())

inline constexpr core::Table<Group> kGroups{"logs.groups"};     // account, region, name
inline constexpr core::Table<Usage> kUsage{"logs.usage"};       // group id
inline constexpr core::Table<Stream> kStreams{"logs.streams"};  // group id, name
inline constexpr core::Table<Mark> kByTime{
    "logs.streams_by_time"};                             // group id, hex(last event), name
inline constexpr core::Table<Batch> kOpen{"logs.open"};  // stream id, hex(ordinal)
inline constexpr core::Table<Batch> kSegments{
    "logs.segments"};  // stream id, hex(last), hex(ordinal)
inline constexpr core::Table<DataKey> kDataKeys{"logs.data_keys"};         // group id, id
inline constexpr core::Table<OpenedKey> kOpenedKeys{"logs.opened_keys"};   // group id, id
inline constexpr core::Table<AccountKey> kResultKeys{"logs.result_keys"};  // account, region
inline constexpr core::Table<Query> kQueries{"logs.queries"};              // account, region, id
inline constexpr core::Table<Mark> kQueriesByTime{
    "logs.queries_by_time"};  // account, region, hex(created), id
inline constexpr core::Table<Mark> kRunningQueries{"logs.running_queries"};  // account, region, id
inline constexpr core::Table<QueryDefinition> kDefinitions{
    "logs.query_definitions"};                                               // account, region, id
inline constexpr core::Table<ExportTask> kExports{"logs.exports"};           // account, region, id
inline constexpr core::Table<ExportFile> kExportFiles{"logs.export_files"};  // task id, hex(number)
inline constexpr core::Table<FilterMinute> kFilterMinutes{
    "logs.filter_minutes"};                                               // group id, metric filter
inline constexpr core::Table<ResourcePolicy> kPolicies{"logs.policies"};  // account, region, name

/// Numbers as parts of keys: in their order. Negative ones count as 0.
std::string hex(std::int64_t value);
inline Key key_of(const Group& group) {
  return Key::of(group.scope, group.name);
}

}  // namespace tocsin::logs
