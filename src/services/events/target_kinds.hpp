// SPDX-License-Identifier: Apache-2.0
// The kinds of targets that rules may have, and how each is called.
#pragma once

#include "services/events/parts.hpp"

namespace tocsin::events {

enum class Needs { Nothing, Role };

struct TargetKind {
  std::string_view service, resource;  // of the ARN; the resource begins so
  std::string_view operation;
  Needs needs = Needs::Nothing;
  /// The call's parameters. Error: what the dead letter tells (INVALID_JSON …).
  Result<Object> (*params)(const Arn& arn, const Document& target, const std::string& input);
};

/// None: no such target is ever called.
const TargetKind* kind_of(const Arn& arn);
/// An input that is the target's own, or made by the rule: SSM passes nothing of an event on.
bool has_input(const Document& target);
std::string queue_url(const Arn& queue);

}  // namespace tocsin::events
