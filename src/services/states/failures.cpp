// SPDX-License-Identifier: Apache-2.0
// What a task fails with when its call fails. SDK integrations name errors as the AWS SDK for Java
// 2 does, the optimised ones as version 1 does.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
#include <fmt/format.h>

#include "services/states/integrations.hpp"

namespace tocsin::states {
namespace {

/// The names of version 1: of errors, of the client in the cause, of its general exception.
struct Optimised {
  std::string_view id, errors, client, general;
};
constexpr Optimised kOptimised[]{
    {"lambda", "Lambda", "AWSLambda", "AWSLambdaException"},
    {"sqs", "SQS", "AmazonSQS", "AmazonSQSException"},
    {"sns", "SNS", "AmazonSNS", "AmazonSNSException"},
    {"states", "StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"},
    {"events", "EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"},
    {"dynamodb", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"},
};

/// As the SDKs name an error shape's class; empty where the model has none.
std::string exception_of(const Integration& integration, std::string_view code) {
  const model::ErrorShape* shape = nullptr;
  for (const auto* each : integration.operation->errors)
    if (each->name == code || each->code == code) shape = each;
  if (!shape) shape = integration.service->error(code);
  if (!shape) return {};
  std::string name(shape->name);
  for (const std::string_view suffix : {"Exception", "Fault", "Error"}) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      name.resize(name.size() - suffix.size());
      break;
    }
  }
  return name + "Exception";
}

NamedFailure of_sdk(core::Context& context, const Integration& integration, const Error& error) {
  const auto client = sdk_client_name(*integration.service);
  auto exception = exception_of(integration, error.code);
  if (exception.empty()) exception = client + "Exception";
  auto cause = fmt::format("{} (Service: {}, Status Code: {}, Request ID: {}", error.message,
                           client, error.status, context.new_uuid());
  if (integration.service->id == "s3") cause += ", Extended Request ID: " + context.new_uuid();
  return {client + "." + exception, cause + ")"};
}

}  // namespace

NamedFailure named_failure(core::Context& context, const Integration& integration,
                           const Error& error) {
  if (error.code.starts_with("States.")) return {error.code, error.message};
  if (error.message.find("is not authorized to perform: sts:AssumeRole") != std::string::npos &&
      error.message.starts_with(kPrincipal)) {
    return {"States.TaskFailed",
            "Neither the global service principal states.amazonaws.com, nor the regional one is "
            "authorized to assume the provided role."};
  }
  if (integration.sdk) return of_sdk(context, integration, error);
  Optimised names{"", "", "", ""};
  for (const auto& each : kOptimised)
    if (each.id == integration.service->id) names = each;
  if (names.id.empty()) return of_sdk(context, integration, error);
  auto exception = exception_of(integration, error.code);
  if (exception.empty()) exception = names.general;
  return {fmt::format("{}.{}", names.errors, exception),
          fmt::format("{} (Service: {}; Status Code: {}; Error Code: {}; Request ID: {}; Proxy: "
                      "null)",
                      error.message, names.client, error.status, error.code, context.new_uuid())};
}

}  // namespace tocsin::states
