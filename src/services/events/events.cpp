// SPDX-License-Identifier: Apache-2.0
#include "services/events/events.hpp"

#include "engines/pattern/pattern.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

bool is_management_read(const core::Event& event) {
  if (event.detail_type != "AWS API Call via CloudTrail") return false;
  const auto is = [&](std::string_view name) {
    const auto* member = event.detail.if_contains(name);
    return member && member->is_bool() && member->get_bool();
  };
  return is("readOnly") && is("managementEvent");
}

/// The enabled rules of a bus, compiled; made anew when the bus's generation changes.
struct Compiled {
  std::string mark;
  std::vector<RuleAndTargets> rules;
  pattern::RuleSet set;
};

class Router {
 public:
  void operator()(core::Context& context, const core::Event& event) {
    const auto generation = kGenerations.get(context, core::Key::of(core::home(event), event.bus));
    if (!generation) return;
    const auto& compiled = compiled_for(context, event, generation->mark);
    const bool management_read = is_management_read(event);
    const Document envelope(core::envelope(event));
    for (const auto id : compiled.set.matches(envelope)) {
      const auto& found = compiled.rules[id];
      if (management_read && found.rule.state != "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
        continue;
      deliver(context, found, envelope);
    }
  }

 private:
  const Compiled& compiled_for(const store::View& view, const core::Event& event,
                               const std::string& mark) {
    auto& compiled = buses_[core::Key::of(core::home(event), event.bus).bytes()];
    if (compiled.mark == mark) return compiled;
    compiled = Compiled{.mark = mark};
    for (auto& rule : kRules.all(view, core::Key::of(core::home(event), event.bus))) {
      auto targets = kTargets.all(view, key_of(rule));
      compiled.rules.push_back({std::move(rule), std::move(targets)});
    }
    for (std::size_t id = 0; id < compiled.rules.size(); ++id) {
      const auto& rule = compiled.rules[id].rule;
      if (!rule.enabled() || rule.pattern.empty()) continue;
      if (auto parsed = pattern::parse_pattern(rule.pattern)) compiled.set.add(id, *parsed);
    }
    return compiled;
  }

  std::map<std::string, Compiled> buses_;
};

std::vector<core::Access> needs_bus(Call& call) {
  const auto bus = bus_name(text(call.params(), "Name"));
  return {{.action = "events:" + call.request().operation,
           .resource = arn("events", call.scope(), "event-bus/" + bus)}};
}

}  // namespace

void register_events(core::Registry& registry) {
  using enum core::Effect;
  registry.add(core::Service{"events",
                             "events",
                             {{"CreateEventBus", Write, create_event_bus, needs_bus},
                              {"DeleteEventBus", Write, delete_event_bus, needs_bus},
                              {"DescribeEventBus", Read, describe_event_bus, needs_bus},
                              {"ListEventBuses", Read, list_event_buses},
                              {"PutRule", Write, put_rule, needs_rule},
                              {"DescribeRule", Read, describe_rule, needs_rule},
                              {"ListRules", Read, list_rules},
                              {"EnableRule", Write, enable_rule, needs_rule},
                              {"DisableRule", Write, disable_rule, needs_rule},
                              {"DeleteRule", Write, delete_rule, needs_rule},
                              {"PutTargets", Write, put_targets, needs_rule},
                              {"RemoveTargets", Write, remove_targets, needs_rule},
                              {"ListTargetsByRule", Read, list_targets_by_rule, needs_rule},
                              {"PutEvents", Write, put_events, needs_put_events},
                              {"TestEventPattern", Read, test_event_pattern}}});
  registry.add(rule_type());
  registry.on_resume("events.delivered", delivered);
  registry.on_resume("events.scheduled", fire);
  registry.on_event(
      [router = std::make_shared<Router>()](core::Context& context, const core::Event& event) {
        (*router)(context, event);
      });
}

}  // namespace tocsin::events
