// SPDX-License-Identifier: Apache-2.0
// Auto Scaling as a caller of other services.
#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

core::CallSpec as_service(const Group& group, std::string service, std::string operation,
                          Document params) {
  return {.service = std::move(service),
          .operation = std::move(operation),
          .params = std::move(params),
          .scope = group.scope,
          .credential = {.kind = core::Credential::Kind::Service,
                         .account = group.scope.account,
                         .service = "autoscaling.amazonaws.com",
                         .role_arn = group.role,
                         .session_name = "AutoScaling",
                         .source_arn = arn_of(group)},
          .principal = {}};
}

Result<Document> ask(Context& context, const Group& group, std::string service,
                     std::string operation, Document params) {
  return context
      .call(as_service(group, std::move(service), std::move(operation), std::move(params)))
      .result();
}

}  // namespace tocsin::autoscaling
