// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/record.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "services/cloudtrail/state.hpp"

namespace tocsin::cloudtrail {
namespace {

using Names = std::set<std::string_view>;
constexpr std::string_view kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
constexpr std::size_t kLongest = 100 * 1024;

// Members that hold maps: their keys are the caller's own and stay as they are.
const Names kMaps{
    "Tags", "tags", "Attributes", "MessageAttributes", "Metadata", "EncryptionContext", "Labels"};
const Names kSecret{"Password",     "NewPassword", "OldPassword",   "SecretString",
                    "SecretBinary", "Plaintext",   "Message",       "MessageBody",
                    "ZipFile",      "Variables",   "CiphertextBlob"};
const Names kLeftOut{"Body", "Payload", "SecretAccessKey"};

const std::map<std::string_view, std::string_view> kEndpoints{
    {"cloudwatch", "monitoring"},
    {"cloudwatchlogs", "logs"},
    {"eventbridge", "events"},
    {"configservice", "config"},
    {"sfn", "states"},
    {"stepfunctions", "states"},
    {"resourcegroupstaggingapi", "tagging"}};

const std::map<std::string_view, Names> kDataEvents{
    {"s3",
     {"GetObject", "PutObject", "DeleteObject", "DeleteObjects", "HeadObject", "CopyObject",
      "ListObjects", "ListObjectsV2", "UploadPart", "CreateMultipartUpload",
      "CompleteMultipartUpload"}},
    {"lambda", {"Invoke", "InvokeAsync"}},
    {"sns", {"Publish", "PublishBatch"}},
    {"sqs",
     {"SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
      "ChangeMessageVisibility"}},
    {"events", {"PutEvents"}},
    {"logs", {"PutLogEvents", "GetLogEvents", "FilterLogEvents"}},
    {"monitoring", {"PutMetricData", "GetMetricData", "GetMetricStatistics"}},
    {"dynamodb", {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"}}};

// Lambda's older operations carry their API's date.
const std::map<std::string_view, std::string_view> kLambdaNames{
    {"CreateFunction", "CreateFunction20150331"},
    {"DeleteFunction", "DeleteFunction20150331"},
    {"GetFunction", "GetFunction20150331v2"},
    {"ListFunctions", "ListFunctions20150331"},
    {"UpdateFunctionCode", "UpdateFunctionCode20150331v2"},
    {"AddPermission", "AddPermission20150331v2"},
    {"UpdateFunctionConfiguration", "UpdateFunctionConfiguration20150331v2"},
    {"RemovePermission", "RemovePermission20150331v2"}};

std::string lower_first(std::string_view name) {
  std::string lowered(name);
  if (!lowered.empty() && lowered[0] >= 'A' && lowered[0] <= 'Z') lowered[0] += 'a' - 'A';
  return lowered;
}

Document written(const Document& value, bool keys_stay) {
  if (const auto* array = value.if_array()) {
    Array out;
    for (const auto& element : *array)
      out.push_back(written(element, false));
    return out;
  }
  const auto* object = value.if_object();
  if (!object) return value;
  if (object->contains("$sealed")) return Document(boost::json::string(kHidden));
  Object out;
  for (const auto& member : *object) {
    const std::string_view key(member.key());
    if (!keys_stay && kLeftOut.contains(key)) continue;
    const auto name = keys_stay ? std::string(key) : lower_first(key);
    if (!keys_stay && kSecret.contains(key))
      out[name] = kHidden;
    else
      out[name] = written(member.value(), kMaps.contains(key) && member.value().is_object());
  }
  return out;
}

Document members(const Document& document, std::string_view endpoint, std::string_view what) {
  auto out = written(document, false);
  auto* object = out.if_object();
  if (!object || object->empty()) return nullptr;
  if (endpoint == "s3" && object->contains("bucket")) {
    (*object)["bucketName"] = Document((*object)["bucket"]);
    object->erase("bucket");
  }
  const auto size = to_json(out).size();
  if (size <= kLongest) return out;
  return Object{
      {"omitted", true}, {"originalSize", size}, {"reason", std::string(what) + " too large"}};
}

void put_nonempty(Object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

Object session_context(const core::Principal& who) {
  Object issuer{{"type", "Role"}};
  if (who.kind == core::Principal::Kind::FederatedUser) issuer["type"] = "IAMUser";
  put_nonempty(issuer, "principalId", who.issuer_id);
  put_nonempty(issuer, "arn", who.issuer_arn);
  issuer["accountId"] = who.account.str();
  put_nonempty(issuer, "userName", who.issuer_name);
  Object context{{"sessionIssuer", std::move(issuer)},
                 {"attributes", Object{{"creationDate", iso8601(who.issued)},
                                       {"mfaAuthenticated", who.mfa ? "true" : "false"}}}};
  put_nonempty(context, "sourceIdentity", who.source_identity);
  return context;
}

std::string_view type_name(core::Principal::Kind kind) {
  using enum core::Principal::Kind;
  switch (kind) {
    case Root:
      return "Root";
    case User:
      return "IAMUser";
    case AssumedRole:
      return "AssumedRole";
    case FederatedUser:
      return "FederatedUser";
    case Service:
      return "AWSService";
    case Anonymous:
      return "AWSAccount";
  }
  return "Unknown";
}

Object user_identity(const core::Principal& who, const core::Request& request) {
  using enum core::Principal::Kind;
  Object out{{"type", type_name(who.kind)}};
  if (who.kind == Service) {
    out["invokedBy"] = who.service;
    return out;
  }
  if (who.kind == Anonymous) {
    out["principalId"] = "";
    out["accountId"] = "ANONYMOUS_PRINCIPAL";
    return out;
  }
  put_nonempty(out, "principalId", who.id);
  put_nonempty(out, "arn", who.arn);
  out["accountId"] = who.account.str();
  put_nonempty(out, "accessKeyId", who.access_key_id);
  if (who.kind == User) put_nonempty(out, "userName", who.name);
  if (who.kind == AssumedRole || who.kind == FederatedUser)
    out["sessionContext"] = session_context(who);
  if (request.source_ip.ends_with(".amazonaws.com")) out["invokedBy"] = request.source_ip;
  return out;
}

std::string event_name(std::string_view endpoint, const std::string& operation) {
  if (endpoint != "lambda") return operation;
  const auto found = kLambdaNames.find(operation);
  return found == kLambdaNames.end() ? operation : std::string(found->second);
}

}  // namespace

std::string endpoint_of(std::string_view service) {
  const auto found = kEndpoints.find(service);
  return std::string(found == kEndpoints.end() ? service : found->second);
}

Scope scope_of(const core::CallRecord& call) {
  auto scope = call.request.scope;
  static const Names global{"iam", "organizations", "route53", "cloudfront"};
  if (global.contains(call.request.service)) scope.region = "us-east-1";
  return scope;
}

bool is_data_event(const core::CallRecord& call) {
  const auto found = kDataEvents.find(endpoint_of(call.request.service));
  return found != kDataEvents.end() && found->second.contains(call.request.operation);
}

bool is_read_only(const core::CallRecord& call) {
  if (call.read) return true;
  static constexpr std::array<std::string_view, 10> prefixes{
      "Get",        "List",    "Describe", "Lookup",          "Head",
      "AssumeRole", "Decrypt", "Encrypt",  "GenerateDataKey", "Search"};
  return std::ranges::any_of(
      prefixes, [&](auto prefix) { return call.request.operation.starts_with(prefix); });
}

Object make_record(const core::CallRecord& call) {
  const auto& request = call.request;
  const auto endpoint = endpoint_of(request.service);
  const bool data = is_data_event(call), read = is_read_only(call);
  Object out{{"eventVersion", "1.11"},
             {"userIdentity", user_identity(call.principal, request)},
             {"eventTime", iso8601(call.time)},
             {"eventSource", endpoint + ".amazonaws.com"},
             {"eventName", event_name(endpoint, request.operation)},
             {"awsRegion", scope_of(call).region},
             {"sourceIPAddress", request.source_ip},
             {"userAgent", request.user_agent}};
  if (!call.outcome) {
    out["errorCode"] = call.outcome.error().code;
    out["errorMessage"] = call.outcome.error().message;
  }
  out["requestParameters"] = members(request.params, endpoint, "requestParameters");
  const bool replied = call.outcome && (!read || request.operation.starts_with("AssumeRole"));
  out["responseElements"] =
      replied ? members(*call.outcome, endpoint, "responseElements") : Document(nullptr);
  out["requestID"] = request.id;
  out["eventID"] = call.event_id;
  out["readOnly"] = read;
  if (auto resources =
          data && endpoint == "s3" ? text(request.params, "Bucket") : std::string_view();
      !resources.empty()) {
    const auto bucket = "arn:aws:s3:::" + std::string(resources);
    out["resources"] = Array{Object{{"type", "AWS::S3::Object"},
                                    {"ARN", bucket + "/" + string_of(request.params, "Key")}},
                             Object{{"accountId", request.scope.account.str()},
                                    {"type", "AWS::S3::Bucket"},
                                    {"ARN", bucket}}};
  }
  out["eventType"] = "AwsApiCall";
  out["managementEvent"] = !data;
  out["recipientAccountId"] = request.scope.account.str();
  out["eventCategory"] = data ? "Data" : "Management";
  if (request.secure && !request.host.empty())
    out["tlsDetails"] = Object{{"clientProvidedHostHeader", request.host}};
  return out;
}

std::vector<std::pair<std::string, std::string>> resources_of(const Object& record) {
  static const std::map<std::string_view, std::string_view> types{
      {"topicArn", "AWS::SNS::Topic"},
      {"functionName", "AWS::Lambda::Function"},
      {"bucketName", "AWS::S3::Bucket"},
      {"roleName", "AWS::IAM::Role"},
      {"roleArn", "AWS::IAM::Role"},
      {"userName", "AWS::IAM::User"},
      {"accessKeyId", "AWS::IAM::AccessKey"},
      {"policyArn", "AWS::IAM::Policy"},
      {"groupName", "AWS::IAM::Group"},
      {"queueUrl", "AWS::SQS::Queue"},
      {"keyId", "AWS::KMS::Key"},
      {"trailARN", "AWS::CloudTrail::Trail"},
      {"logGroupName", "AWS::Logs::LogGroup"},
      {"instanceId", "AWS::EC2::Instance"},
      {"groupId", "AWS::EC2::SecurityGroup"},
      {"tableName", "AWS::DynamoDB::Table"}};
  std::set<std::pair<std::string, std::string>> found;
  for (const auto* member : {"requestParameters", "responseElements"}) {
    const auto* part = record.if_contains(member);
    if (!part || !part->is_object()) continue;
    for (const auto& [name, value] : part->get_object()) {
      const auto type = types.find(std::string_view(name));
      if (type != types.end() && value.is_string()) {
        found.emplace(std::string(type->second), std::string(value.get_string()));
      }
    }
    const auto& source = record.at("eventSource").get_string();
    if (source == kPrincipal && !text(*part, "name").empty()) {
      found.emplace("AWS::CloudTrail::Trail", string_of(*part, "name"));
    }
    if (source == "events.amazonaws.com" && !text(*part, "name").empty()) {
      found.emplace("AWS::Events::Rule", string_of(*part, "name"));
    }
  }
  return {found.begin(), found.end()};
}

std::string user_name_of(const core::Principal& principal) {
  if (principal.kind == core::Principal::Kind::Root) return "root";
  if (principal.kind == core::Principal::Kind::Service) return principal.service;
  return principal.name;
}

}  // namespace tocsin::cloudtrail
