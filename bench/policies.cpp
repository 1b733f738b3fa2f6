// SPDX-License-Identifier: Apache-2.0
// Decisions per second for a principal with ten identity policies of six statements each. Prints
// one JSON document.
#include <fmt/format.h>

#include "base/document.hpp"
#include "cpu_time.hpp"
#include "engines/policy/policy.hpp"

namespace {

using namespace tocsin;
constexpr int kPolicies = 10;

/// Permissions for one bucket, table, topic and log group; a condition, and a denial, as real ones
/// have.
std::string policy_text(int number) {
  return fmt::format(R"({{"Version":"2012-10-17","Statement":[
    {{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject"],"Resource":"arn:aws:s3:::data-{0}/*"}},
    {{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::data-{0}","Condition":{{"StringLike":{{"s3:prefix":["home/${{aws:username}}/*"]}}}}}},
    {{"Effect":"Allow","Action":["dynamodb:Get*","dynamodb:Query"],"Resource":"arn:aws:dynamodb:*:111122223333:table/app-{0}"}},
    {{"Effect":"Allow","Action":"sns:Publish","Resource":"arn:aws:sns:*:111122223333:alerts-{0}"}},
    {{"Effect":"Allow","Action":"logs:*","Resource":"*","Condition":{{"IpAddress":{{"aws:SourceIp":"10.{0}.0.0/16"}}}}}},
    {{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"Bool":{{"aws:SecureTransport":"false"}},"StringNotEquals":{{"aws:RequestedRegion":["us-east-1","eu-west-1"]}}}}}}]}})",
                     number);
}

policy::PolicySet ten_policies() {
  policy::PolicySet set;
  for (int i = 0; i < kPolicies; ++i) {
    set.identity.push_back({fmt::format("arn:aws:iam::111122223333:policy/app-{}", i),
                            *policy::parse_policy(policy_text(i), policy::PolicyKind::Identity)});
  }
  return set;
}

policy::Request request(std::string action, std::string resource) {
  policy::Request request;
  request.principal = {.kind = policy::Principal::Kind::User,
                       .arn = "arn:aws:iam::111122223333:user/ann",
                       .account = "111122223333",
                       .id = "AIDAEXAMPLE"};
  request.action = std::move(action);
  request.resource = std::move(resource);
  request.context = {{"aws:SourceIp", {"203.0.113.9"}},
                     {"aws:SecureTransport", {"false"}},
                     {"aws:RequestedRegion", {"us-east-1"}},
                     {"aws:CurrentTime", {"2026-01-01T00:00:00Z"}}};
  policy::add_principal_keys(request);
  return request;
}

double per_second(const policy::PolicySet& set, const policy::Request& request,
                  policy::Outcome expected) {
  const auto start = bench::cpu_seconds();
  int decisions = 0;
  double seconds = 0;
  while ((seconds = bench::cpu_seconds() - start) < 1) {
    for (int i = 0; i < 1000; ++i, ++decisions) {
      if (policy::evaluate(set, request).outcome != expected) return 0;
    }
  }
  return decisions / seconds;
}

}  // namespace

int main() {
  const auto set = ten_policies();
  const auto last = request("sns:Publish", "arn:aws:sns:us-east-1:111122223333:alerts-9");
  const auto none = request("sns:Publish", "arn:aws:sns:us-east-1:111122223333:other");
  auto denied = last;
  denied.context["aws:RequestedRegion"] = {"ap-south-1"};
  fmt::print(
      "{}\n",
      to_json(Object{{"allowed_by_last", per_second(set, last, policy::Outcome::Allowed)},
                     {"implicit_deny", per_second(set, none, policy::Outcome::ImplicitDeny)},
                     {"explicit_deny", per_second(set, denied, policy::Outcome::ExplicitDeny)}}));
  return 0;
}
