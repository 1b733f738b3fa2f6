// SPDX-License-Identifier: Apache-2.0
// The record of one call.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
#pragma once

#include <utility>

#include "core/ports.hpp"

namespace tocsin::cloudtrail {

// record.cpp
Object make_record(const core::CallRecord& call);
/// Whether the resource's owner, too, gets a record: of what another account's caller was allowed.
bool is_shared(const core::CallRecord& call);
/// The owner's: of who called it says no more than the account and the principal's id.
Object owners_record(Object record, const AccountId& owner, std::string event_id);
/// User, role session or service: LookupEvents' Username.
std::string user_name_of(const core::Principal& principal);

// event_names.cpp
/// Whether AWS has a record of it at all: of what browsers ask ahead (CORS), and of code that is
/// fetched from an address that Lambda gave out, it has none.
bool is_recorded(const core::CallRecord& call);
/// "sns": the first label of the event source.
std::string endpoint_of(std::string_view service);
/// Where the record lies: global services report to us-east-1.
Scope scope_of(const core::CallRecord& call);
/// Whether the event source is a global service's.
bool is_global(std::string_view event_source);
bool is_data_event(const core::CallRecord& call);
bool is_read_only(const core::CallRecord& call);
/// CloudTrail's name of the operation, which for S3 and Lambda is often not the API's.
std::string event_name(std::string_view endpoint, const std::string& operation);

// resources.cpp
/// The record's member `resources`.
Array record_resources(const core::CallRecord& call);
/// Type and ARN (or ARN prefix) of what a data event touched; empty where there is none.
std::pair<std::string, std::string> data_resource(const Object& record);
/// Types and names of the resources that a record speaks of, for LookupEvents.
std::vector<std::pair<std::string, std::string>> resources_of(const Object& record);

}  // namespace tocsin::cloudtrail
