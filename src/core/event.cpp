// SPDX-License-Identifier: Apache-2.0
#include "core/event.hpp"

namespace tocsin::core {

Object envelope(const Event& event) {
  Array resources;
  for (const auto& resource : event.resources) resources.push_back(boost::json::string(resource));
  return {{"version", "0"},
          {"id", event.id},
          {"detail-type", event.detail_type},
          {"source", event.source},
          {"account", event.scope.account.str()},
          {"time", iso8601(event.time)},
          {"region", event.scope.region},
          {"resources", std::move(resources)},
          {"detail", event.detail}};
}

}  // namespace tocsin::core
