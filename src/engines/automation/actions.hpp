// SPDX-License-Identifier: Apache-2.0
// The actions of runbooks and the inputs that they take.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
#pragma once

#include <span>
#include <string_view>

namespace tocsin::automation {

struct Action {
  std::string_view name;
  std::span<const std::string_view> required;
  std::span<const std::string_view> optional;
  bool open = false;  // takes the inputs of an API, too
};

/// Null where Automation has no such action.
const Action* action_named(std::string_view name);

}  // namespace tocsin::automation
