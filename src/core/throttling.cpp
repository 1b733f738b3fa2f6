// SPDX-License-Identifier: Apache-2.0
#include "core/throttling.hpp"

#include <array>

namespace tocsin::core {
namespace {

struct Words {
  std::string_view service, code;
  int status;
  std::string_view message;
};

constexpr std::string_view kRate = "Rate exceeded";

constexpr std::array kWords{
    Words{"autoscaling", "Throttling", 400, kRate},
    Words{"cloudformation", "Throttling", 400, kRate},
    Words{"ec2", "RequestLimitExceeded", 503, "Request limit exceeded."},
    Words{"iam", "Throttling", 400, kRate},
    Words{"lambda", "TooManyRequestsException", 429, "Rate Exceeded."},
    Words{"monitoring", "Throttling", 400, kRate},
    Words{"s3", "SlowDown", 503, "Please reduce your request rate."},
    Words{"s3control", "SlowDown", 503, "Please reduce your request rate."},
    Words{"sns", "Throttled", 429, kRate},
    Words{"sqs", "RequestThrottled", 403, "Request is throttled."},
    Words{"sts", "Throttling", 400, kRate},
};

Error said(const Words& words) {
  return {std::string(words.code), std::string(words.message), words.status,
          words.status >= 500 ? Fault::Server : Fault::Client};
}

}  // namespace

Error throttled(std::string_view service) {
  for (const auto& words : kWords) {
    if (words.service == service) return said(words);
  }
  return said({service, "ThrottlingException", 400, kRate});
}

bool is_throttling(const Error& error) {
  return error.status == 429 || error.code.find("Throttl") != std::string::npos ||
         error.code == "TooManyRequestsException";
}

}  // namespace tocsin::core
