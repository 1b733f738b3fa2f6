// SPDX-License-Identifier: Apache-2.0
// What this room's tests share: a cloud whose other services are played, and what they were given.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing.hpp"
#include "services/cloudtrail/cloudtrail.hpp"

namespace tocsin::cloudtrail {

class CloudTrailTest : public testing::Test {
 protected:
  CloudTrailTest() : cloud([this](core::Registry& registry) { register_services(registry); }) {}

  using Params = std::vector<Document>;

  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("cloudtrail", operation, std::move(params));
  }
  Result<Document> call_in(std::string_view region, std::string_view operation, Object params) {
    auto request = cloud.request("cloudtrail", operation, std::move(params));
    request.scope.region = region;
    return cloud.call(std::move(request));
  }
  static std::string error(const Result<Document>& result) {
    return result ? "no error" : result.error().code + ": " + result.error().message;
  }
  std::string refused(std::string_view operation, Object params) {
    return error(call(operation, std::move(params)));
  }

  void make_trail(Object more = {}) {
    Object params{{"Name", "main"}, {"S3BucketName", "logs-bucket"}, {"IsMultiRegionTrail", true}};
    for (const auto& member : more)
      params[member.key()] = member.value();
    const auto made = call("CreateTrail", std::move(params));
    ASSERT_TRUE(made) << error(made);
    ASSERT_TRUE(call("StartLogging", {{"Name", "main"}}));
  }
  void make_user(std::string_view name) {
    ASSERT_TRUE(cloud.call("iam", "CreateUser", Object{{"UserName", name}}));
  }

  /// What was put below "AWSLogs/123456789012/<folder>/", the folder itself left out.
  Params files(std::string_view folder = "CloudTrail") const {
    Params found;
    for (const auto& put : stored) {
      const auto key = string_of(put, "Key");
      if (key.contains("/" + std::string(folder) + "/") && !key.ends_with('/'))
        found.push_back(put);
    }
    return found;
  }
  std::string content(const Document& put);
  Array records(const Document& put) { return array_of(*parse_json(content(put)), "Records"); }
  static std::vector<std::string> names(const Array& records) {
    std::vector<std::string> out;
    for (const auto& record : records)
      out.push_back(string_of(record, "eventName"));
    return out;
  }
  std::vector<std::string> delivered_names() {
    std::vector<std::string> out;
    for (const auto& file : files()) {
      for (auto& name : names(records(file)))
        out.push_back(std::move(name));
    }
    return out;
  }

  Params stored;                         // of s3:PutObject
  Params published;                      // of sns:Publish
  Params logged;                         // of logs:PutLogEvents
  std::map<std::string, Error> refusal;  // by operation: how a played service refuses it

 private:
  void register_services(core::Registry& registry);
  core::Handler played(std::string operation, Params* seen, Object reply);

 protected:
  core::TestCloud cloud;
};

}  // namespace tocsin::cloudtrail
