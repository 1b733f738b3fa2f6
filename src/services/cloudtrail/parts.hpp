// SPDX-License-Identifier: Apache-2.0
// The handlers, file by file.
#pragma once

#include "services/cloudtrail/state.hpp"

namespace tocsin::cloudtrail {

// names.cpp
/// Error InvalidTrailNameException.
Result<void> check_name(std::string_view name);
/// The parameter Name or TrailName.
std::string given_name(const Document& params);
/// The ARN that a name or ARN stands for.
std::string arn_of(const core::Call& call, const std::string& name);
Failure unknown_trail(const core::Call& call, const std::string& name);
/// Errors InvalidTrailNameException, CloudTrailARNInvalidException, TrailNotFoundException.
Result<Trail> find_trail(core::Call& call, const std::string& name);
/// The trail that the call names, where it is made in the trail's home region.
Result<Trail> trail_at_home(core::Call& call);
std::optional<Trail> trail_of(const store::View& view, const std::string& trail_arn);
/// "cloudtrail:<operation>" on the trail that the parameters name.
std::vector<core::Access> needs_trail(core::Call& call);
/// The same on the ResourceId, or on each of the ResourceIdList.
std::vector<core::Access> needs_resources(core::Call& call);

// trails.cpp
core::Outcome create_trail(core::Call& call);
core::Outcome update_trail(core::Call& call);
core::Outcome delete_trail(core::Call& call);
core::Outcome describe_trails(core::Call& call);
core::Outcome get_trail(core::Call& call);
core::Outcome list_trails(core::Call& call);
core::Outcome start_logging(core::Call& call);
core::Outcome stop_logging(core::Call& call);
core::ResourceType trail_type();

// status.cpp
core::Outcome get_trail_status(core::Call& call);

// settings.cpp
/// Writes the parameters of CreateTrail or UpdateTrail into the trail, after AWS's checks of form.
Result<void> apply_settings(core::Call& call, Trail& trail);
/// Tries the trail's destinations, as AWS does before it accepts a trail.
Result<void> check_destinations(core::Call& call, const Trail& trail);

// tags.cpp
core::Outcome add_tags(core::Call& call);
core::Outcome remove_tags(core::Call& call);
core::Outcome list_tags(core::Call& call);
/// Adds a TagsList. Errors InvalidTagParameterException, TagsLimitExceededException.
Result<void> put_tags(Trail& trail, const Array& tags);

// event_selectors.cpp
core::Outcome put_event_selectors(core::Call& call);
core::Outcome get_event_selectors(core::Call& call);
core::Outcome put_insight_selectors(core::Call& call);
core::Outcome get_insight_selectors(core::Call& call);

// selectors.cpp
/// Error InvalidEventSelectorsException.
Result<void> check_selectors(const Array& selectors);
/// What a trail has where nothing was put.
Array default_selectors();
/// Whether the trail's selectors, of either kind, choose the record.
bool selects(const Trail& trail, const Object& record);

// advanced_selectors.cpp
/// Error InvalidEventSelectorsException.
Result<void> check_advanced_selectors(const Array& selectors);
bool advanced_selects(const Array& selectors, const Object& record);

// lookup.cpp
core::Outcome lookup_events(core::Call& call);
/// Puts a record at the head of the history and drops what is older than 90 days.
void remember(core::Context& context, const Scope& scope, Time time, Entry entry);

// delivery.cpp
/// Gathers the record for every logging trail that chooses it. Returns whether any did.
bool gather(core::Context& context, const Object& record, Time time);
void deliver(core::Context& context, const core::Resumption& due);
/// Delivers what a trail that is being deleted still has, with a last digest, and forgets the rest.
void finish_deliveries(core::Context& context, const Trail& trail);
Delivery delivery_of(const store::View& view, const std::string& trail_arn);

// uploads.cpp
core::CallSpec as_cloudtrail(const std::string& trail_arn, std::string service,
                             std::string operation, Document params);
/// Starts the put of a file into its bucket; it is tried again until it succeeds, for 30 days.
void send(core::Context& context, Upload upload);
void sent(core::Context& context, const core::Resumption& end);
void send_again(core::Context& context, const core::Resumption& due);
void notified(core::Context& context, const core::Resumption& end);

// cloudwatch_logs.cpp
std::string log_stream(const Trail& trail, const std::string& region);
core::CallSpec as_logs_role(const Trail& trail, std::string operation, Object params);
/// Starts the delivery of one region's records to the trail's log group.
void send_to_logs(core::Context& context, const Trail& trail, Delivery& delivery,
                  const std::string& region, const Array& records);
void logged(core::Context& context, const core::Resumption& end);

// digests.cpp
/// Sets the timer of the next digest, where the trail wants digests and has none.
void start_digests(core::Context& context, const Trail& trail);
/// On the hour.
void digest(core::Context& context, const core::Resumption& due);
/// A log file has come into its bucket: the next digest lists it.
void vouch_for(core::Context& context, const Upload& file);
/// Writes the digests of all regions up to `end`, which also list `more`.
void write_digests(core::Context& context, const Trail& trail, Time end,
                   const std::vector<Upload>& more = {});
void end_chains(core::Context& context, const std::string& trail_arn);

// signing_keys.cpp
/// The key pair that signs at `time`; made where there is none.
SigningKey signing_key(core::Context& context, const Scope& scope, Time time);
void make_signing_key(core::Context& context, const core::Resumption& due);
/// RSASSA-PKCS1-v1_5 with SHA-256, in hexadecimal.
std::string sign(const core::Context& context, const SigningKey& key, std::string_view text);
core::Outcome list_public_keys(core::Call& call);

}  // namespace tocsin::cloudtrail
