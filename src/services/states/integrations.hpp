// SPDX-License-Identifier: Apache-2.0
// From a task's resource and parameters to a call of an API, and back from the reply to what the
// state sees: names and kinds as Step Functions has them.
// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
#pragma once

#include "engines/asl/asl.hpp"
#include "engines/model/model.hpp"
#include "services/states/names.hpp"

namespace tocsin::states {

/// What a resource of kind Lambda or Service calls.
struct Integration {
  const model::Service* service = nullptr;
  const model::Operation* operation = nullptr;
  bool sdk = false;  // aws-sdk:…; else an optimised one
};
/// Error: States.TaskFailed, which says what is not served.
Result<Integration> integration_of(const asl::Resource& resource);

/// Parameters with the API's member names and kinds. Error States.Runtime: a field that the API
/// does not have; else what the API's own validation says.
Result<Object> api_params(const Integration& integration, const Document& parameters);

/// A reply as the state sees it.
Document state_output(core::Context& context, const Integration& integration,
                      const Document& reply);

/// "Sqs.QueueDoesNotExistException", "Lambda.ResourceNotFoundException", and AWS's cause.
struct NamedFailure {
  std::string error, cause;
};
NamedFailure named_failure(core::Context& context, const Integration& integration,
                           const Error& error);

/// A member's name as the AWS SDK for Java has it: "DbInstanceIdentifier" of
/// "DBInstanceIdentifier".
std::string java_name(std::string_view member);
/// The name of the service in error names: "Sfn", "DynamoDb", "CloudWatchLogs".
std::string sdk_client_name(const model::Service& service);

}  // namespace tocsin::states
