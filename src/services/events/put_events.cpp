// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
#include <fmt/format.h>

#include "services/events/route.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kMostEntries = 10;
constexpr std::size_t kMostBytes = 1024 * 1024;
constexpr std::size_t kLongestDetailType = 128;

std::size_t size_of(const Document& entry) {
  std::size_t size = find(entry, "Time") ? 14 : 0;
  for (const auto* member : {"Source", "DetailType", "Detail"})
    size += text(entry, member).size();
  for (const auto& resource : array_of(entry, "Resources"))
    size += resource.is_string() ? resource.get_string().size() : 0;
  return size;
}

Failure bad_argument(std::string_view member, std::string_view reason) {
  return fail("InvalidArgument",
              fmt::format("Parameter {} is not valid. Reason: {}", member, reason));
}

Result<Object> check_entry(const Document& entry) {
  for (const std::string_view member : {"Source", "DetailType", "Detail"}) {
    if (text(entry, member).empty())
      return bad_argument(member, fmt::format("{} is a required argument.", member));
  }
  if (text(entry, "Source").starts_with("aws."))
    return fail("NotAuthorizedForSourceException", "Not authorized for the source.");
  if (text(entry, "DetailType").size() > kLongestDetailType) {
    return bad_argument("DetailType",
                        fmt::format("DetailType has more than {} characters.", kLongestDetailType));
  }
  auto detail = parse_json(text(entry, "Detail"));
  if (!detail || !detail->is_object()) return fail("MalformedDetail", "Detail is malformed.");
  return std::move(detail->get_object());
}

/// The buses of one call, each looked up once.
class Buses {
 public:
  explicit Buses(Call& call) : call_(call) {}
  bool has(const BusName& bus) {
    const auto [entry, added] = known_.try_emplace(bus.key().bytes(), false);
    if (added) entry->second = find_bus(call_, bus).has_value();
    return entry->second;
  }

 private:
  Call& call_;
  std::map<std::string, bool> known_;
};

Result<std::string> put_entry(Call& call, const Document& entry, Buses& buses) {
  auto detail = TRY(check_entry(entry));
  auto bus = bus_named(call.scope(), text(entry, "EventBusName"));
  if (bus.scope.region != call.region())
    return bad_argument("EventBusName", "The event bus is in another region.");
  core::Event event{.id = call.new_uuid(),
                    .source = string_of(entry, "Source"),
                    .detail_type = string_of(entry, "DetailType"),
                    .scope = call.scope(),
                    .detail = std::move(detail)};
  for (const auto& resource : array_of(entry, "Resources")) {
    if (resource.is_string()) event.resources.emplace_back(resource.get_string());
  }
  if (const auto* time = find(entry, "Time"); time && time->is_number())
    event.time = from_seconds(time->to_number<double>());
  auto id = event.id;
  // AWS accepts events for a bus that is not there, and drops them.
  if (!buses.has(bus)) return id;
  event.bus = std::move(bus.name);
  if (bus.scope != call.scope()) event.bus_scope = std::move(bus.scope);
  call.emit(std::move(event));
  return id;
}

Result<void> check_request(const Document& params) {
  if (find(params, "EndpointId"))
    return invalid("Tocsin has no global endpoints: EndpointId is refused.");
  const auto& entries = array_of(params, "Entries");
  if (entries.empty() || entries.size() > kMostEntries) {
    return violation("[PutEventsRequestEntry]", "entries",
                     entries.empty()
                         ? "have length greater than or equal to 1"
                         : fmt::format("have length less than or equal to {}", kMostEntries));
  }
  std::size_t size = 0;
  for (const auto& entry : entries)
    size += size_of(entry);
  if (size > kMostBytes)
    return invalid("Total size of the entries in the request is over the limit.");
  return {};
}

/// The event keeps its id, time, account and region.
Outcome take_forwarded(Call& call, Router& router) {
  const auto& params = call.params();
  const auto bus = bus_named(call.scope(), text(array_of(params, "Entries").at(0), "EventBusName"));
  TRY(find_bus(call, bus));
  const auto& event = object_of(params, "Event");
  router.route(call, {.bus = bus,
                      .event = Occurrence(event, {flag(params, "HoppedInRegion"),
                                                  flag(params, "HoppedToRegion")})});
  return Object{{"FailedEntryCount", 0},
                {"Entries", Array{Object{{"EventId", text(event, "id")}}}}};
}

}  // namespace

bool is_forwarded(const Call& call) {
  return call.request().credential.service == kPrincipal;
}

Outcome put_events(Call& call, Router& router) {
  if (is_forwarded(call)) return take_forwarded(call, router);
  TRY(check_request(call.params()));
  Buses buses(call);
  Array replies;
  int failed = 0;
  for (const auto& entry : array_of(call.params(), "Entries")) {
    if (const auto id = put_entry(call, entry, buses)) {
      replies.push_back(Object{{"EventId", *id}});
    } else {
      ++failed;
      replies.push_back(
          Object{{"ErrorCode", id.error().code}, {"ErrorMessage", id.error().message}});
    }
  }
  return Object{{"FailedEntryCount", failed}, {"Entries", std::move(replies)}};
}

}  // namespace tocsin::events
