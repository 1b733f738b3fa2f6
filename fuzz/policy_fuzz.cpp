// SPDX-License-Identifier: Apache-2.0
// Any bytes as a policy of every kind; what parses is evaluated for several callers. A policy that
// parsed must decide without a crash, and never allow what a policy of every Deny forbids.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engines/policy/policy.hpp"

namespace {

using namespace tocsin::policy;

Request request_of(Principal::Kind kind) {
  Request request;
  request.principal.kind = kind;
  request.principal.arn = "arn:aws:sts::111122223333:assumed-role/app/s1";
  request.principal.issuer = "arn:aws:iam::111122223333:role/app";
  request.principal.account = "111122223333";
  request.principal.id = "AROAEXAMPLEAPP000001:s1";
  request.action = "s3:GetObject";
  request.resource = "arn:aws:s3:::bucket/key";
  request.context = {{"aws:SourceIp", {"203.0.113.9"}},
                     {"aws:CurrentTime", {"2026-11-24T04:11:25Z"}},
                     {"aws:username", {"alice"}},
                     {"aws:TagKeys", {"a", "b"}},
                     {"s3:max-keys", {"10"}}};
  add_principal_keys(request);
  return request;
}

PolicySet set_of(PolicyPtr policy, PolicyKind kind) {
  PolicySet set;
  const NamedPolicy named{"fuzz", std::move(policy)};
  if (kind == PolicyKind::Resource || kind == PolicyKind::Trust) {
    set.resource = named;
  } else {
    set.identity = {named};
    set.session = {named};
    set.boundary = named;
  }
  return set;
}

void decide(const PolicySet& set, Principal::Kind kind) {
  static const PolicyPtr deny =
      parse_policy(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*",)"
                   R"("Resource":"*"}})",
                   PolicyKind::Boundary)
          .value();
  const auto request = request_of(kind);
  const auto decision = evaluate(set, request, Report::All);
  (void)denial_message(decision, request, request.principal.arn);
  auto forbidden = set;
  forbidden.service_control = {{{"deny", deny}}};
  if (evaluate(forbidden, request).allowed()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust,
                          PolicyKind::Boundary, PolicyKind::Session}) {
    const auto policy = parse_policy(text, kind);
    if (!policy) continue;
    (void)principals_of(**policy);
    (void)context_keys_of(**policy);
    const auto set = set_of(*policy, kind);
    decide(set, Principal::Kind::AssumedRole);
    decide(set, Principal::Kind::Root);
    decide(set, Principal::Kind::Anonymous);
  }
  return 0;
}
