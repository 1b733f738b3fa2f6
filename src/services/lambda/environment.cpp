// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/environment.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tocsin::lambda {
namespace {

constexpr std::size_t kMostBytes = 4096;

constexpr std::array<std::string_view, 18> kReservedKeys{"_HANDLER",
                                                         "_X_AMZN_TRACE_ID",
                                                         "AWS_ACCESS_KEY",
                                                         "AWS_ACCESS_KEY_ID",
                                                         "AWS_DEFAULT_REGION",
                                                         "AWS_EXECUTION_ENV",
                                                         "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                         "AWS_LAMBDA_FUNCTION_NAME",
                                                         "AWS_LAMBDA_FUNCTION_VERSION",
                                                         "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                         "AWS_LAMBDA_LOG_GROUP_NAME",
                                                         "AWS_LAMBDA_LOG_STREAM_NAME",
                                                         "AWS_LAMBDA_RUNTIME_API",
                                                         "AWS_REGION",
                                                         "AWS_SECRET_ACCESS_KEY",
                                                         "AWS_SESSION_TOKEN",
                                                         "LAMBDA_RUNTIME_DIR",
                                                         "LAMBDA_TASK_ROOT"};

constexpr std::string_view kTrouble =
    "Lambda was unable to configure your environment variables because the environment variables "
    "you have provided ";

bool is_key(std::string_view key) {
  if (key.size() < 2) return false;
  const bool letter = (key[0] >= 'a' && key[0] <= 'z') || (key[0] >= 'A' && key[0] <= 'Z');
  return letter && is_word(key) && key.find('-') == key.npos;
}

Result<void> check_keys(const Object& variables) {
  std::vector<std::string_view> reserved;
  for (const auto& entry : variables) {
    const std::string_view key(entry.key());
    if (std::ranges::find(kReservedKeys, key) != kReservedKeys.end())
      reserved.push_back(key);
    else if (!is_key(key))
      return violation(key, "environment.variables",
                       "Map keys must satisfy constraint: [Member must satisfy regular expression "
                       "pattern: [a-zA-Z]([a-zA-Z0-9_])+]");
  }
  if (reserved.empty()) return {};
  return invalid(fmt::format(
      "{}contains reserved keys that are currently not supported for modification. Reserved keys "
      "used in this request: {}",
      kTrouble, fmt::join(reserved, ", ")));
}

}  // namespace

Result<Object> read_environment(core::Call& call) {
  const auto& given = object_of(object_of(call.params(), "Environment"), "Variables");
  TRY(check_keys(given));
  Object plain, sealed;
  for (const auto& entry : given) {
    const auto value = call.open(entry.value());
    if (!value) return invalid("Environment variables must be strings.");
    plain[entry.key()] = *value;
    sealed[entry.key()] = call.seal(*value);
  }
  const auto measured = to_json(plain);
  if (measured.size() > kMostBytes) {
    return invalid(
        fmt::format("{}exceeded the 4KB limit. String measured: {}", kTrouble, measured));
  }
  return sealed;
}

}  // namespace tocsin::lambda
