// SPDX-License-Identifier: Apache-2.0
// Versions: revisions of a machine that stay as they are, under numbers.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
#pragma once

#include "services/states/machines.hpp"

namespace tocsin::states {

core::Outcome publish_state_machine_version(core::Call& call);
core::Outcome delete_state_machine_version(core::Call& call);
core::Outcome list_state_machine_versions(core::Call& call);

/// The number of a version's ARN ("…:Name:7"); none of any other.
std::optional<std::int64_t> version_number(const StatesArn& arn);

bool routes_to(const Alias& alias, std::int64_t version);

/// The version of the machine's present revision; where there is none it is made. The caller
/// writes the machine's row. Error ServiceQuotaExceededException.
Result<Version> published(core::Context& context, Machine& machine, std::string description);

}  // namespace tocsin::states
