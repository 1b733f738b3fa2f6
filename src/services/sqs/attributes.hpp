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
/// As AWS's own hosts have it, wherever a client reaches this one.
std::string public_url(const Queue& queue);
/// The attribute's value, its default where it was not given.
std::string attribute(const Queue& queue, std::string_view name);
std::int64_t number_attribute(const Queue& queue, std::string_view name);

struct Redrive {
  std::string target_arn;
  int max_receives = 0;
};
std::optional<Redrive> redrive_of(const Queue& queue);
/// Whether `target` lets the queue `source` name it as its dead-letter queue.
bool allows_redrive(const Queue& target, const std::string& source_arn);

enum class Change { Create, Set };
/// Errors: InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue.
Result<void> check_attributes(core::Call& call, const Queue& queue, const Object& attributes,
                              Change change);
/// Sets what was given; an empty Policy or RedrivePolicy removes it.
void set_attributes(Queue& queue, const Object& attributes);

/// Of a queue's policy. Error OverLimit.
Result<void> check_statements(std::size_t count);

/// "Value {} for parameter {} is invalid. Reason: {}"
Failure invalid_value(std::string_view value, std::string_view name, std::string_view reason);

}  // namespace tocsin::sqs
