// SPDX-License-Identifier: Apache-2.0
// What others are told of an asynchronous event that came to its end.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
#pragma once

#include "services/lambda/invocation.hpp"

namespace tocsin::lambda {

struct FunctionResult {
  std::string version;
  std::string payload;  // JSON text
  std::string error;    // FunctionError; empty: none
};

/// Sends the record to the destination of the outcome, and a failed event to the dead letter queue.
/// `condition`: Success, RetriesExhausted, EventAgeExceeded or ZeroReservedConcurrency.
void tell_destinations(core::Context& context, const EventConfig& config, const Run& run,
                       std::string_view condition, const std::optional<FunctionResult>& result);

}  // namespace tocsin::lambda
