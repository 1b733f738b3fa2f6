// SPDX-License-Identifier: Apache-2.0
// When keys, users and roles were last used, and with what. A row is written again only after some
// minutes, so that a call does not cost a write.
#pragma once

#include "services/iam/state.hpp"

namespace tocsin::iam {

/// Registered with Registry::on_call.
void note_use(core::Context& context, const core::CallRecord& call);

struct LastUse {
  Time time{};
  std::string region = "N/A";
  std::string service = "N/A";
};
/// Of a key of the entity; none where it was never used.
std::optional<LastUse> last_use(const store::View& view, const std::string& entity_id,
                                const std::string& key_id);
/// Of the entity, by service.
std::map<std::string, LastUse> uses_of(const store::View& view, const std::string& entity_id);
void forget_uses(core::Context& context, const std::string& entity_id, const std::string& key_id);
void forget_uses(core::Context& context, const std::string& entity_id);

/// RoleLastUsed.
Object role_last_used(const store::View& view, const Identity& role);

}  // namespace tocsin::iam
