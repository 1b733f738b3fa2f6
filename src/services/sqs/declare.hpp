// SPDX-License-Identifier: Apache-2.0
// A queue by its CloudFormation properties.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::sqs {

core::Outcome declare_queue(core::Call& call, const Object& properties);
core::Outcome redeclare_queue(core::Call& call, const std::string& url, const Object& properties);
core::Outcome undeclare_queue(core::Call& call, const std::string& url);

}  // namespace tocsin::sqs
