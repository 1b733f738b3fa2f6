// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "services/events/paging.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kMostBuses = 100;

Object described(const Bus& bus) {
  Object out{{"Name", bus.name}, {"Arn", bus.arn()}};
  if (!bus.description.empty()) out["Description"] = bus.description;
  if (!bus.policy.empty()) out["Policy"] = bus.policy;
  if (bus.created != Time{}) {
    out["CreationTime"] = to_seconds(bus.created);
    out["LastModifiedTime"] = to_seconds(bus.modified);
  }
  return out;
}

void add_dead_letter(Object& out, const Bus& bus) {
  if (!bus.dead_letter.empty()) out["DeadLetterConfig"] = Object{{"Arn", bus.dead_letter}};
}

/// Keys of customers and logs of buses are not there: refused rather than ignored.
Result<void> check_served(const Document& params) {
  if (!text(params, "KmsKeyIdentifier").empty())
    return invalid("Tocsin does not encrypt events with keys of KMS: KmsKeyIdentifier is refused.");
  const auto level = text(object_of(params, "LogConfig"), "Level", "OFF");
  if (level != "OFF")
    return invalid("Tocsin does not write logs of event buses: LogConfig is refused.");
  return {};
}

Result<void> take_settings(const Document& params, Bus& bus) {
  TRY(check_served(params));
  if (find(params, "Description")) bus.description = string_of(params, "Description");
  if (const auto* config = find(params, "DeadLetterConfig")) {
    bus.dead_letter = string_of(*config, "Arn");
    if (!bus.dead_letter.empty()) TRY(check_dead_letter(bus.dead_letter));
  }
  return {};
}

Result<void> check_bus_name(const Document& params) {
  const auto name = text(params, "Name"), source = text(params, "EventSourceName");
  if (name.find('/') != name.npos && source.empty())
    return invalid("Event bus name must not contain '/'.");
  if (!source.empty()) {
    return fail("ResourceNotFoundException",
                "Event source " + std::string(source) + " does not exist.");
  }
  TRY(check_name(name, "name", 256));
  return {};
}

bool has_archives(Call& call, const std::string& bus) {
  const auto archives = kArchives.all(call, core::Key::of(call.scope()));
  return std::ranges::find(archives, bus, &Archive::bus) != archives.end();
}

}  // namespace

Outcome create_event_bus(Call& call) {
  TRY(check_bus_name(call.params()));
  const BusName name{call.scope(), string_of(call.params(), "Name")};
  if (find_bus(call, name)) {
    return fail("ResourceAlreadyExistsException", "Event bus " + name.name + " already exists.");
  }
  if (kBuses.all(call, core::Key::of(call.scope())).size() >= kMostBuses) return limit_exceeded();
  Bus bus{.name = name.name, .scope = name.scope, .created = call.now(), .modified = call.now()};
  TRY(take_settings(call.params(), bus));
  TRY(add_tags(call.params(), bus.tags));
  kBuses.put(call, name.key(), bus);
  Object reply{{"EventBusArn", bus.arn()}};
  if (!bus.description.empty()) reply["Description"] = bus.description;
  add_dead_letter(reply, bus);
  return reply;
}

Outcome update_event_bus(Call& call) {
  const auto name = bus_named(call.scope(), text(call.params(), "Name"));
  auto bus = TRY(find_bus(call, name));
  TRY(take_settings(call.params(), bus));
  keep(call, bus);
  Object reply{{"Name", bus.name}, {"Arn", bus.arn()}};
  if (!bus.description.empty()) reply["Description"] = bus.description;
  add_dead_letter(reply, bus);
  return reply;
}

Outcome delete_event_bus(Call& call) {
  const auto name = bus_named(call.scope(), text(call.params(), "Name"));
  if (name.name == "default") return invalid("Cannot delete event bus default.");
  if (!kRules.all(call, name.key()).empty() || has_archives(call, name.name)) {
    return invalid("Event bus " + name.name + " cannot be deleted because it has rules.");
  }
  kBuses.erase(call, name.key());
  return Object{};
}

Outcome describe_event_bus(Call& call) {
  const auto bus = TRY(find_bus(call, bus_named(call.scope(), text(call.params(), "Name"))));
  auto out = described(bus);
  add_dead_letter(out, bus);
  return out;
}

Outcome list_event_buses(Call& call) {
  auto buses = kBuses.all(call, core::Key::of(call.scope()));
  if (std::ranges::find(buses, "default", &Bus::name) == buses.end())
    buses.push_back({.name = "default"});
  std::ranges::sort(buses, {}, &Bus::name);
  const auto after = TRY(position_of(call));
  Array list;
  Object reply;
  for (auto& bus : buses) {
    if (!bus.name.starts_with(text(call.params(), "NamePrefix")) || bus.name <= after) continue;
    if (list.size() == limit_of(call)) {
      reply["NextToken"] = base64(text(list.back(), "Name"));
      break;
    }
    bus.scope = call.scope();
    list.push_back(described(bus));
  }
  reply["EventBuses"] = std::move(list);
  return reply;
}

void keep(Call& call, Bus& bus) {
  if (bus.created == Time{}) bus.created = call.now();
  bus.modified = call.now();
  kBuses.put(call, core::Key::of(bus.scope, bus.name), bus);
}

core::ResourceType bus_type() {
  core::ResourceType type{.type = "AWS::Events::EventBus", .table = kBuses.name()};
  type.describe = [](const store::View&, const Document& row) {
    const auto bus = decoded<Bus>(row);
    core::ResourceType::Description out{
        .id = bus.name, .name = bus.name, .arn = bus.arn(), .scope = bus.scope};
    out.configuration = {{"Name", bus.name}, {"Arn", bus.arn()}};
    if (!bus.description.empty()) out.configuration["Description"] = bus.description;
    if (const auto policy = parse_json(bus.policy)) out.configuration["Policy"] = *policy;
    add_dead_letter(out.configuration, bus);
    out.tags = bus.tags;
    return out;
  };
  return type;
}

}  // namespace tocsin::events
