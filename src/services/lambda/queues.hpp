// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/arn.hpp"

namespace tocsin::lambda {

inline std::string queue_url(const Arn& queue) {
  return "https://sqs." + queue.region + ".amazonaws.com/" + queue.account + "/" + queue.resource;
}

}  // namespace tocsin::lambda
