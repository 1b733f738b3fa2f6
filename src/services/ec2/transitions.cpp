// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/transitions.hpp"

namespace tocsin::ec2 {
namespace {

constexpr std::string_view kBecome = "ec2.become";

struct Becoming {
  std::string id;
  std::string from;
  std::string to;
};
BOOST_DESCRIBE_STRUCT(Becoming, (), (id, from, to))

void tell_of_snapshot(core::Context& context, const Resource& snapshot) {
  const auto arn = arn_of(kSnapshot, snapshot);
  const auto volume = arn_of(kVolume, context.scope(), text(snapshot.shape, "VolumeId"));
  context.emit({.source = "aws.ec2",
                .detail_type = "EBS Snapshot Notification",
                .scope = context.scope(),
                .resources = {arn},
                .detail = {{"event", "createSnapshot"},
                           {"result", "succeeded"},
                           {"cause", ""},
                           {"request-id", ""},
                           {"snapshot_id", arn},
                           {"source", volume},
                           {"startTime", iso8601(snapshot.created)},
                           {"endTime", iso8601(context.now())}}});
}

void has_become(core::Context& context, const core::Resumption& due) {
  const auto change = decoded<Becoming>(due.context);
  const auto* kind = kind_of(change.id);
  if (!kind) return;
  auto resource = get(context, context.scope(), *kind, change.id);
  if (!resource || text(resource->shape, "State") != change.from) return;
  resource->shape["State"] = change.to;
  if (kind == &kSnapshot) {
    resource->shape["Progress"] = "100%";
    tell_of_snapshot(context, *resource);
  }
  save(context, *kind, *resource);
}

}  // namespace

void become(core::Context& context, const Resource& resource, std::string_view to, Duration delay) {
  const Becoming change{resource.id, string_of(resource.shape, "State"), std::string(to)};
  context.at(context.now() + delay, {std::string(kBecome), encode(change)});
}

void on_transitions(core::Registry& registry) {
  registry.on_resume(std::string(kBecome), has_become);
}

}  // namespace tocsin::ec2
