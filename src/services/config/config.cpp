// SPDX-License-Identifier: Apache-2.0
#include "services/config/config.hpp"

#include "services/config/channels.hpp"
#include "services/config/daily.hpp"
#include "services/config/delivery.hpp"
#include "services/config/discovery.hpp"
#include "services/config/exports.hpp"
#include "services/config/lookups.hpp"
#include "services/config/origins.hpp"
#include "services/config/recorders.hpp"
#include "services/config/recording.hpp"
#include "services/config/retention.hpp"
#include "services/config/rules.hpp"
#include "services/config/tag_operations.hpp"
#include "services/config/third_party.hpp"

namespace tocsin::config {
namespace {

using Types = std::vector<core::ResourceType>;

std::vector<core::Operation> recording_operations(const Types& types) {
  using enum core::Effect;
  return {{"PutConfigurationRecorder", Write,
           [&types](core::Call& call) { return put_configuration_recorder(call, types); }},
          {"DescribeConfigurationRecorders", Read, describe_configuration_recorders},
          {"DescribeConfigurationRecorderStatus", Read, describe_configuration_recorder_status},
          {"DeleteConfigurationRecorder", Write, delete_configuration_recorder},
          {"StartConfigurationRecorder", Write, start_configuration_recorder},
          {"StopConfigurationRecorder", Write, stop_configuration_recorder},
          {"PutDeliveryChannel", Write, put_delivery_channel},
          {"DescribeDeliveryChannels", Read, describe_delivery_channels},
          {"DescribeDeliveryChannelStatus", Read, describe_delivery_channel_status},
          {"DeleteDeliveryChannel", Write, delete_delivery_channel},
          {"DeliverConfigSnapshot", Write, deliver_config_snapshot},
          {"GetResourceConfigHistory", Read, get_resource_config_history},
          {"BatchGetResourceConfig", Read, batch_get_resource_config},
          {"ListDiscoveredResources", Read, list_discovered_resources},
          {"GetDiscoveredResourceCounts", Read, get_discovered_resource_counts},
          {"PutResourceConfig", Write, put_resource_config},
          {"DeleteResourceConfig", Write, delete_resource_config},
          {"PutRetentionConfiguration", Write, put_retention_configuration},
          {"DescribeRetentionConfigurations", Read, describe_retention_configurations},
          {"DeleteRetentionConfiguration", Write, delete_retention_configuration},
          {"TagResource", Write, tag_resource, needs_tagged},
          {"UntagResource", Write, untag_resource, needs_tagged},
          {"ListTagsForResource", Read, list_tags_for_resource, needs_tagged}};
}

void react(core::Registry& registry, const Types& types) {
  registry.on_call(note_call);
  registry.on_change(on_change);
  registry.on_resume("config.touched", record_touched);
  registry.on_resume("config.look", [&types](core::Context& context, const core::Resumption& step) {
    look_step(context, step, types);
  });
  registry.on_resume("config.day_ended", day_ended);
  registry.on_resume("config.record_held", record_held);
  registry.on_resume("config.sent", sent);
  registry.on_resume("config.export", export_step);
  registry.on_resume("config.snapshot_due", snapshot_due);
  registry.on_resume("config.history_due", history_due);
  registry.on_resume("config.forget", forget_old_items);
}

}  // namespace

void register_config(core::Registry& registry) {
  const auto& types = registry.resource_types();  // stays where it is, whoever owns the registry
  core::Service service{"config", "config", recording_operations(types)};
  for (auto& operation : rule_operations())
    service.operations.push_back(std::move(operation));
  registry.add(std::move(service));
  react(registry, types);
  register_rules(registry);
}

}  // namespace tocsin::config
