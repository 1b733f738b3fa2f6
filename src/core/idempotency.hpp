// SPDX-License-Identifier: Apache-2.0
// Client tokens: a call that is sent again gets the first answer, and nothing is made twice.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
#pragma once

#include <chrono>
#include <optional>

#include "core/registry.hpp"

namespace tocsin::core {

/// How long a token is remembered.
inline constexpr auto kTokenAge = std::chrono::hours(24);

/// What the earlier call with this call's token answered; none where this is the first, or it has
/// no token, or the earlier one failed. Error IdempotentParameterMismatch where the earlier one had
/// other parameters. A token belongs to an account, a region and an operation.
std::optional<Outcome> earlier_reply(const Call& call, const Operation& operation);

/// For a call that has succeeded. No effect where it has no token.
void remember_reply(Call& call, const Operation& operation, const Document& reply);

void register_idempotency(Registry& registry);

}  // namespace tocsin::core
