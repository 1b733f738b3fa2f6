// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;

/// Stands for KMS: a ciphertext is the plaintext behind "kms:".
Outcome encrypt(Call& call) {
  const auto plain = call.open(*find(call.params(), "Plaintext")).value_or("");
  return Object{{"CiphertextBlob", base64("kms:" + plain)}};
}
Outcome decrypt(Call& call) {
  if (text(call.params(), "KeyId") == "gone")
    return fail("NotFoundException", "Key 'gone' does not exist");
  const auto cipher = *unbase64(text(call.params(), "CiphertextBlob"));
  return Object{{"Plaintext", cipher.substr(4)}};
}
Outcome generate(Call&) {
  return Object{{"CiphertextBlob", base64("kms:" + base64(std::string(32, 'k')))},
                {"Plaintext", base64(std::string(32, 'k'))}};
}

class Parameters : public testing::Test {
 protected:
  Parameters()
      : cloud([](core::Registry& registry) {
          using enum core::Effect;
          registry.add(core::Service{"kms",
                                     "kms",
                                     {{"Encrypt", Write, encrypt},
                                      {"GenerateDataKey", Write, generate},
                                      {"Decrypt", Read, decrypt}}});
          registry.add(core::Service{"ssm", "ssm", parameter_operations()});
          registry.add(parameter_type());
          on_parameter_timers(registry);
        }) {}
  Document ask(std::string_view operation, Object params) {
    auto reply = cloud.call("ssm", operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << (reply ? "" : reply.error().message);
    return reply ? *reply : Document(Object{});
  }
  std::string code(std::string_view operation, Object params) {
    const auto reply = cloud.call("ssm", operation, std::move(params));
    return reply ? "" : reply.error().code;
  }
  void put(std::string_view name, std::string_view value, Object more = {}) {
    more["Name"] = name;
    more["Value"] = value;
    if (!more.contains("Type")) more["Type"] = "String";
    ask("PutParameter", std::move(more));
  }
  std::string value(std::string_view name, bool decrypt = false) {
    return string_of(
        object_of(ask("GetParameter", {{"Name", name}, {"WithDecryption", decrypt}}), "Parameter"),
        "Value");
  }
  std::vector<std::string> names(std::string_view operation, Object params) {
    std::vector<std::string> out;
    const auto reply = ask(operation, std::move(params));
    for (const auto& each : array_of(reply, "Parameters"))
      out.push_back(string_of(each, "Name"));
    return out;
  }
  std::vector<std::string> below(std::string_view path, bool recursive) {
    return names("GetParametersByPath", {{"Path", path}, {"Recursive", recursive}});
  }
  std::vector<std::string> described(std::string_view key, std::string_view option, Array values) {
    return names(
        "DescribeParameters",
        {{"ParameterFilters",
          Array{Object{{"Key", key}, {"Option", option}, {"Values", std::move(values)}}}}});
  }
  core::TestCloud cloud;
};

TEST_F(Parameters, VersionsFollowEachOtherAndLabelsNameThem) {
  put("/app/port", "80");
  EXPECT_EQ(code("PutParameter", {{"Name", "/app/port"}, {"Value", "81"}}),
            "ParameterAlreadyExists");
  put("/app/port", "81", {{"Overwrite", true}});
  EXPECT_EQ(value("/app/port"), "81");
  EXPECT_EQ(value("/app/port:1"), "80");
  EXPECT_EQ(value("arn:aws:ssm:us-east-1:123456789012:parameter/app/port"), "81");
  ask("LabelParameterVersion",
      {{"Name", "/app/port"}, {"ParameterVersion", 1}, {"Labels", Array{"live"}}});
  EXPECT_EQ(value("/app/port:live"), "80");
  const auto moved =
      ask("LabelParameterVersion", {{"Name", "/app/port"}, {"Labels", Array{"live", "9no"}}});
  EXPECT_EQ(moved.at("InvalidLabels"), Array{"9no"});
  EXPECT_EQ(value("/app/port:live"), "81");
  EXPECT_EQ(code("GetParameter", {{"Name", "/app/port:7"}}), "ParameterVersionNotFound");
  EXPECT_EQ(code("GetParameter", {{"Name", "/app/none"}}), "ParameterNotFound");
  const auto history = ask("GetParameterHistory", {{"Name", "/app/port"}});
  ASSERT_EQ(array_of(history, "Parameters").size(), 2u);
  EXPECT_EQ(array_of(array_of(history, "Parameters")[1], "Labels"), Array{"live"});
  const auto removed =
      ask("UnlabelParameterVersion",
          {{"Name", "/app/port"}, {"ParameterVersion", 2}, {"Labels", Array{"live", "x"}}});
  EXPECT_EQ(removed.at("RemovedLabels"), Array{"live"});
  EXPECT_EQ(removed.at("InvalidLabels"), Array{"x"});
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Parameters, SecureStringsAreCiphertextUntilTheKeyOpensThem) {
  put("secret", "hush", {{"Type", "SecureString"}});
  EXPECT_EQ(*unbase64(value("secret")), "kms:" + base64("hush"));
  EXPECT_EQ(value("secret", true), "hush");
  put("long", std::string(5000, 'x'), {{"Type", "SecureString"}, {"Tier", "Advanced"}});
  EXPECT_EQ(value("long", true), std::string(5000, 'x'));
  EXPECT_THAT(value("long"), testing::Not(HasSubstr("xxx")));
  put("lost", "hush", {{"Type", "SecureString"}, {"KeyId", "gone"}});
  EXPECT_EQ(code("GetParameter", {{"Name", "lost"}, {"WithDecryption", true}}), "InvalidKeyId");
  EXPECT_EQ(code("PutParameter",
                 {{"Name", "secret"}, {"Value", "x"}, {"Type", "String"}, {"Overwrite", true}}),
            "HierarchyTypeMismatchException");
}

TEST_F(Parameters, PathsAndFiltersFind) {
  put("/a/b", "1");
  put("/a/b/c", "2",
      {{"Type", "StringList"}, {"Tags", Array{Object{{"Key", "team"}, {"Value", "blue"}}}}});
  put("/ab", "3");
  put("plain", "4");
  EXPECT_THAT(below("/a", false), ElementsAre("/a/b"));
  EXPECT_THAT(below("/a/", true), ElementsAre("/a/b", "/a/b/c"));
  EXPECT_THAT(below("/", true), ElementsAre("/a/b", "/a/b/c", "/ab"));
  EXPECT_EQ(code("GetParametersByPath", {{"Path", "a"}}), "ValidationException");
  EXPECT_THAT(described("Type", "", {"StringList"}), ElementsAre("/a/b/c"));
  EXPECT_THAT(described("Name", "BeginsWith", {"/a"}), ElementsAre("/a/b", "/a/b/c", "/ab"));
  EXPECT_THAT(described("tag:team", "", {"blue"}), ElementsAre("/a/b/c"));
  EXPECT_THAT(described("Path", "Recursive", {"/a"}), ElementsAre("/a/b", "/a/b/c"));
  EXPECT_EQ(code("DescribeParameters", {{"ParameterFilters", Array{Object{{"Key", "Size"}}}}}),
            "InvalidFilterKey");
  const auto some = ask("GetParameters", {{"Names", Array{"/ab", "none"}}});
  EXPECT_EQ(array_of(some, "Parameters").size(), 1u);
  EXPECT_EQ(some.at("InvalidParameters"), Array{"none"});
  const auto first = ask("DescribeParameters", {{"MaxResults", 3}});
  EXPECT_THAT(names("DescribeParameters", {{"NextToken", text(first, "NextToken")}}),
              ElementsAre("plain"));
}

TEST_F(Parameters, BadInputIsRefused) {
  const auto refused = [&](Object params) {
    if (!params.contains("Value")) params["Value"] = "x";
    if (!params.contains("Type")) params["Type"] = "String";
    return code("PutParameter", std::move(params));
  };
  EXPECT_EQ(refused({{"Name", "aws-x"}}), "ValidationException");
  EXPECT_EQ(refused({{"Name", "/ssm/x"}}), "ValidationException");
  EXPECT_EQ(refused({{"Name", "/aws/x"}}), "AccessDeniedException");
  EXPECT_EQ(refused({{"Name", "a b"}}), "ValidationException");
  EXPECT_EQ(refused({{"Name", "a/b"}}), "ValidationException");
  EXPECT_EQ(refused({{"Name", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"}}),
            "HierarchyLevelLimitExceededException");
  EXPECT_EQ(refused({{"Name", "x"}, {"Value", std::string(4097, 'x')}}), "ValidationException");
  EXPECT_EQ(refused({{"Name", "x"}, {"Value", std::string(8193, 'x')}, {"Tier", "Advanced"}}),
            "ValidationException");
  EXPECT_EQ(refused({{"Name", "x"}, {"Type", "Number"}}), "UnsupportedParameterType");
  EXPECT_EQ(refused({{"Name", "x"}, {"AllowedPattern", "[0-9]+"}}),
            "ParameterPatternMismatchException");
  EXPECT_EQ(refused({{"Name", "x"}, {"AllowedPattern", "[0-9"}}), "InvalidAllowedPatternException");
  EXPECT_EQ(code("PutParameter", {{"Name", "x"}, {"Value", "x"}}), "ValidationException");
  EXPECT_THAT(names("DescribeParameters", {}), ElementsAre());
}

TEST_F(Parameters, APolicyExpiresItsParameterAndWarnsBefore) {
  const auto when = iso8601_ms(cloud.now() + std::chrono::hours(48));
  put("token", "t",
      {{"Tier", "Advanced"},
       {"Policies",
        R"([{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":")" + when +
            R"("}},{"Type":"ExpirationNotification","Version":"1.0","Attributes":{"Before":"1","Unit":"Days"}}])"}});
  const auto seen = [&] {
    std::vector<std::string> out;
    for (const auto& event : cloud.events()) {
      if (event.detail_type == "Parameter Store Policy Action")
        out.push_back(string_of(event.detail, "policy-type"));
    }
    return out;
  };
  cloud.advance(std::chrono::hours(23));
  EXPECT_THAT(seen(), ElementsAre());
  cloud.advance(std::chrono::hours(2));
  EXPECT_THAT(seen(), ElementsAre("ExpirationNotification"));
  cloud.advance(std::chrono::hours(24));
  EXPECT_THAT(seen(), ElementsAre("ExpirationNotification", "Expiration"));
  EXPECT_EQ(code("GetParameter", {{"Name", "token"}}), "ParameterNotFound");
  const auto refused = [&](std::string_view policies) {
    return code("PutParameter", {{"Name", "p"},
                                 {"Value", "v"},
                                 {"Type", "String"},
                                 {"Tier", "Advanced"},
                                 {"Policies", policies}});
  };
  EXPECT_EQ(refused(R"([{"Type":"Never","Version":"1.0"}])"), "InvalidPolicyTypeException");
  EXPECT_EQ(refused(R"([{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"soon"}}])"),
            "InvalidPolicyAttributeException");
  EXPECT_EQ(
      refused(
          R"([{"Type":"ExpirationNotification","Version":"1.0","Attributes":{"Before":"1","Unit":"Days"}}])"),
      "IncompatiblePolicyException");
}

TEST_F(Parameters, AChangeIsAnEvent) {
  put("x", "1");
  put("x", "2", {{"Overwrite", true}});
  ask("DeleteParameter", {{"Name", "x"}});
  std::vector<std::string> operations;
  for (const auto& event : cloud.events())
    operations.push_back(string_of(event.detail, "operation"));
  EXPECT_THAT(operations, ElementsAre("Create", "Update", "Delete"));
}

}  // namespace
}  // namespace tocsin::ssm
