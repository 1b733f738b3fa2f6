// SPDX-License-Identifier: Apache-2.0
// Which records a trail chooses: basic event selectors.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
#include <fmt/format.h>

#include "services/cloudtrail/parts.hpp"
#include "services/cloudtrail/record.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr std::size_t kMostSelectors = 5;
constexpr std::size_t kMostResources = 250;

Failure invalid(std::string message) {
  return fail("InvalidEventSelectorsException", std::move(message));
}

/// "arn:aws:s3" stands for all objects; otherwise a bucket, a slash, and perhaps a prefix.
bool good_object(std::string_view value) {
  constexpr std::string_view head = "arn:aws:s3:::";
  if (value == "arn:aws:s3" || value == head) return true;
  if (!value.starts_with(head)) return false;
  const auto slash = value.find('/');
  return slash != std::string_view::npos && slash > head.size() && !value.contains('*');
}

bool good_arn(std::string_view value, std::string_view service, std::string_view resource) {
  if (value == fmt::format("arn:aws:{}", service)) return true;
  const auto arn = Arn::parse(value);
  return arn && arn->service == service && arn->resource.starts_with(resource) &&
         arn->resource.size() > resource.size() && !value.contains('*');
}

bool good_value(std::string_view type, std::string_view value) {
  if (type == "AWS::S3::Object") return good_object(value);
  if (type == "AWS::Lambda::Function") return good_arn(value, "lambda", "function:");
  return good_arn(value, "dynamodb", "table/");
}

Result<void> check_resource(const Document& resource) {
  const auto type = text(resource, "Type");
  if (type != "AWS::S3::Object" && type != "AWS::Lambda::Function" &&
      type != "AWS::DynamoDB::Table") {
    return invalid(fmt::format("Value {} for DataResources.Type is invalid.", type));
  }
  for (const auto& value : array_of(resource, "Values")) {
    const std::string_view given(value.get_string());
    if (!good_value(type, given))
      return invalid(fmt::format("Value {} for DataResources.Values is invalid.", given));
  }
  return {};
}

Result<void> check_excluded(const Document& selector) {
  const auto& sources = array_of(selector, "ExcludeManagementEventSources");
  bool good = sources.empty() || flag(selector, "IncludeManagementEvents", true);
  for (const auto& source : sources) {
    const std::string_view name(source.get_string());
    good &= name == "kms.amazonaws.com" || name == "rdsdata.amazonaws.com";
  }
  if (good) return {};
  return invalid("Event selector ExcludeManagementEventSources is not valid");
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

/// A bucket's value is a prefix, a function's its whole name.
bool value_fits(std::string_view type, std::string_view value, std::string_view resource) {
  if (type == "AWS::S3::Object") return resource.starts_with(value);
  return resource == value || value == "arn:aws:lambda" || value == "arn:aws:dynamodb";
}

bool resource_fits(const Document& selector, const Object& record) {
  const auto resource = data_resource(record);
  for (const auto& wanted : array_of(selector, "DataResources")) {
    const auto type = text(wanted, "Type");
    if (type != resource.first) continue;
    for (const auto& value : array_of(wanted, "Values")) {
      if (value.is_string() &&
          value_fits(type, std::string_view(value.get_string()), resource.second))
        return true;
    }
  }
  return false;
}

bool basic_selects(const Array& selectors, const Object& record) {
  const bool read = record.at("readOnly").as_bool();
  const bool management = record.at("managementEvent").as_bool();
  const std::string_view source(record.at("eventSource").as_string());
  for (const auto& selector : selectors) {
    if (!kind_fits(selector, read)) continue;
    if (management && flag(selector, "IncludeManagementEvents", true) &&
        !excluded(selector, source))
      return true;
    if (!management && resource_fits(selector, record)) return true;
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
  if (selectors.empty() || selectors.size() > kMostSelectors)
    return invalid("Specify a valid number of selectors (1 to 5) for your trail.");
  std::size_t values = 0;
  for (const auto& selector : selectors) {
    const auto kind = text(selector, "ReadWriteType", "All");
    if (kind != "All" && kind != "ReadOnly" && kind != "WriteOnly")
      return invalid(fmt::format("Value {} for ReadWriteType is invalid.", kind));
    TRY(check_excluded(selector));
    for (const auto& resource : array_of(selector, "DataResources")) {
      TRY(check_resource(resource));
      values += array_of(resource, "Values").size();
    }
  }
  if (values > kMostResources) {
    return invalid(
        "Specify a valid number of DataResources.Values (0 to 250) for all your selectors");
  }
  return {};
}

bool selects(const Trail& trail, const Object& record) {
  if (!trail.advanced_selectors.empty()) return advanced_selects(trail.advanced_selectors, record);
  if (!trail.selectors.empty()) return basic_selects(trail.selectors, record);
  return record.at("managementEvent").as_bool();
}

}  // namespace tocsin::cloudtrail
