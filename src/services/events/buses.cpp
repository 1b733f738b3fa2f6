// SPDX-License-Identifier: Apache-2.0
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

Object described(const Bus& bus, const Scope& scope) {
  Object out{{"Name", bus.name}, {"Arn", bus.arn(scope)}};
  if (!bus.description.empty()) out["Description"] = bus.description;
  if (bus.created != Time{}) {
    out["CreationTime"] = to_seconds(bus.created);
    out["LastModifiedTime"] = to_seconds(bus.modified);
  }
  return out;
}

}  // namespace

std::string bus_name(std::string_view name) {
  if (name.empty()) return "default";
  const auto at = name.find("event-bus/");
  return std::string(name.starts_with("arn:") && at != name.npos ? name.substr(at + 10) : name);
}

Result<Bus> find_bus(const store::View& view, const Scope& scope, const std::string& name) {
  auto bus = kBuses.get(view, core::Key::of(scope, name));
  if (bus) return *std::move(bus);
  if (name == "default") return Bus{.name = name};
  return fail("ResourceNotFoundException", "Event bus " + name + " does not exist.");
}

Outcome create_event_bus(Call& call) {
  const auto name = string_of(call.params(), "Name");
  if (name.empty() || name.find('/') != name.npos || name.starts_with("aws.")) {
    return fail("ValidationException", "Event bus name is not valid: " + name);
  }
  if (find_bus(call, call.scope(), name)) {
    return fail("ResourceAlreadyExistsException", "Event bus " + name + " already exists.");
  }
  const Bus bus{name, string_of(call.params(), "Description"), call.now(), call.now()};
  kBuses.put(call, core::Key::of(call.scope(), name), bus);
  return Object{{"EventBusArn", bus.arn(call.scope())}};
}

Outcome delete_event_bus(Call& call) {
  const auto name = bus_name(text(call.params(), "Name"));
  if (name == "default") return fail("ValidationException", "Cannot delete event bus default.");
  if (!kRules.all(call, core::Key::of(call.scope(), name)).empty()) {
    return fail("ValidationException",
                "Event bus " + name + " cannot be deleted because it has rules.");
  }
  kBuses.erase(call, core::Key::of(call.scope(), name));
  return Object{};
}

Outcome describe_event_bus(Call& call) {
  const auto bus = find_bus(call, call.scope(), bus_name(text(call.params(), "Name")));
  if (!bus) return bus.error();
  return described(*bus, call.scope());
}

Outcome list_event_buses(Call& call) {
  auto buses = kBuses.all(call, core::Key::of(call.scope()));
  buses.insert(buses.begin(), Bus{.name = "default"});
  Array list;
  for (const auto& bus : buses) {
    if (bus.name.starts_with(text(call.params(), "NamePrefix")))
      list.push_back(described(bus, call.scope()));
  }
  return Object{{"EventBuses", std::move(list)}};
}

}  // namespace tocsin::events
