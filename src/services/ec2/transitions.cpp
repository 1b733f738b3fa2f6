// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/transitions.hpp"

namespace tocsin::ec2 {
namespace {

constexpr std::string_view kBecome = "ec2.become";
constexpr std::string_view kModified = "ec2.volume_modified";

struct Becoming {
  std::string id;
  std::string from;
  std::string to;
};
BOOST_DESCRIBE_STRUCT(Becoming, (), (id, from, to))

void tell(core::Context& context, const Scope& where, std::string_view detail_type, std::string arn,
          Object detail) {
  detail["cause"] = "";
  detail["request-id"] = "";
  context.emit({.source = "aws.ec2",
                .detail_type = std::string(detail_type),
                .scope = where,
                .resources = {std::move(arn)},
                .detail = std::move(detail)});
}

void completed(core::Context& context, Resource& snapshot) {
  snapshot.shape["Progress"] = "100%";
  const auto copied = text(snapshot.more, "CopiedFrom");
  const auto source = copied.empty()
                          ? arn_of(kVolume, context.scope(), text(snapshot.shape, "VolumeId"))
                          : std::string(copied);
  tell_of_snapshot(context, context.scope(), snapshot,
                   copied.empty() ? "createSnapshot" : "copySnapshot", source);
}

void has_become(core::Context& context, const core::Resumption& due) {
  const auto change = decoded<Becoming>(due.context);
  const auto* kind = kind_of(change.id);
  if (!kind) return;
  auto resource = get(context, context.scope(), *kind, change.id);
  if (!resource || text(resource->shape, "State") != change.from) return;
  resource->shape["State"] = change.to;
  if (kind == &kSnapshot) completed(context, *resource);
  if (kind == &kVolume) tell_of_volume(context, *resource, "createVolume", "available");
  save(context, *kind, *resource);
}

void modified(core::Context& context, const core::Resumption& due) {
  auto volume = get(context, context.scope(), kVolume, std::string(due.context.as_string()));
  if (!volume || !volume->more.contains(kModification)) return;
  auto modification = object_of(volume->more, kModification);
  modification["ModificationState"] = "completed";
  modification["Progress"] = 100;
  modification["EndTime"] = to_seconds(context.now());
  volume->more[kModification] = std::move(modification);
  save(context, kVolume, *volume);
  tell_of_volume(context, *volume, "modifyVolume", "completed");
}

}  // namespace

void become(core::Context& context, const Resource& resource, std::string_view to, Duration delay) {
  const Becoming change{resource.id, string_of(resource.shape, "State"), std::string(to)};
  context.at(context.now() + delay, {std::string(kBecome), encode(change)});
}

void modified_after(core::Context& context, const Resource& volume, Duration delay) {
  context.at(context.now() + delay,
             {std::string(kModified), Document(boost::json::string(volume.id))});
}

void tell_of_volume(core::Context& context, const Resource& volume, std::string_view event,
                    std::string_view result) {
  tell(context, context.scope(), "EBS Volume Notification", arn_of(kVolume, volume),
       {{"event", event}, {"result", result}});
}

void tell_of_snapshot(core::Context& context, const Scope& where, const Resource& snapshot,
                      std::string_view event, std::string_view source) {
  const auto arn = arn_of(kSnapshot, snapshot);
  tell(context, where, "EBS Snapshot Notification", arn,
       {{"event", event},
        {"result", "succeeded"},
        {"snapshot_id", arn},
        {"source", source},
        {"startTime", iso8601(snapshot.created)},
        {"endTime", iso8601(context.now())}});
}

void on_transitions(core::Registry& registry) {
  registry.on_resume(std::string(kBecome), has_become);
  registry.on_resume(std::string(kModified), modified);
}

}  // namespace tocsin::ec2
