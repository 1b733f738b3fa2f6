// SPDX-License-Identifier: Apache-2.0
// How CloudTrail names and classes calls.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "services/cloudtrail/record.hpp"

namespace tocsin::cloudtrail {
namespace {

using Names = std::set<std::string_view>;
using Renamed = std::map<std::string_view, std::string_view>;

const Renamed kEndpoints{{"cloudwatch", "monitoring"},
                         {"cloudwatchlogs", "logs"},
                         {"eventbridge", "events"},
                         {"configservice", "config"},
                         {"sfn", "states"},
                         {"stepfunctions", "states"},
                         {"resourcegroupstaggingapi", "tagging"}};

const Names kGlobal{"iam", "organizations", "route53", "cloudfront"};

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
const std::map<std::string_view, Names> kDataEvents{
    {"s3",
     {"AbortMultipartUpload",
      "CompleteMultipartUpload",
      "CopyObject",
      "CreateMultipartUpload",
      "DeleteObject",
      "DeleteObjectTagging",
      "DeleteObjects",
      "GetObject",
      "GetObjectAcl",
      "GetObjectAttributes",
      "GetObjectLegalHold",
      "GetObjectRetention",
      "GetObjectTagging",
      "GetObjectTorrent",
      "HeadBucket",
      "HeadObject",
      "ListMultipartUploads",
      "ListObjectVersions",
      "ListObjects",
      "ListObjectsV2",
      "ListParts",
      "PutObject",
      "PutObjectAcl",
      "PutObjectLegalHold",
      "PutObjectRetention",
      "PutObjectTagging",
      "RestoreObject",
      "SelectObjectContent",
      "UploadPart",
      "UploadPartCopy"}},
    {"lambda", {"Invoke", "InvokeAsync", "InvokeFunctionUrl"}},
    {"sns", {"Publish", "PublishBatch"}},
    {"sqs",
     {"ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "DeleteMessage",
      "DeleteMessageBatch", "ReceiveMessage", "SendMessage", "SendMessageBatch"}},
    {"events", {"PutEvents"}},
    {"logs", {"PutLogEvents", "GetLogEvents", "FilterLogEvents"}},
    {"monitoring", {"PutMetricData", "GetMetricData", "GetMetricStatistics"}},
    {"dynamodb",
     {"BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement",
      "ExecuteTransaction", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems",
      "TransactWriteItems", "UpdateItem"}}};

// Lambda's older operations carry their API's date.
const Renamed kLambdaNames{
    {"AddLayerVersionPermission", "AddLayerVersionPermission20181031"},
    {"AddPermission", "AddPermission20150331v2"},
    {"CreateAlias", "CreateAlias20150331"},
    {"CreateEventSourceMapping", "CreateEventSourceMapping20150331"},
    {"CreateFunction", "CreateFunction20150331"},
    {"DeleteAlias", "DeleteAlias20150331"},
    {"DeleteEventSourceMapping", "DeleteEventSourceMapping20150331"},
    {"DeleteFunction", "DeleteFunction20150331"},
    {"DeleteFunctionConcurrency", "DeleteFunctionConcurrency20171031"},
    {"DeleteLayerVersion", "DeleteLayerVersion20181031"},
    {"GetAccountSettings", "GetAccountSettings20160819"},
    {"GetAlias", "GetAlias20150331"},
    {"GetEventSourceMapping", "GetEventSourceMapping20150331"},
    {"GetFunction", "GetFunction20150331v2"},
    {"GetFunctionConfiguration", "GetFunctionConfiguration20150331v2"},
    {"GetLayerVersion", "GetLayerVersion20181031"},
    {"GetLayerVersionPolicy", "GetLayerVersionPolicy20181031"},
    {"GetPolicy", "GetPolicy20150331v2"},
    {"ListAliases", "ListAliases20150331"},
    {"ListEventSourceMappings", "ListEventSourceMappings20150331"},
    {"ListFunctions", "ListFunctions20150331"},
    {"ListLayerVersions", "ListLayerVersions20181031"},
    {"ListLayers", "ListLayers20181031"},
    {"ListTags", "ListTags20170331"},
    {"ListVersionsByFunction", "ListVersionsByFunction20150331"},
    {"PublishLayerVersion", "PublishLayerVersion20181031"},
    {"PublishVersion", "PublishVersion20150331"},
    {"PutFunctionConcurrency", "PutFunctionConcurrency20171031"},
    {"RemoveLayerVersionPermission", "RemoveLayerVersionPermission20181031"},
    {"RemovePermission", "RemovePermission20150331v2"},
    {"TagResource", "TagResource20170331v2"},
    {"UntagResource", "UntagResource20170331v2"},
    {"UpdateAlias", "UpdateAlias20150331"},
    {"UpdateEventSourceMapping", "UpdateEventSourceMapping20150331"},
    {"UpdateFunctionCode", "UpdateFunctionCode20150331v2"},
    {"UpdateFunctionConfiguration", "UpdateFunctionConfiguration20150331v2"}};

const Renamed kS3Names{{"DeletePublicAccessBlock", "DeleteBucketPublicAccessBlock"},
                       {"GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"},
                       {"GetBucketLifecycleConfiguration", "GetBucketLifecycle"},
                       {"GetBucketNotificationConfiguration", "GetBucketNotification"},
                       {"GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"},
                       {"GetPublicAccessBlock", "GetBucketPublicAccessBlock"},
                       {"ListObjectsV2", "ListObjects"},
                       {"PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"},
                       {"PutBucketLifecycleConfiguration", "PutBucketLifecycle"},
                       {"PutBucketNotificationConfiguration", "PutBucketNotification"},
                       {"PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"},
                       {"PutPublicAccessBlock", "PutBucketPublicAccessBlock"}};

constexpr std::array<std::string_view, 8> kReadingPrefixes{
    "Get", "List", "Describe", "Lookup", "Head", "AssumeRole", "Search", "Decode"};
// What computes with a key changes nothing.
const Names kReadingKms{"Decrypt",
                        "Encrypt",
                        "GenerateDataKey",
                        "GenerateDataKeyPair",
                        "GenerateDataKeyPairWithoutPlaintext",
                        "GenerateDataKeyWithoutPlaintext",
                        "GenerateMac",
                        "GenerateRandom",
                        "ReEncrypt",
                        "Sign",
                        "Verify",
                        "VerifyMac"};

std::string renamed(const Renamed& names, const std::string& operation) {
  const auto found = names.find(operation);
  return found == names.end() ? operation : std::string(found->second);
}

}  // namespace

bool is_recorded(const core::CallRecord& call) {
  const auto &service = call.request.service, &operation = call.request.operation;
  if (service == "lambda" && operation == "InvokeFunctionUrl")
    return find(call.request.params, "FunctionName") != nullptr;
  if (service == "lambda") return operation != "GetCode";
  return service != "s3" || !operation.starts_with("Preflight");
}

std::string endpoint_of(std::string_view service) {
  return renamed(kEndpoints, std::string(service));
}

Scope scope_of(const core::CallRecord& call) {
  auto scope = call.request.scope;
  if (kGlobal.contains(call.request.service)) scope.region = "us-east-1";
  return scope;
}

bool is_global(std::string_view event_source) {
  return kGlobal.contains(event_source.substr(0, event_source.find('.')));
}

bool is_data_event(const core::CallRecord& call) {
  const auto found = kDataEvents.find(endpoint_of(call.request.service));
  return found != kDataEvents.end() && found->second.contains(call.request.operation);
}

bool is_read_only(const core::CallRecord& call) {
  if (call.read) return true;
  const auto& operation = call.request.operation;
  if (call.request.service == "kms" && kReadingKms.contains(operation)) return true;
  return std::ranges::any_of(kReadingPrefixes,
                             [&](auto prefix) { return operation.starts_with(prefix); });
}

std::string event_name(std::string_view endpoint, const std::string& operation) {
  if (endpoint == "lambda") return renamed(kLambdaNames, operation);
  if (endpoint == "s3") return renamed(kS3Names, operation);
  return operation;
}

}  // namespace tocsin::cloudtrail
