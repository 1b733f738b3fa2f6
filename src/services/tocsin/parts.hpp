// SPDX-License-Identifier: Apache-2.0
// The handlers, file by file.
#pragma once

#include "core/registry.hpp"

namespace tocsin::own {

// ingest.cpp
core::Outcome ingest_cloudtrail_records(core::Call& call);
/// "tocsin:IngestCloudTrailRecords" on the event bus.
std::vector<core::Access> needs_event_bus(core::Call& call);
/// The rest of a call's records, in inputs of their own.
void ingest_rest(core::Context& context, const core::Resumption& step);

}  // namespace tocsin::own
