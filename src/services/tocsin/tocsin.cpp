// SPDX-License-Identifier: Apache-2.0
#include "services/tocsin/tocsin.hpp"

#include "core/trace.hpp"
#include "services/tocsin/parts.hpp"

namespace tocsin::own {
namespace {

/// Empty members are left out: a node that goes on has no outcome, a root no cause.
Object describe(const core::TraceNode& node) {
  Object out{
      {"Id", node.id}, {"Kind", node.kind}, {"Name", node.name}, {"Time", to_seconds(node.time)}};
  if (!node.cause.empty()) out["Cause"] = node.cause;
  if (!node.outcome.empty()) out["Outcome"] = node.outcome;
  if (node.ended != Time{}) out["Ended"] = to_seconds(node.ended);
  return out;
}

core::Outcome get_timeline(core::Call& call) {
  const auto id = string_of(call.params(), "EventId");
  Array nodes;
  for (const auto& node : core::timeline(call, id))
    nodes.push_back(describe(node));
  if (nodes.empty()) return fail("ResourceNotFoundException", "No event " + id + " is known.", 404);
  return Object{{"Nodes", std::move(nodes)}};
}

}  // namespace

void register_tocsin_with(core::Registry& registry, std::vector<core::Operation> more) {
  core::Service service{"tocsin",
                        "tocsin",
                        {{"GetTimeline", core::Effect::Read, get_timeline},
                         {"IngestCloudTrailRecords", core::Effect::Write, ingest_cloudtrail_records,
                          needs_event_bus, "Records"}}};
  for (auto& operation : more)
    service.operations.push_back(std::move(operation));
  registry.add(std::move(service));
  registry.on_resume("tocsin.ingest", ingest_rest);
}

void register_tocsin(core::Registry& registry) {
  register_tocsin_with(registry, {});
}

}  // namespace tocsin::own
