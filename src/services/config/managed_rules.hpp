// SPDX-License-Identifier: Apache-2.0
// A managed rule with what judges it.
#pragma once

#include "engines/guard/guard.hpp"
#include "services/config/managed.hpp"

namespace tocsin::config {

struct Judged {
  ManagedRule rule;
  guard::Rules guard;
};

/// One file of content/config-rules: a JSON object, a line "--- rule", rules in Guard; what follows
/// a line "--- examples" is left out. The error says what is wrong with the file.
Result<Judged> read_managed_rule(std::string_view file);

}  // namespace tocsin::config
