// SPDX-License-Identifier: Apache-2.0
// Relationships in both directions: what a resource says of others, and what others say of it.
#pragma once

#include "services/config/recording.hpp"

namespace tocsin::config {

/// What the description says, with the ids by which the others are recorded.
std::vector<Relationship> stated_by(const store::View& view, const Scope& scope,
                                    const Description& description);

/// What others say of it, as seen from here: "Is contained in Vpc" turned round is "Contains
/// Subnet".
std::vector<Relationship> said_of(const store::View& view, const Scope& scope,
                                  const ResourceKey& resource);

/// Both, sorted, each once.
std::vector<Relationship> together(std::vector<Relationship> stated,
                                   const std::vector<Relationship>& incoming);

/// Notes what `resource` says now instead of `before`; the others get items of their own.
void relate(core::Context& context, const Scope& scope, const ResourceKey& resource,
            const std::string& name, const std::vector<Relationship>& before,
            const std::vector<Relationship>& now, const Origin& origin);

/// "Is attached to Instance" of a volume, as the instance has it: "Is attached to Volume".
std::string turned_round(std::string_view name, std::string_view type);

}  // namespace tocsin::config
