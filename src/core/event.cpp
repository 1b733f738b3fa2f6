// SPDX-License-Identifier: Apache-2.0
#include "core/event.hpp"

namespace tocsin::core {

std::string source_of_record(std::string_view event_source) {
  return "aws." + std::string(event_source.substr(0, event_source.find('.')));
}

std::string_view detail_type_of_record(std::string_view event_type) {
  if (event_type == "AwsServiceEvent") return "AWS Service Event via CloudTrail";
  if (event_type == "AwsConsoleSignIn") return "AWS Console Sign In via CloudTrail";
  if (event_type == "AwsConsoleAction") return "AWS Console Action via CloudTrail";
  if (event_type == "AwsCloudTrailInsight") return "AWS Insight via CloudTrail";
  return "AWS API Call via CloudTrail";
}

bool is_management_read(std::string_view event_name) {
  const bool reads = event_name.starts_with("Describe") || event_name.starts_with("Get") ||
                     event_name.starts_with("List");
  return reads && event_name != "GetFederationToken" && event_name != "GetSessionToken";
}

Object envelope(const Event& event) {
  Array resources;
  for (const auto& resource : event.resources)
    resources.push_back(boost::json::string(resource));
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
