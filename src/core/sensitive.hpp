// SPDX-License-Identifier: Apache-2.0
// Sensitive members never lie in the log or the state as plain text: they are sealed before they
// enter, and handlers read them with Context::open.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/request.hpp"

namespace tocsin::core {

/// Makes a sealed document of a text: Secrets::seal before append, Context::seal in the machine.
using Seal = std::function<Document(std::string_view plaintext)>;

/// Seals, text by text, what the operation's model marks as sensitive in `params`; keys of maps
/// stay. Values that are sealed already, and names of blobs, stay as they are.
void seal_sensitive(std::string_view service, std::string_view operation, Document& params,
                    const Seal& seal);

/// Seals those members of a job's result that its JobSpec names as secret.
void seal_members(Result<Document>& outcome, const std::vector<std::string>& members,
                  const Seal& seal);

}  // namespace tocsin::core
