// SPDX-License-Identifier: Apache-2.0
#include "services/cloudcontrol/cloudcontrol.hpp"

#include "services/cloudcontrol/parts.hpp"

namespace tocsin::cloudcontrol {

void register_cloudcontrol(core::Registry& registry) {
  using enum core::Effect;
  // The registry's own list: it outlives every call.
  const auto& types = registry.resource_types();
  const auto over = [&types](core::Outcome (*handler)(const Types&, core::Call&)) {
    return [&types, handler](core::Call& call) { return handler(types, call); };
  };
  // The actions of Cloud Control are CloudFormation's.
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudcontrolapi.html
  registry.add(
      core::Service{"cloudcontrolapi",
                    "cloudformation",
                    {{"CreateResource", Write, over(create_resource), {}, {}, "ClientToken"},
                     {"UpdateResource", Write, over(update_resource), {}, {}, "ClientToken"},
                     {"DeleteResource", Write, over(delete_resource), {}, {}, "ClientToken"},
                     {"GetResource", Read, over(get_resource)},
                     {"ListResources", Read, over(list_resources)},
                     {"GetResourceRequestStatus", Read, get_resource_request_status},
                     {"ListResourceRequests", Read, list_resource_requests}}});
  registry.on_resume("cloudcontrol.finish", finish(types));
  registry.on_resume("cloudcontrol.forget", forget);
}

}  // namespace tocsin::cloudcontrol
