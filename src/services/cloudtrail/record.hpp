// SPDX-License-Identifier: Apache-2.0
// The record of one call.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
#pragma once

#include <utility>

#include "core/ports.hpp"

namespace tocsin::cloudtrail {

/// "sns": the first label of the event source.
std::string endpoint_of(std::string_view service);
/// Where the record lies: global services report to us-east-1.
Scope scope_of(const core::CallRecord& call);
bool is_data_event(const core::CallRecord& call);
bool is_read_only(const core::CallRecord& call);
Object make_record(const core::CallRecord& call);
/// Types and names of the resources that a record speaks of.
std::vector<std::pair<std::string, std::string>> resources_of(const Object& record);
/// User, role session or service: LookupEvents' Username.
std::string user_name_of(const core::Principal& principal);

}  // namespace tocsin::cloudtrail
