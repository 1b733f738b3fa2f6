// SPDX-License-Identifier: Apache-2.0
// Lines of server access logs. https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
#pragma once

#include "core/context.hpp"
#include "core/ports.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

/// One line, and of DeleteObjects one more for each object.
std::vector<std::string> access_lines(const core::Context& context, const Bucket& bucket,
                                      const core::CallRecord& record);
std::string lifecycle_line(core::Context& context, const Bucket& bucket,
                           const ObjectVersion& object, std::string_view operation);

}  // namespace tocsin::s3
