// SPDX-License-Identifier: Apache-2.0

#include "base/gzip.hpp"
#include "services/cloudtrail/testing.hpp"

namespace tocsin::cloudtrail {
namespace {

/// The parameters, what is sealed among them opened.
Document opened(const core::Call& call) {
  Document params = call.params();
  for (auto& member : params.as_object()) {
    if (!core::is_sealed(member.value())) continue;
    member.value() = boost::json::string(call.open(member.value()).value_or(""));
  }
  return params;
}

/// On a resource of the account that the ARN in `member` names.
core::Needs owned_by(std::string member) {
  return [member = std::move(member)](core::Call& call) -> std::vector<core::Access> {
    const auto named = string_of(call.params(), member);
    const auto arn = Arn::parse(named);
    return {{.action = "sts:AssumeRole",
             .resource = named,
             .owner = AccountId(arn ? arn->account : "")}};
  };
}

}  // namespace

core::Handler CloudTrailTest::played(std::string operation, Params* seen, Object reply) {
  return [this, operation = std::move(operation), seen,
          reply = std::move(reply)](core::Call& call) -> core::Outcome {
    if (const auto found = refusal.find(operation); found != refusal.end()) return found->second;
    if (seen) seen->push_back(opened(call));
    return reply;
  };
}

void CloudTrailTest::register_services(core::Registry& registry) {
  using enum core::Effect;
  register_cloudtrail(registry);
  registry.add(core::Service{"s3",
                             "s3",
                             {{"PutObject", Write, played("PutObject", &stored, {{"ETag", "x"}})},
                              {"GetObject", Read, played("GetObject", nullptr, {})},
                              {"GetBucketAcl", Read, played("GetBucketAcl", nullptr, {})},
                              {"PreflightObject", Read, played("PreflightObject", nullptr, {})}}});
  registry.add(
      core::Service{"sns", "sns", {{"Publish", Write, played("Publish", &published, {})}}});
  registry.add(core::Service{"logs",
                             "logs",
                             {{"CreateLogStream", Write, played("CreateLogStream", nullptr, {})},
                              {"PutLogEvents", Write, played("PutLogEvents", &logged, {})}}});
  registry.add(core::Service{"kms",
                             "kms",
                             {{"Decrypt", Write, played("Decrypt", nullptr, {})},
                              {"GenerateDataKey", Write, played("GenerateDataKey", nullptr, {})},
                              {"DescribeKey", Read, played("DescribeKey", nullptr, {})}}});
  registry.add(
      core::Service{"sts",
                    "sts",
                    {{"AssumeRole", Write, played("AssumeRole", nullptr, {}), owned_by("RoleArn")},
                     {"GetAccessKeyInfo", Read, played("GetAccessKeyInfo", nullptr, {}),
                      owned_by("AccessKeyId")}}});
  registry.add(core::Service{
      "lambda",
      "lambda",
      {{"Invoke", Write, played("Invoke", nullptr, {})},
       {"InvokeFunctionUrl", Write, played("InvokeFunctionUrl", nullptr, {{"StatusCode", 200}})},
       {"GetCode", Read, played("GetCode", nullptr, {})}}});
  registry.add(
      core::Service{"iam",
                    "iam",
                    {{"CreateUser", Write, played("CreateUser", nullptr, {})},
                     {"ListUsers", Read, played("ListUsers", nullptr, {{"Users", Array{}}})}}});
}

std::string CloudTrailTest::content(const Document& put) {
  const auto ref = store::blob_ref(*find(put, "Body"));
  const auto packed = *cloud.stores().blobs->get(*ref);
  return gunzip(packed, 1 << 20).value_or("<no gzip>");
}

}  // namespace tocsin::cloudtrail
