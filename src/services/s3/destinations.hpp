// SPDX-License-Identifier: Apache-2.0
// Where notifications go, and how a message is handed over there.
#pragma once

#include <array>

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

struct DestinationKind {
  std::string_view list;  // member of NotificationConfiguration
  std::string_view arn;   // member of its entries
  std::string_view service;
};
inline constexpr std::array<DestinationKind, 3> kDestinations{
    {{"TopicConfigurations", "TopicArn", "sns"},
     {"QueueConfigurations", "QueueArn", "sqs"},
     {"LambdaFunctionConfigurations", "LambdaFunctionArn", "lambda"}}};

/// The call that hands `message` to `arn` as s3.amazonaws.com.
core::CallSpec delivery(const Bucket& bucket, const DestinationKind& kind, std::string_view arn,
                        std::string message);
/// Starts the delivery: tried again until it succeeds or a day has passed.
void send(core::Context& context, const Bucket& bucket, const DestinationKind& kind,
          std::string_view arn, std::string message);

}  // namespace tocsin::s3
