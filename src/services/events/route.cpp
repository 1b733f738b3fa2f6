// SPDX-License-Identifier: Apache-2.0
#include "services/events/route.hpp"

#include <algorithm>

namespace tocsin::events {
namespace {

constexpr pattern::RuleId kFirstArchive = 1'000'000'000;
constexpr std::string_view kEverything = R"({"version":["0"]})";

bool is_from_cloudtrail(const Document& event) {
  return text(event, "detail-type") == "AWS API Call via CloudTrail";
}

bool is_management_read(const Object& record) {
  return flag(record, "managementEvent") && core::is_management_read(text(record, "eventName"));
}

/// The streams that deliveries to log groups make would otherwise be delivered, without end.
bool is_own_stream(const Document& event, const Object& record) {
  return text(event, "source") == "aws.logs" && text(record, "eventName") == "CreateLogStream" &&
         text(object_of(record, "userIdentity"), "invokedBy") == kPrincipal;
}

bool is_among(const std::vector<std::string>& rules, const Rule& rule) {
  return rules.empty() || std::ranges::find(rules, rule.arn()) != rules.end();
}

Object as_context(const Arrival& arrival) {
  return {{"scope", encode(arrival.bus.scope)},
          {"bus", arrival.bus.name},
          {"event", arrival.event.envelope()},
          {"in_region", arrival.event.hops.in_region},
          {"to_region", arrival.event.hops.to_region},
          {"replayed", arrival.replayed},
          {"rules", encode(arrival.rules)}};
}

}  // namespace

const Router::Compiled& Router::compiled_for(const store::View& view, const BusName& bus,
                                             const std::string& mark) {
  auto& compiled = buses_[bus.key().bytes()];
  if (compiled.mark == mark) return compiled;
  compiled = Compiled{.mark = mark};
  for (auto& rule : kRules.all(view, bus.key())) {
    auto targets = kTargets.all(view, key_of(rule));
    compiled.rules.push_back({std::move(rule), std::move(targets)});
  }
  for (auto& archive : kArchives.all(view, core::Key::of(bus.scope))) {
    if (archive.bus == bus.name) compiled.archives.push_back(std::move(archive));
  }
  for (std::size_t id = 0; id < compiled.rules.size(); ++id) {
    const auto& rule = compiled.rules[id].rule;
    if (!rule.enabled() || rule.pattern.empty()) continue;
    if (auto parsed = pattern::parse_pattern(rule.pattern)) compiled.set.add(id, *parsed);
  }
  for (std::size_t id = 0; id < compiled.archives.size(); ++id) {
    const auto& wanted = compiled.archives[id].pattern;
    if (auto parsed = pattern::parse_pattern(wanted.empty() ? kEverything : wanted))
      compiled.set.add(kFirstArchive + id, *parsed);
  }
  return compiled;
}

void Router::match(Context& context, const Compiled& compiled, const Arrival& arrival) {
  const auto& event = arrival.event.envelope();
  bool management_read = false;
  if (is_from_cloudtrail(event)) {
    const auto& record = object_of(event, "detail");
    if (is_own_stream(event, record)) return;
    management_read = is_management_read(record);
  }
  for (const auto id : compiled.set.matches(event)) {
    if (id >= kFirstArchive) {
      if (!arrival.replayed) archive(context, compiled.archives[id - kFirstArchive], event);
      continue;
    }
    const auto& found = compiled.rules[id];
    const bool all = found.rule.state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
    if ((!management_read || all) && is_among(arrival.rules, found.rule))
      deliver(context, found, arrival.event);
  }
}

void Router::route(Context& context, const Arrival& arrival) {
  const auto generation = kGenerations.get(context, arrival.bus.key());
  if (!generation) return;
  const auto& compiled = compiled_for(context, arrival.bus, generation->mark);
  if (compiled.set.size() == 0) return;
  const auto scope = context.scope();
  context.set_scope(arrival.bus.scope);
  if (context.budget() > 0)
    match(context, compiled, arrival);
  else
    context.later({"events.arrived", as_context(arrival)});
  context.set_scope(scope);
}

void Router::resume(Context& context, const core::Resumption& due) {
  const auto& given = due.context;
  Arrival arrival{.bus = {decoded<Scope>(object_of(given, "scope")), string_of(given, "bus")},
                  .event = Occurrence(object_of(given, "event"),
                                      {flag(given, "in_region"), flag(given, "to_region")}),
                  .replayed = flag(given, "replayed")};
  decode(array_of(given, "rules"), arrival.rules);
  route(context, arrival);
}

}  // namespace tocsin::events
