// SPDX-License-Identifier: Apache-2.0
// From what was seen of a resource to its configuration item: the heart of the recording half.
#pragma once

#include "core/registry.hpp"
#include "services/config/difference.hpp"
#include "services/config/state.hpp"

namespace tocsin::config {

using Description = core::ResourceType::Description;

/// What was seen of one resource by one recorder.
struct Sighting {
  const Recorder& recorder;
  Scope scope;  // the recorder's
  std::string_view type;
  const Description* before = nullptr;  // null: the newest item tells
  const Description* after = nullptr;   // null: the resource is gone
  Origin origin;
};

/// Records it: an item where anything is new, none where nothing is.
void record(core::Context& context, const Sighting& sighting);

/// Every change of every resource comes through here, in the input that makes it.
void on_change(core::Context& context, const core::Change& change);

/// Makes `item`, whose content is filled in, the newest of its resource, and tells of it: state id,
/// capture time and status follow from what there was. `previous`: what is compared; none: nothing
/// was recorded. No effect where nothing changed.
struct NewState {
  Item item;
  std::vector<Relationship> stated;
  std::optional<Content> previous;
  std::optional<Resource> resource;  // its row
  std::int64_t look = 0;             // the recorder's, where it has just been seen
};
void put_newest(core::Context& context, NewState state);

/// The resource is gone, or was never there.
void put_deleted(core::Context& context, const Scope& scope, const ResourceKey& resource,
                 const std::optional<Content>& previous, const Origin& origin, bool recorded);

/// Resources that others began or ceased to speak of get new items.
void record_touched(core::Context& context, const core::Resumption& due);

}  // namespace tocsin::config
