// SPDX-License-Identifier: Apache-2.0
// Daily recording: of a day's changes only the last state gets an item, and only where it differs
// from the item before.
// https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
#pragma once

#include "services/config/state.hpp"

namespace tocsin::config {

/// Sets or clears the recorder's timer; the caller writes the recorder.
void arm_daily(core::Context& context, Recorder& recorder);
void disarm_daily(core::Context& context, Recorder& recorder);

/// The day has ended.
void day_ended(core::Context& context, const core::Resumption& due);
/// The next items of those that waited.
void record_held(core::Context& context, const core::Resumption& step);

}  // namespace tocsin::config
