// SPDX-License-Identifier: Apache-2.0
// How many messages of a queue are in flight: received, and neither deleted nor visible again. The
// number is kept, and taken anew from the index only once one of them may have become visible.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
#pragma once

#include "core/context.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

inline constexpr std::int64_t kMostInFlight = 120'000;

/// How many more may go out now.
std::int64_t room_in_flight(core::Context& context, const Queue& queue);
/// One more is out until `visible`.
void went_out(core::Context& context, const std::string& store, Time visible);
/// The message, which may have been in flight, is not any more.
void came_back(core::Context& context, const std::string& store, const Message& message);

}  // namespace tocsin::sqs
