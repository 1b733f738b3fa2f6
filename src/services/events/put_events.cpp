// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
#include <set>

#include "engines/pattern/pattern.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kMostEntries = 10;
constexpr std::size_t kMostBytes = 256 * 1024;

std::size_t size_of(const Document& entry) {
  std::size_t size = find(entry, "Time") ? 14 : 0;
  for (const auto* member : {"Source", "DetailType", "Detail"})
    size += text(entry, member).size();
  for (const auto& resource : array_of(entry, "Resources"))
    size += resource.is_string() ? resource.get_string().size() : 0;
  return size;
}

Result<Object> check_entry(const Document& entry) {
  for (const std::string member : {"Source", "DetailType", "Detail"}) {
    if (!text(entry, member).empty()) continue;
    return fail("InvalidArgument", "Parameter " + member + " is not valid. Reason: " + member +
                                       " is a required argument.");
  }
  if (text(entry, "Source").starts_with("aws.")) {
    return fail("NotAuthorizedForSourceException", "Not authorized for the source.");
  }
  auto detail = parse_json(text(entry, "Detail"));
  if (!detail || !detail->is_object()) return fail("MalformedDetail", "Detail is malformed.");
  return detail->as_object();
}

Object put_entry(Call& call, const Document& entry) {
  auto detail = check_entry(entry);
  if (!detail)
    return {{"ErrorCode", detail.error().code}, {"ErrorMessage", detail.error().message}};
  core::Event event{.id = call.new_uuid(),
                    .source = string_of(entry, "Source"),
                    .detail_type = string_of(entry, "DetailType"),
                    .scope = call.scope(),
                    .detail = *std::move(detail),
                    .bus = bus_name(text(entry, "EventBusName"))};
  for (const auto& resource : array_of(entry, "Resources")) {
    if (resource.is_string()) event.resources.emplace_back(resource.get_string());
  }
  if (const auto* time = find(entry, "Time"); time && time->is_number())
    event.time = from_seconds(time->to_number<double>());
  const auto id = event.id;
  // AWS accepts events for a bus that is not there, and drops them.
  if (find_bus(call, call.scope(), event.bus)) call.emit(std::move(event));
  return {{"EventId", id}};
}

}  // namespace

std::vector<core::Access> needs_put_events(Call& call) {
  std::set<std::string> buses;
  for (const auto& entry : array_of(call.params(), "Entries"))
    buses.insert(bus_name(text(entry, "EventBusName")));
  std::vector<core::Access> needs;
  for (const auto& bus : buses) {
    needs.push_back({.action = "events:PutEvents",
                     .resource = arn("events", call.scope(), "event-bus/" + bus)});
  }
  return needs;
}

Outcome put_events(Call& call) {
  const auto& entries = array_of(call.params(), "Entries");
  if (entries.empty() || entries.size() > kMostEntries) {
    return fail("ValidationException",
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
                "Member must have length between 1 and 10");
  }
  std::size_t size = 0;
  for (const auto& entry : entries)
    size += size_of(entry);
  if (size > kMostBytes) {
    return fail("ValidationException",
                "Total size of the entries in the request is over the limit.");
  }
  Array replies;
  int failed = 0;
  for (const auto& entry : entries) {
    auto reply = put_entry(call, entry);
    if (reply.contains("ErrorCode")) ++failed;
    replies.push_back(std::move(reply));
  }
  return Object{{"FailedEntryCount", failed}, {"Entries", std::move(replies)}};
}

Outcome test_event_pattern(Call& call) {
  const auto parsed = pattern::parse_pattern(text(call.params(), "EventPattern"));
  if (!parsed) return parsed.error();
  const auto event = parse_json(text(call.params(), "Event"));
  if (!event || !event->is_object())
    return fail("ValidationException", "Parameter Event is not valid.");
  for (const auto* member :
       {"id", "account", "source", "time", "region", "resources", "detail-type"}) {
    if (!find(*event, member)) {
      return fail("ValidationException", "Parameter Event is not valid. Reason: the member " +
                                             std::string(member) + " is required.");
    }
  }
  return Object{{"Result", pattern::matches(*parsed, *event)}};
}

}  // namespace tocsin::events
