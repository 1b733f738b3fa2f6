// SPDX-License-Identifier: Apache-2.0
#include "services/tagging/tagging.hpp"

#include "services/tagging/parts.hpp"

namespace tocsin::tagging {

void register_tagging(core::Registry& registry) {
  using enum core::Effect;
  // The registry's own list: it outlives every call.
  const auto over =
      [&types = registry.resource_types()](core::Outcome (*handler)(const Types&, core::Call&)) {
        return [&types, handler](core::Call& call) { return handler(types, call); };
      };
  registry.add(core::Service{"tagging",
                             "tag",
                             {{"GetResources", Read, over(get_resources)},
                              {"GetTagKeys", Read, over(get_tag_keys)},
                              {"GetTagValues", Read, over(get_tag_values)},
                              {"TagResources", Write, over(tag_resources)},
                              {"UntagResources", Write, over(untag_resources)}}});
}

}  // namespace tocsin::tagging
