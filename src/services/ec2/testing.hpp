// SPDX-License-Identifier: Apache-2.0
// What this room's tests share.
#pragma once

#include <gtest/gtest.h>

#include "core/testing.hpp"
#include "services/ec2/ec2.hpp"
#include "services/ec2/filters.hpp"

namespace tocsin::ec2 {

class Ec2Test : public testing::Test {
 protected:
  explicit Ec2Test(const core::TestCloud::Register& services = register_ec2) : cloud(services) {}

  Result<Document> call(std::string_view operation, Object params = {}) {
    return cloud.call("ec2", operation, std::move(params));
  }
  /// A call that must succeed.
  Document must(std::string_view operation, Object params = {}) {
    auto reply = call(operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << words(reply);
    return reply.value_or(Document());
  }
  static std::string words(const Result<Document>& result) {
    return result ? "no error" : result.error().code + ": " + result.error().message;
  }
  std::string refusal(std::string_view operation, Object params = {}) {
    return words(call(operation, std::move(params)));
  }
  std::string code(std::string_view operation, Object params = {}) {
    const auto result = call(operation, std::move(params));
    return result ? "no error" : result.error().code;
  }
  /// The texts at a path of a reply that must succeed.
  std::vector<std::string> seen(std::string_view operation, std::string_view path,
                                Object params = {}) {
    return values_at(must(operation, std::move(params)), path);
  }
  std::string one(std::string_view operation, std::string_view path, Object params = {}) {
    const auto found = seen(operation, path, std::move(params));
    return found.size() == 1 ? found.front() : "not one but " + std::to_string(found.size());
  }
  static Object filter(std::string_view name, std::string_view value) {
    return {{"Filters", Array{Object{{"Name", name}, {"Values", Array{value}}}}}};
  }
  static Array tags(std::string_view type, std::string_view key, std::string_view value) {
    return {
        Object{{"ResourceType", type}, {"Tags", Array{Object{{"Key", key}, {"Value", value}}}}}};
  }
  std::string default_vpc() {
    return one("DescribeVpcs", "Vpcs.VpcId", filter("is-default", "true"));
  }
  std::string make_vpc(std::string_view block = "10.0.0.0/16") {
    return one("CreateVpc", "Vpc.VpcId", {{"CidrBlock", block}});
  }

  core::TestCloud cloud;
};

using Texts = std::vector<std::string>;

}  // namespace tocsin::ec2
