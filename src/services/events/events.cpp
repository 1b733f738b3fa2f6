// SPDX-License-Identifier: Apache-2.0
#include "services/events/events.hpp"

#include "services/events/route.hpp"

namespace tocsin::events {
namespace {

using enum core::Effect;

std::vector<core::Operation> operations(const std::shared_ptr<Router>& router,
                                        const Services& services) {
  return {
      {"CreateEventBus", Write, create_event_bus, needs_bus},
      {"UpdateEventBus", Write, update_event_bus, needs_bus},
      {"DeleteEventBus", Write, delete_event_bus, needs_bus},
      {"DescribeEventBus", Read, describe_event_bus, needs_bus},
      {"ListEventBuses", Read, list_event_buses},
      {"PutPermission", Write, put_permission, needs_bus},
      {"RemovePermission", Write, remove_permission, needs_bus},
      {"PutRule", Write, put_rule, needs_rule},
      {"DescribeRule", Read, describe_rule, needs_rule},
      {"ListRules", Read, list_rules, needs_rules_of_bus},
      {"ListRuleNamesByTarget", Read, list_rule_names_by_target, needs_rules_of_bus},
      {"EnableRule", Write, enable_rule, needs_rule},
      {"DisableRule", Write, disable_rule, needs_rule},
      {"DeleteRule", Write, delete_rule, needs_rule},
      {"PutTargets", Write, [&services](Call& call) { return put_targets(call, services); },
       needs_rule},
      {"RemoveTargets", Write, remove_targets, needs_rule},
      {"ListTargetsByRule", Read, list_targets_by_rule, needs_rule},
      {"PutEvents", Write, [router](Call& call) { return put_events(call, *router); },
       needs_put_events},
      {"TestEventPattern", Read, test_event_pattern},
      {"TagResource", Write, tag_resource, needs_tagged},
      {"UntagResource", Write, untag_resource, needs_tagged},
      {"ListTagsForResource", Read, list_tags_for_resource, needs_tagged},
      {"CreateArchive", Write, create_archive, needs_archive},
      {"DescribeArchive", Read, describe_archive, needs_archive},
      {"ListArchives", Read, list_archives},
      {"UpdateArchive", Write, update_archive, needs_archive},
      {"DeleteArchive", Write, delete_archive, needs_archive},
      {"StartReplay", Write, start_replay, needs_replay},
      {"DescribeReplay", Read, describe_replay, needs_replay},
      {"ListReplays", Read, list_replays},
      {"CancelReplay", Write, cancel_replay, needs_replay},
  };
}

void register_resumes(core::Registry& registry, const std::shared_ptr<Router>& router) {
  registry.on_resume("events.delivered", delivered);
  registry.on_resume("events.stream_made", stream_made);
  registry.on_resume("events.scheduled", fire);
  registry.on_resume("events.expire", expire);
  registry.on_resume("events.drop_archived", dropping);
  registry.on_resume("events.forget_replay", forget_replay);
  registry.on_resume("events.arrived", [router](Context& context, const core::Resumption& due) {
    router->resume(context, due);
  });
  registry.on_resume("events.replay", [router](Context& context, const core::Resumption& due) {
    replay(context, due, *router);
  });
}

}  // namespace

void register_events(core::Registry& registry) {
  const auto router = std::make_shared<Router>();
  // The services stay where they are while the registry is moved about.
  registry.add(core::Service{"events", "events", operations(router, registry.services())});
  registry.add(rule_type());
  registry.add(bus_type());
  registry.add(archive_type());
  register_resumes(registry, router);
  registry.on_event([router](Context& context, const core::Event& event) {
    router->route(context, {.bus = {core::home(event), event.bus},
                            .event = Occurrence(core::envelope(event))});
  });
}

}  // namespace tocsin::events
