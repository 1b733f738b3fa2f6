// SPDX-License-Identifier: Apache-2.0
// Queue attributes: defaults, ranges and refusals.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
#pragma once

#include <optional>
#include <string>

#include "core/context.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

std::string arn_of(const Queue& queue);
/// The attribute's value, its default where it was not given.
std::string attribute(const Queue& queue, std::string_view name);
std::int64_t number_attribute(const Queue& queue, std::string_view name);

struct Redrive {
  std::string target_arn;
  int max_receives = 0;
};
std::optional<Redrive> redrive_of(const Queue& queue);

/// Errors: InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue; UnsupportedOperation
/// for those of FIFO queues.
Result<void> check_attributes(core::Call& call, const Object& attributes);
/// Sets what was given; an empty Policy or RedrivePolicy removes it.
void set_attributes(Queue& queue, const Object& attributes);

}  // namespace tocsin::sqs
