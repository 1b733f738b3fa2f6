// SPDX-License-Identifier: Apache-2.0
// Configuration recorders: what is recorded of a region, as whom, how often. One a region, as in
// AWS.
#pragma once

#include "core/registry.hpp"
#include "services/config/state.hpp"

namespace tocsin::config {

std::optional<Recorder> recorder_of(const store::View& view, const Scope& scope);

/// IAM's types, which lie in no region.
bool is_global(std::string_view type);
/// A type that is not AWS's own: recorded by PutResourceConfig.
bool is_third_party(std::string_view type);
/// Whether the recorder's group has the type.
bool records(const Recorder& recorder, std::string_view type);
bool is_daily(const Recorder& recorder, std::string_view type);

/// Takes over a ConfigurationRecorder's recordingGroup and recordingMode. `declared`: types that
/// this house knows, beside AWS's. Errors InvalidRecordingGroupException, ValidationException.
Result<void> apply_group(Recorder& recorder, const Document& given,
                         const std::vector<core::ResourceType>& declared);
Object group_of(const Recorder& recorder);
Object mode_of(const Recorder& recorder);

core::Outcome put_configuration_recorder(core::Call& call,
                                         const std::vector<core::ResourceType>& declared);
core::Outcome describe_configuration_recorders(core::Call& call);
core::Outcome describe_configuration_recorder_status(core::Call& call);
core::Outcome delete_configuration_recorder(core::Call& call);
core::Outcome start_configuration_recorder(core::Call& call);
core::Outcome stop_configuration_recorder(core::Call& call);

}  // namespace tocsin::config
