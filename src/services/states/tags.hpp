// SPDX-License-Identifier: Apache-2.0
// Tags of state machines and activities.
#pragma once

#include "services/states/names.hpp"

namespace tocsin::states {

core::Outcome tag_resource(core::Call& call);
core::Outcome untag_resource(core::Call& call);
core::Outcome list_tags_for_resource(core::Call& call);

}  // namespace tocsin::states
