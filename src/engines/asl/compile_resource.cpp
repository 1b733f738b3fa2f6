// SPDX-License-Identifier: Apache-2.0
// What a Task may call, and what it must then give.
// https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
#include <fmt/format.h>

#include "base/arn.hpp"
#include "engines/asl/compile.hpp"

namespace tocsin::asl {
namespace {

using Pattern = Resource::Pattern;

/// An optimised integration. Every one can be called and left.
struct Integration {
  std::string_view service, action;
  bool sync = false, token = false;
  std::string_view required = {};  // parameters
};

constexpr Integration kIntegrations[] = {
    {"apigateway", "invoke", false, true, "ApiEndpoint Method"},
    {"athena", "getQueryExecution", false, false, "QueryExecutionId"},
    {"athena", "getQueryResults", false, false, "QueryExecutionId"},
    {"athena", "startQueryExecution", true, false, "QueryString"},
    {"athena", "stopQueryExecution", false, false, ""},
    {"batch", "submitJob", true, false, "JobDefinition JobName JobQueue"},
    {"bedrock", "createModelCustomizationJob", true, false, ""},
    {"bedrock", "invokeModel", false, true, "ModelId"},
    {"codebuild", "batchDeleteBuilds", false, false, ""},
    {"codebuild", "batchGetReports", false, false, ""},
    {"codebuild", "deleteBuildBatch", false, false, ""},
    {"codebuild", "retryBuildBatch", true, false, ""},
    {"codebuild", "startBuild", true, false, "ProjectName"},
    {"codebuild", "startBuildBatch", true, false, "ProjectName"},
    {"codebuild", "stopBuild", false, false, "Id"},
    {"codebuild", "stopBuildBatch", false, false, "Id"},
    {"databrew", "startJobRun", true, false, "Name"},
    {"dynamodb", "deleteItem", false, false, "TableName Key"},
    {"dynamodb", "getItem", false, false, "TableName Key"},
    {"dynamodb", "putItem", false, false, "TableName Item"},
    {"dynamodb", "updateItem", false, false, "TableName Key"},
    {"ecs", "runTask", true, true, "TaskDefinition"},
    {"eks", "call", false, false, ""},
    {"eks", "createCluster", true, false, ""},
    {"eks", "createFargateProfile", true, false, ""},
    {"eks", "createNodegroup", true, false, ""},
    {"eks", "deleteCluster", true, false, ""},
    {"eks", "deleteFargateProfile", true, false, ""},
    {"eks", "deleteNodegroup", true, false, ""},
    {"eks", "runJob", true, false, ""},
    {"elasticmapreduce", "addStep", true, false, ""},
    {"elasticmapreduce", "cancelStep", false, false, ""},
    {"elasticmapreduce", "createCluster", true, false, ""},
    {"elasticmapreduce", "modifyInstanceFleetByName", false, false, ""},
    {"elasticmapreduce", "modifyInstanceGroupByName", false, false, ""},
    {"elasticmapreduce", "setClusterTerminationProtection", false, false, ""},
    {"elasticmapreduce", "terminateCluster", true, false, ""},
    {"emr-containers", "createVirtualCluster", false, false, ""},
    {"emr-containers", "deleteVirtualCluster", true, false, ""},
    {"emr-containers", "startJobRun", true, false, ""},
    {"emr-serverless", "cancelJobRun", true, false, ""},
    {"emr-serverless", "createApplication", true, false, ""},
    {"emr-serverless", "deleteApplication", true, false, ""},
    {"emr-serverless", "startApplication", true, false, ""},
    {"emr-serverless", "startJobRun", true, false, ""},
    {"emr-serverless", "stopApplication", true, false, ""},
    {"events", "putEvents", false, true, "Entries"},
    {"glue", "startJobRun", true, false, "JobName"},
    {"http", "invoke", false, false, "ApiEndpoint Method"},
    {"lambda", "invoke", false, true, "FunctionName"},
    {"mediaconvert", "createJob", true, false, ""},
    {"sagemaker", "createEndpoint", false, false, ""},
    {"sagemaker", "createEndpointConfig", false, false, ""},
    {"sagemaker", "createHyperParameterTuningJob", true, false, ""},
    {"sagemaker", "createLabelingJob", true, false, ""},
    {"sagemaker", "createModel", false, false, ""},
    {"sagemaker", "createProcessingJob", true, false, ""},
    {"sagemaker", "createTrainingJob", true, false, ""},
    {"sagemaker", "createTransformJob", true, false, ""},
    {"sagemaker", "updateEndpoint", false, false, ""},
    {"sns", "publish", false, true, "Message"},
    {"sqs", "sendMessage", false, true, "QueueUrl MessageBody"},
    {"states", "startExecution", true, true, "StateMachineArn"},
};

std::string_view without_pattern(std::string_view action) {
  return action.substr(0, action.find('.'));
}

const Integration* integration_of(const Resource& resource) {
  const auto action = without_pattern(resource.action);
  const auto* found = std::find_if(
      std::begin(kIntegrations), std::end(kIntegrations), [&](const Integration& each) {
        return each.service == resource.service && each.action == action;
      });
  return found == std::end(kIntegrations) ? nullptr : found;
}

bool recognised(const Resource& resource) {
  const auto rest = resource.action.substr(without_pattern(resource.action).size());
  if (!rest.empty() && resource.pattern == Pattern::RequestResponse) return false;
  if (resource.service.starts_with("aws-sdk:"))
    return resource.pattern != Pattern::Sync &&
           std::islower(static_cast<unsigned char>(resource.action[0]));
  const auto* found = integration_of(resource);
  if (!found) return false;
  if (resource.action.ends_with(".sync:2")) return found->service == "states";
  return resource.pattern == Pattern::RequestResponse ||
         (resource.pattern == Pattern::Sync ? found->sync : found->token);
}

}  // namespace

std::optional<Resource> parse_resource(std::string_view text) {
  const auto parsed = Arn::parse(text);
  if (!parsed) return std::nullopt;
  Resource out;
  out.arn = text;
  if (parsed->service == "lambda" && parsed->resource.starts_with("function:")) {
    out.kind = Resource::Kind::Lambda;
    return out;
  }
  if (parsed->service != "states") return std::nullopt;
  if (parsed->resource.starts_with("activity:")) {
    out.kind = Resource::Kind::Activity;
    return out;
  }
  const auto colon = parsed->resource.find(':', parsed->resource.starts_with("aws-sdk:") ? 8 : 0);
  if (colon == std::string::npos || !parsed->region.empty() || !parsed->account.empty())
    return std::nullopt;
  out.service = parsed->resource.substr(0, colon);
  out.action = parsed->resource.substr(colon + 1);
  if (out.action.ends_with(".waitForTaskToken"))
    out.pattern = Pattern::WaitForTaskToken;
  else if (out.action.ends_with(".sync") || out.action.ends_with(".sync:2"))
    out.pattern = Pattern::Sync;
  if (out.service.empty() || out.action.empty() || out.action[0] == '.') return std::nullopt;
  return out;
}

Resource Builder::resource(Place& place) {
  const auto location = place.at + "/Resource";
  const auto given = text_field(place, "Resource", true);
  if (!given) return {};
  const auto parsed = parse_resource(*given);
  if (!parsed) {
    schema("Value is not a valid resource ARN", location);
    return {};
  }
  if (parsed->kind == Resource::Kind::Service) {
    if (!recognised(*parsed)) {
      schema(fmt::format("The resource provided {} is not recognized. The value is not a valid "
                         "resource ARN, or the resource is not available in this region.",
                         *given),
             location);
    } else {
      arguments_of(place, *parsed);
    }
  }
  if (machine_->type == MachineType::Express) refused_by_express(*parsed, location);
  return *parsed;
}

void Builder::refused_by_express(const Resource& resource, const std::string& location) {
  if (resource.kind == Resource::Kind::Activity)
    schema("Express state machine does not support Activity ARN", location);
  if (resource.pattern == Pattern::Sync)
    schema("Express state machine does not support '.sync' service integration", location);
  if (resource.pattern == Pattern::WaitForTaskToken)
    schema("Express state machine does not support '.waitForTaskToken' service integration ",
           location);
}

void Builder::arguments_of(Place& place, const Resource& resource) {
  const auto* integration = integration_of(resource);
  if (!integration) return;
  const std::string_view field = place.state.jsonata() ? "Arguments" : "Parameters";
  const auto* given = find(place.json, field);
  if (!given) {
    if (!integration->required.empty())
      schema(fmt::format("{} field is required for resource ARN: {}", field, resource.arn),
             place.at);
    return;
  }
  const auto* object = given->if_object();
  if (!object) return;
  auto rest = integration->required;
  while (!rest.empty()) {
    const auto name = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    if (!object->contains(name) && !object->contains(std::string(name) + ".$"))
      schema(fmt::format("The field '{}' is required but was missing", name),
             fmt::format("{}/{}", place.at, field));
  }
}

}  // namespace tocsin::asl
