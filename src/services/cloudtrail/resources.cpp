// SPDX-License-Identifier: Apache-2.0
// What a record says about the resources that a call touched.
#include <map>
#include <set>

#include "services/cloudtrail/record.hpp"
#include "services/cloudtrail/state.hpp"

namespace tocsin::cloudtrail {
namespace {

using Found = std::set<std::pair<std::string, std::string>>;

/// EC2 names resources deep inside its lists.
void add_of_ec2(const Document& part, Found& found) {
  static const std::map<std::string_view, std::string_view> types{
      {"FlowLogId", "AWS::EC2::FlowLog"},
      {"GroupId", "AWS::EC2::SecurityGroup"},
      {"InstanceId", "AWS::EC2::Instance"},
      {"NetworkInterfaceId", "AWS::EC2::NetworkInterface"},
      {"SubnetId", "AWS::EC2::Subnet"},
      {"VpcId", "AWS::EC2::VPC"},
      {"groupId", "AWS::EC2::SecurityGroup"},
      {"imageId", "AWS::EC2::Ami"},
      {"instanceId", "AWS::EC2::Instance"},
      {"keyName", "AWS::EC2::KeyPair"},
      {"networkInterfaceId", "AWS::EC2::NetworkInterface"},
      {"snapshotId", "AWS::EC2::Snapshot"},
      {"subnetId", "AWS::EC2::Subnet"},
      {"volumeId", "AWS::EC2::Volume"},
      {"vpcId", "AWS::EC2::VPC"}};
  if (const auto* array = part.if_array()) {
    for (const auto& element : *array)
      add_of_ec2(element, found);
  }
  const auto* object = part.if_object();
  if (!object) return;
  for (const auto& [name, value] : *object) {
    const auto type = types.find(std::string_view(name));
    const auto* tagged = find(value, "content");
    const auto& told = tagged ? *tagged : value;
    if (type != types.end() && told.is_string())
      found.emplace(std::string(type->second), std::string(told.get_string()));
    else
      add_of_ec2(value, found);
  }
}

Object named(std::string_view type, const std::string& arn, const std::string& account) {
  return {{"accountId", account}, {"type", type}, {"ARN", arn}};
}

Array of_s3(const core::CallRecord& call) {
  const auto& params = call.request.params;
  const auto name = string_of(params, "Bucket");
  if (name.empty()) return {};
  const auto arn = "arn:aws:s3:::" + name;
  const auto& owner = call.request.owner.empty() ? call.request.scope.account : call.request.owner;
  const auto bucket = named("AWS::S3::Bucket", arn, owner.str());
  if (!is_data_event(call)) return {bucket};
  Object object{{"type", "AWS::S3::Object"}};
  const auto key = string_of(params, "Key");
  object[key.empty() ? "ARNPrefix" : "ARN"] = arn + "/" + key;
  return {std::move(object), bucket};
}

/// "name", "name:version", "123456789012:function:name", or an ARN.
Array of_lambda(const core::CallRecord& call) {
  auto name = string_of(call.request.params, "FunctionName");
  if (name.empty() || !is_data_event(call)) return {};
  auto scope = call.request.scope;
  if (const auto parsed = Arn::parse(name)) {
    scope = {AccountId(parsed->account), parsed->region};
    name = parsed->resource;
  }
  if (const auto at = name.find("function:"); at != std::string::npos) name.erase(0, at + 9);
  name = name.substr(0, name.find(':'));
  return {named("AWS::Lambda::Function", arn("lambda", scope, "function:" + name),
                scope.account.str())};
}

Array of_sqs(const core::CallRecord& call) {
  const auto url = string_of(call.request.params, "QueueUrl");
  const auto slash = url.rfind('/');
  if (slash == std::string::npos || slash == 0 || !is_data_event(call)) return {};
  const auto before = url.rfind('/', slash - 1);
  if (before == std::string::npos) return {};
  const auto account = url.substr(before + 1, slash - before - 1);
  return {named("AWS::SQS::Queue",
                arn("sqs", {AccountId(account), call.request.scope.region}, url.substr(slash + 1)),
                account)};
}

Array of_arn(std::string_view type, const std::string& text) {
  const auto parsed = Arn::parse(text);
  if (!parsed) return {};
  return {named(type, text, parsed->account)};
}

Array of_kms(const core::CallRecord& call) {
  auto key = string_of(call.request.params, "KeyId");
  if (call.outcome) {
    if (const auto* made = find_path(*call.outcome, "KeyMetadata.Arn"); made && made->is_string())
      key = std::string(made->get_string());
  }
  if (key.empty() || key.starts_with("alias/")) return {};
  return of_arn("AWS::KMS::Key",
                key.starts_with("arn:") ? key : arn("kms", call.request.scope, "key/" + key));
}

}  // namespace

Array record_resources(const core::CallRecord& call) {
  const auto endpoint = endpoint_of(call.request.service);
  const auto& params = call.request.params;
  if (endpoint == "s3") return of_s3(call);
  if (endpoint == "lambda") return of_lambda(call);
  if (endpoint == "sqs") return of_sqs(call);
  if (endpoint == "kms") return of_kms(call);
  if (endpoint == "sts") return of_arn("AWS::IAM::Role", string_of(params, "RoleArn"));
  if (endpoint == "sns" && is_data_event(call))
    return of_arn("AWS::SNS::Topic", string_of(params, "TopicArn"));
  return {};
}

std::pair<std::string, std::string> data_resource(const Object& record) {
  const auto& resources = array_of(record, "resources");
  if (resources.empty()) return {};
  const auto& first = resources[0];
  return {string_of(first, "type"), string_of(first, "ARN", text(first, "ARNPrefix"))};
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
      {"tableName", "AWS::DynamoDB::Table"}};
  std::set<std::pair<std::string, std::string>> found;
  const std::string_view source(record.at("eventSource").as_string());
  if (source == "ec2.amazonaws.com") {
    for (const auto* member : {"requestParameters", "responseElements"})
      add_of_ec2(record.at(member), found);
    return {found.begin(), found.end()};
  }
  for (const auto* member : {"requestParameters", "responseElements"}) {
    const auto* part = record.if_contains(member);
    if (!part || !part->is_object()) continue;
    for (const auto& [name, value] : part->get_object()) {
      const auto type = types.find(std::string_view(name));
      if (type != types.end() && value.is_string())
        found.emplace(std::string(type->second), std::string(value.get_string()));
    }
    const auto name = string_of(*part, "name");
    if (!name.empty() && source == kPrincipal) found.emplace("AWS::CloudTrail::Trail", name);
    if (!name.empty() && source == "events.amazonaws.com") found.emplace("AWS::Events::Rule", name);
  }
  return {found.begin(), found.end()};
}

}  // namespace tocsin::cloudtrail
