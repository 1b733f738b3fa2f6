// SPDX-License-Identifier: Apache-2.0
// ELB as a caller of other services.
#include <fmt/format.h>

#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

constexpr std::string_view kService = "elasticloadbalancing.amazonaws.com";

core::Credential credential(const AccountId& account) {
  return {.kind = core::Credential::Kind::Service,
          .account = account,
          .service = std::string(kService),
          .role_arn = fmt::format(
              "arn:aws:iam::{}:role/aws-service-role/{}/AWSServiceRoleForElasticLoadBalancing",
              account.str(), kService),
          .session_name = "ElasticLoadBalancing"};
}

}  // namespace

Result<Document> ask(Context& context, std::string operation, Document params) {
  return context
      .call({"ec2",
             std::move(operation),
             std::move(params),
             context.scope(),
             credential(context.account()),
             {}})
      .result();
}

Result<void> ensure_role(Call& call) {
  if (call.identify(credential(call.account()))) return {};
  TRY(call.call(call.as_caller("iam", "CreateServiceLinkedRole",
                               Object{{"AWSServiceName", kService}}))
          .result());
  return {};
}

}  // namespace tocsin::elasticloadbalancing
