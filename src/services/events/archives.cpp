// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
#include "engines/pattern/pattern.hpp"
#include "services/events/paging.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

core::Key archive_key(const Archive& archive) {
  return core::Key::of(archive.scope, archive.name);
}

Object short_description(const store::View& view, const Archive& archive) {
  const auto totals = kTotals.get(view, core::Key{archive.id}).value_or(ArchiveTotals{});
  return {{"ArchiveName", archive.name},
          {"EventSourceArn", BusName{archive.scope, archive.bus}.arn()},
          {"State", "ENABLED"},
          {"RetentionDays", archive.retention_days},
          {"SizeBytes", totals.bytes},
          {"EventCount", totals.count},
          {"CreationTime", to_seconds(archive.created)}};
}

Object told(const Archive& archive) {
  return {{"ArchiveArn", archive.arn()},
          {"State", "ENABLED"},
          {"CreationTime", to_seconds(archive.created)}};
}

Result<void> take_settings(const Document& params, Archive& archive) {
  if (!text(params, "KmsKeyIdentifier").empty()) {
    return invalid(
        "Tocsin does not encrypt archives with keys of KMS: KmsKeyIdentifier is refused.");
  }
  if (find(params, "Description")) archive.description = string_of(params, "Description");
  if (find(params, "EventPattern")) archive.pattern = string_of(params, "EventPattern");
  if (!archive.pattern.empty()) TRY(pattern::parse_pattern(archive.pattern));
  archive.retention_days = integer(params, "RetentionDays").value_or(archive.retention_days);
  if (archive.retention_days < 0) {
    return violation(std::to_string(archive.retention_days), "retentionDays",
                     "have value greater than or equal to 0");
  }
  return {};
}

/// The name of a bus of the caller's that an ARN names.
Result<std::string> source_of(Call& call) {
  const auto given = text(call.params(), "EventSourceArn");
  const auto arn = Arn::parse(given);
  if (!arn || arn->service != "events" || !arn->resource.starts_with("event-bus/") ||
      arn->account != call.account().str() || arn->region != call.region()) {
    return invalid("Parameter EventSourceArn is not valid. Reason: Must contain an event bus ARN.");
  }
  return TRY(find_bus(call, bus_named(call.scope(), given)))
  .name;
}

Result<Archive> find_archive(Call& call) {
  const auto name = string_of(call.params(), "ArchiveName");
  auto archive = kArchives.get(call, core::Key::of(call.scope(), name));
  if (archive) return *std::move(archive);
  return fail("ResourceNotFoundException", "Archive " + name + " does not exist.");
}

}  // namespace

Outcome create_archive(Call& call) {
  Archive archive{.name = string_of(call.params(), "ArchiveName"),
                  .scope = call.scope(),
                  .created = call.now()};
  TRY(check_name(archive.name, "archiveName", 48));
  archive.bus = TRY(source_of(call));
  TRY(take_settings(call.params(), archive));
  if (kArchives.contains(call, archive_key(archive))) {
    return fail("ResourceAlreadyExistsException", "Archive " + archive.name + " already exists.");
  }
  archive.id = call.new_uuid();
  kArchives.put(call, archive_key(archive), archive);
  renew(call, archive.scope, archive.bus);
  return told(archive);
}

Outcome describe_archive(Call& call) {
  const auto archive = TRY(find_archive(call));
  auto out = short_description(call, archive);
  out["ArchiveArn"] = archive.arn();
  if (!archive.description.empty()) out["Description"] = archive.description;
  if (!archive.pattern.empty()) out["EventPattern"] = archive.pattern;
  return out;
}

Outcome list_archives(Call& call) {
  const auto prefix = text(call.params(), "NamePrefix"), state = text(call.params(), "State");
  const bool by_source = find(call.params(), "EventSourceArn");
  if (!prefix.empty() + !state.empty() + by_source > 1) {
    return invalid(
        "At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or "
        "NamePrefix.");
  }
  TRY(check_enum(
      state, "state",
      {"ENABLED", "DISABLED", "CREATING", "UPDATING", "CREATE_FAILED", "UPDATE_FAILED"}));
  const auto bus = by_source ? TRY(source_of(call)) : std::string();
  return page_of<Archive>(call, kArchives, core::Key::of(call.scope()), "Archives",
                          [&](const Archive& archive) -> Document {
                            if (!archive.name.starts_with(prefix) ||
                                (by_source && archive.bus != bus) ||
                                (!state.empty() && state != "ENABLED")) {
                              return nullptr;
                            }
                            return short_description(call, archive);
                          });
}

Outcome update_archive(Call& call) {
  auto archive = TRY(find_archive(call));
  TRY(take_settings(call.params(), archive));
  kArchives.put(call, archive_key(archive), archive);
  renew(call, archive.scope, archive.bus);
  arm_retention(call, archive);
  return told(archive);
}

Outcome delete_archive(Call& call) {
  const auto archive = TRY(find_archive(call));
  kArchives.erase(call, archive_key(archive));
  renew(call, archive.scope, archive.bus);
  drop_archived(call, archive.id);
  return Object{};
}

core::ResourceType archive_type() {
  core::ResourceType type{.type = "AWS::Events::Archive", .table = kArchives.name()};
  type.describe = [](const store::View&, const Document& row) {
    const auto archive = decoded<Archive>(row);
    core::ResourceType::Description out{
        .id = archive.name, .name = archive.name, .arn = archive.arn(), .scope = archive.scope};
    out.configuration = {{"ArchiveName", archive.name},
                         {"Arn", archive.arn()},
                         {"SourceArn", BusName{archive.scope, archive.bus}.arn()},
                         {"RetentionDays", archive.retention_days}};
    if (!archive.description.empty()) out.configuration["Description"] = archive.description;
    if (const auto parsed = parse_json(archive.pattern))
      out.configuration["EventPattern"] = *parsed;
    return out;
  };
  return type;
}

}  // namespace tocsin::events
