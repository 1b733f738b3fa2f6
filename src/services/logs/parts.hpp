// SPDX-License-Identifier: Apache-2.0
// The service's files to each other.
#pragma once

#include "services/logs/lines.hpp"
#include "services/logs/state.hpp"

namespace tocsin::logs {

// --- names.cpp: what parameters name, and the permissions for it
Failure invalid(std::string message);
/// "1 validation error detected: Value '…' at '…' failed to satisfy constraint: …"
Failure constraint(std::string_view value, std::string_view member, std::string_view what);
/// The member as a number in [1, most]; `most` where it is absent.
Result<std::size_t> limit_in(const Call& call, std::string_view member, std::int64_t most);
/// Groups of the class INFREQUENT_ACCESS do not take part in much.
Result<void> check_standard(const Group& group, std::string_view what);
Failure no_such_group();
Failure no_such_stream();
std::string group_arn(const Group& group);  // without :*
/// The name of the group that a name or an ARN names.
Result<std::string> group_name_of(const Call& call, std::string_view identifier);
/// The group that logGroupName or logGroupIdentifier names.
Result<std::string> group_name_in(const Call& call);
Result<Group> group_of(Call& call);
Result<Stream> stream_of(Call& call, const Group& group);
Result<void> check_group_name(std::string_view name);
Result<void> check_stream_name(std::string_view name);
core::Needs needs_group(std::string operation);
core::Needs needs_stream(std::string operation);
core::Needs needs_all_groups(std::string operation);
core::Needs needs_queried();
core::Needs needs_record();
core::Needs needs_tagged(std::string operation);
core::Needs needs_create_group();
core::Needs needs_kms_key(std::string operation);
/// A token that only lists of the same kind understand. Error InvalidParameterException.
std::string page_token(std::string_view position);
Result<std::string> position_in(std::string_view token);

// --- groups.cpp, tags.cpp
Outcome create_log_group(Call& call);
Outcome delete_log_group(Call& call);
Outcome describe_log_groups(Call& call);
Outcome put_retention_policy(Call& call);
Outcome delete_retention_policy(Call& call);
core::ResourceType group_type();
Result<void> add_tags(Group& group, const Object& tags);
Outcome tag_resource(Call& call);
Outcome untag_resource(Call& call);
Outcome list_tags_for_resource(Call& call);
Outcome tag_log_group(Call& call);
Outcome untag_log_group(Call& call);
Outcome list_tags_log_group(Call& call);

// --- streams.cpp
Outcome create_log_stream(Call& call);
Outcome delete_log_stream(Call& call);
Outcome describe_log_streams(Call& call);

// --- put.cpp
Outcome put_log_events(Call& call);
/// Whether the events of this call go to a group under a key.
bool puts_under_key(const store::View& view, const core::Request& request);

// --- encryption.cpp
/// The data key of an id, open.
using OpenKey = std::function<Result<std::string>(const std::string& id)>;
/// Open, wherever and however they lie. Errors: of the blobs, of the keys.
Result<std::string> lines_of(const store::Blobs& blobs, const Batch& batch, const OpenKey& keys);

// --- segments.cpp: rows of events
inline constexpr std::size_t kMostInline = 32 * 1024;  // longer lines go to a blob
/// Adds a row to its stream; does not put the stream. Long lines have gone to a blob.
void add_batch(Context& context, Stream& stream, Batch batch);
/// Runs compact() soon if there is much to gather.
void compact_if_due(Context& context, const Group& group, Stream& stream);
void compact(Context& context, const core::Resumption& end);
/// Erase rows of what was deleted, a bounded number in each input.
void drop_stream(Context& context, const std::string& group_id, const std::string& stream_id);
void drop_group(Context& context, const std::string& group_id);
void dropping_stream(Context& context, const core::Resumption& end);
void dropping_group(Context& context, const core::Resumption& end);

// --- retention.cpp
/// Events before this are expired; the lowest number where none expire.
std::int64_t expired_before(const Group& group, Time now);
/// Sees to it that events whose last is of `last` go when they expire.
void schedule_expiry(Context& context, const Group& group, Usage& usage, std::int64_t last);
void restart_expiry(Context& context, const Group& group);
void expire(Context& context, const core::Resumption& end);

// --- get_events.cpp, filter_events.cpp
Outcome get_log_events(Call& call);
Outcome filter_log_events(Call& call);
Outcome test_metric_filter(Call& call);

// --- queries.cpp, definitions.cpp, records.cpp: Logs Insights
Outcome start_query(Call& call);
Outcome stop_query(Call& call);
Outcome get_query_results(Call& call);
Outcome describe_queries(Call& call);
/// A worker has gone on with a query for a while, or ended it.
void queried(Context& context, const core::Resumption& end);
void forget_query(Context& context, const core::Resumption& end);
Outcome put_query_definition(Call& call);
Outcome describe_query_definitions(Call& call);
Outcome delete_query_definition(Call& call);
/// Which groups, by name, a query reads; their order is the caller's.
Result<std::vector<std::string>> queried_groups(const Call& call);
Outcome get_log_record(Call& call);
Outcome get_log_group_fields(Call& call);
/// What @ptr says, and back.
struct Pointer {
  std::string group, group_id, stream, stream_id;
  std::int64_t timestamp = 0, ordinal = 0;
};
std::string pointer_text(const Pointer& pointer);
Result<Pointer> pointer_in(std::string_view text);

// --- exports.cpp
Outcome create_export_task(Call& call);
Outcome describe_export_tasks(Call& call);
Outcome cancel_export_task(Call& call);
/// A worker has written the files; one of them has been put.
void export_written(Context& context, const core::Resumption& end);
void export_put(Context& context, const core::Resumption& end);

// --- subscriptions.cpp
Outcome put_subscription_filter(Call& call);
Outcome delete_subscription_filter(Call& call);
Outcome describe_subscription_filters(Call& call);
/// Later: hands what matches to the destinations.
void deliver_later(Context& context, const Group& group, const Stream& stream, const Batch& batch);
void deliver(Context& context, const core::Resumption& end);

// --- policies.cpp
/// All resource policies of the account in one text; empty where there are none.
std::string resource_policy(const store::View& view, const Scope& scope);
Outcome put_resource_policy(Call& call);
Outcome delete_resource_policy(Call& call);
Outcome describe_resource_policies(Call& call);

}  // namespace tocsin::logs
