// SPDX-License-Identifier: Apache-2.0
// Amazon SQS, standard queues.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::sqs {

void register_sqs(core::Registry& registry);

}  // namespace tocsin::sqs
