// SPDX-License-Identifier: Apache-2.0
// content/config-rules as it was when this binary was built, without the examples: what a rule says
// may not change under a log.
#pragma once

#include <span>
#include <string_view>

namespace tocsin::config {

std::span<const std::string_view> managed_rule_files();

}  // namespace tocsin::config
