// SPDX-License-Identifier: Apache-2.0
// Which records a trail chooses: basic event selectors.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

Failure invalid(std::string message) {
  return fail("InvalidEventSelectorsException", std::move(message));
}

bool kind_fits(const Document& selector, bool read) {
  const auto kind = text(selector, "ReadWriteType", "All");
  return kind == "All" || (kind == "ReadOnly") == read;
}

bool excluded(const Document& selector, std::string_view source) {
  for (const auto& name : array_of(selector, "ExcludeManagementEventSources")) {
    if (name.is_string() && std::string_view(name.get_string()) == source) return true;
  }
  return false;
}

std::string data_resource(const Object& record) {
  const Document* params = record.if_contains("requestParameters");
  if (!params) return {};
  if (const auto bucket = string_of(*params, "bucketName"); !bucket.empty()) {
    return "arn:aws:s3:::" + bucket + "/" + string_of(*params, "key");
  }
  const auto name = string_of(*params, "functionName");
  if (name.empty() || name.starts_with("arn:")) return name;
  const Scope scope{AccountId(std::string(record.at("recipientAccountId").as_string())),
                    std::string(record.at("awsRegion").as_string())};
  return arn("lambda", scope, "function:" + name);
}

bool resource_fits(const Document& selector, const Object& record) {
  const auto resource = data_resource(record);
  if (resource.empty()) return false;
  for (const auto& wanted : array_of(selector, "DataResources")) {
    for (const auto& value : array_of(wanted, "Values")) {
      if (value.is_string() && resource.starts_with(std::string_view(value.get_string())))
        return true;
    }
  }
  return false;
}

}  // namespace

Array default_selectors() {
  return {Object{{"ReadWriteType", "All"},
                 {"IncludeManagementEvents", true},
                 {"DataResources", Array{}},
                 {"ExcludeManagementEventSources", Array{}}}};
}

Result<void> check_selectors(const Array& selectors) {
  if (selectors.empty() || selectors.size() > 5)
    return invalid("A trail has between 1 and 5 event selectors.");
  for (const auto& selector : selectors) {
    const auto kind = text(selector, "ReadWriteType", "All");
    if (kind != "All" && kind != "ReadOnly" && kind != "WriteOnly") {
      return invalid("ReadWriteType must be one of ReadOnly, WriteOnly, All.");
    }
    for (const auto& resource : array_of(selector, "DataResources")) {
      const auto type = text(resource, "Type");
      if (type != "AWS::S3::Object" && type != "AWS::Lambda::Function") {
        return invalid("The data resource type " + std::string(type) + " is not supported.");
      }
    }
  }
  return {};
}

bool selects(const Trail& trail, const Object& record) {
  const bool read = record.at("readOnly").as_bool();
  const bool management = record.at("managementEvent").as_bool();
  if (trail.selectors.empty()) return management;
  const std::string_view source(record.at("eventSource").as_string());
  for (const auto& selector : trail.selectors) {
    if (!kind_fits(selector, read)) continue;
    if (management && flag(selector, "IncludeManagementEvents", true) &&
        !excluded(selector, source))
      return true;
    if (!management && resource_fits(selector, record)) return true;
  }
  return false;
}

}  // namespace tocsin::cloudtrail
