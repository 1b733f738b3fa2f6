// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fmt/format.h>

#include "services/ec2/endpoints.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::string_view kFormat =
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
    "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";
constexpr std::int64_t kAggregation = 600;

constexpr std::array<Filter, 7> kFilters{{{"deliver-log-status", "DeliverLogsStatus"},
                                          {"log-destination-type", "LogDestinationType"},
                                          {"flow-log-id", "FlowLogId"},
                                          {"log-group-name", "LogGroupName"},
                                          {"resource-id", "ResourceId"},
                                          {"traffic-type", "TrafficType"},
                                          {"log-destination", "LogDestination"}}};

Result<const Kind*> kind_named(std::string_view type) {
  if (type == "VPC") return &kVpc;
  if (type == "Subnet") return &kSubnet;
  if (type == "NetworkInterface") return &kInterface;
  return invalid_value(type, "resourceType");
}

Result<Object> settings_of(Call& call) {
  const auto& params = call.params();
  const auto traffic = text(params, "TrafficType");
  if (traffic != "ACCEPT" && traffic != "REJECT" && traffic != "ALL")
    return invalid_value(traffic, "trafficType");
  const auto type = text(params, "LogDestinationType", "cloud-watch-logs");
  const auto role = string_of(params, "DeliverLogsPermissionArn");
  if (type == "cloud-watch-logs") {
    if (role.empty()) {
      return fail("InvalidParameter",
                  "DeliverLogsPermissionArn can't be empty if LogDestinationType is "
                  "cloud-watch-logs.");
    }
    TRY(call.authorize({.action = "iam:PassRole",
                        .resource = role,
                        .context = {{"iam:PassedToService", {"vpc-flow-logs.amazonaws.com"}}}}));
  } else if (type != "s3" && type != "kinesis-data-firehose") {
    return invalid_value(type, "logDestinationType");
  } else if (text(params, "LogDestination").empty()) {
    return fail("InvalidParameter", fmt::format("LogDestination can't be empty if "
                                                "LogDestinationType is {}.",
                                                type));
  }
  Object out{
      {"CreationTime", to_seconds(call.now())},
      {"DeliverLogsStatus", "SUCCESS"},
      {"FlowLogStatus", "ACTIVE"},
      {"TrafficType", std::string(traffic)},
      {"LogDestinationType", std::string(type)},
      {"LogFormat", text(params, "LogFormat", kFormat)},
      {"MaxAggregationInterval", integer(params, "MaxAggregationInterval").value_or(kAggregation)}};
  for (const auto* name : {"DeliverLogsPermissionArn", "LogGroupName", "LogDestination"}) {
    if (const auto value = text(params, name); !value.empty()) out[name] = value;
  }
  return out;
}

bool is_logged(const Call& call, const std::string& resource, const Object& settings) {
  for (const auto& log : all(call, call.scope(), kFlowLog)) {
    bool same = text(log.shape, "ResourceId") == resource;
    for (const auto* name : {"TrafficType", "LogDestinationType", "LogGroupName", "LogDestination"})
      same &= text(log.shape, name) == text(settings, name);
    if (same) return true;
  }
  return false;
}

}  // namespace

Outcome create_flow_logs(Call& call) {
  const auto* kind = TRY(kind_named(text(call.params(), "ResourceType")));
  const auto settings = TRY(settings_of(call));
  const auto tags = TRY(specified_tags(call, kFlowLog));
  Array ids, failed;
  for (const auto& id : texts(call.params(), "ResourceIds")) {
    if (const auto found = existing(call, *kind, id); !found) {
      failed.push_back(unsuccessful(id, found.error()));
      continue;
    }
    if (is_logged(call, id, settings)) {
      failed.push_back(unsuccessful(id, {"FlowLogAlreadyExists",
                                         "Error. There is an existing Flow Log with the same "
                                         "configuration and log destination."}));
      continue;
    }
    auto log = new_resource(call, kFlowLog, tags);
    log.shape = settings;
    log.shape["FlowLogId"] = log.id;
    log.shape["ResourceId"] = id;
    save(call, kFlowLog, log);
    ids.push_back(boost::json::value(log.id));
  }
  return Object{{"FlowLogIds", std::move(ids)}, {"Unsuccessful", std::move(failed)}};
}

Outcome delete_flow_logs(Call& call) {
  const auto ids = texts(call.params(), "FlowLogIds");
  for (const auto& id : ids)
    erase(call, kFlowLog, TRY(existing(call, kFlowLog, id)));
  return Object{{"Unsuccessful", Array()}};
}

core::Handler describe_flow_logs() {
  return described({kFlowLog, "FlowLogIds", "FlowLogs", kFilters});
}

}  // namespace tocsin::ec2
