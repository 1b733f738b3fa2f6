// SPDX-License-Identifier: Apache-2.0
// How many invocations run at once. Functions with a reserve count for themselves, all others of an
// account and region together.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
#pragma once

#include "services/lambda/names.hpp"

namespace tocsin::lambda {

/// Takes a place; returns the pool that it is of, for `release`. Error TooManyRequestsException.
Result<std::string> acquire(core::Context& context, const Function& function);
void release(core::Context& context, const Scope& scope, const std::string& pool);
void set_reserve(core::Context& context, const Function& function,
                 const std::optional<std::int64_t>& reserve);

}  // namespace tocsin::lambda
