// SPDX-License-Identifier: Apache-2.0
// The MD5 digests that clients check.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
#pragma once

#include <string>

#include "base/document.hpp"

namespace tocsin::sqs {

std::string digest_of_body(std::string_view body);
/// Of MessageAttributes, or MessageSystemAttributes, as the model has them (BinaryValue in base64).
std::string digest_of_attributes(const Object& attributes);

}  // namespace tocsin::sqs
