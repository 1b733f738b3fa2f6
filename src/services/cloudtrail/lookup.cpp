// SPDX-License-Identifier: Apache-2.0
// The event history: 90 days of management events.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/cloudtrail/parts.hpp"
#include "services/cloudtrail/record.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr auto kKept = std::chrono::hours(24 * 90);
constexpr int kTrimmed = 4;  // at most so many old records with each new one

std::string inverted(Time time) {
  return fmt::format("{:016x}", ~static_cast<std::uint64_t>(to_ms(time)));
}

Time time_of(const std::string& inverted_hex) {
  return from_ms(static_cast<std::int64_t>(~std::stoull(inverted_hex, nullptr, 16)));
}

std::string member(const Object& record, std::string_view name) {
  const auto* found = record.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string access_key(const Object& record) {
  return string_of(record.at("userIdentity"), "accessKeyId");
}

std::string_view read_only(const Object& record) {
  return record.at("readOnly").as_bool() ? "true" : "false";
}

struct Wanted {
  std::string attribute, value;

  bool fits(const Entry& entry) const {
    if (attribute.empty()) return true;
    if (attribute == "EventId") return member(entry.record, "eventID") == value;
    if (attribute == "EventName") return member(entry.record, "eventName") == value;
    if (attribute == "EventSource") return member(entry.record, "eventSource") == value;
    if (attribute == "Username") return entry.user_name == value;
    if (attribute == "AccessKeyId") return access_key(entry.record) == value;
    if (attribute == "ReadOnly") return read_only(entry.record) == value;
    return std::ranges::any_of(resources_of(entry.record), [&](const auto& resource) {
      return (attribute == "ResourceType" ? resource.first : resource.second) == value;
    });
  }
};

Result<Wanted> wanted_of(const Document& params) {
  static constexpr std::array<std::string_view, 8> known{
      "EventId",      "EventName",    "ReadOnly",    "Username",
      "ResourceType", "ResourceName", "EventSource", "AccessKeyId"};
  const auto& attributes = array_of(params, "LookupAttributes");
  if (attributes.empty()) return Wanted{};
  if (attributes.size() > 1) {
    return fail("InvalidLookupAttributesException", "You can specify only one lookup attribute.");
  }
  Wanted wanted{string_of(attributes[0], "AttributeKey"),
                string_of(attributes[0], "AttributeValue")};
  if (!(std::ranges::find(known, wanted.attribute) != known.end()) || wanted.value.empty()) {
    return fail("InvalidLookupAttributesException",
                "Lookup attribute " + wanted.attribute + " is not valid or has no value.");
  }
  return wanted;
}

Object event_of(const Entry& entry, Time time) {
  Array resources;
  for (const auto& [type, name] : resources_of(entry.record)) {
    resources.push_back(Object{{"ResourceType", type}, {"ResourceName", name}});
  }
  Object event{{"EventId", member(entry.record, "eventID")},
               {"EventName", member(entry.record, "eventName")},
               {"ReadOnly", read_only(entry.record)}};
  if (const auto key = access_key(entry.record); !key.empty()) event["AccessKeyId"] = key;
  event["EventTime"] = static_cast<double>(to_ms(time) / 1000);
  event["EventSource"] = member(entry.record, "eventSource");
  if (!entry.user_name.empty()) event["Username"] = entry.user_name;
  event["Resources"] = std::move(resources);
  event["CloudTrailEvent"] = to_json(Document(entry.record));
  return event;
}

std::optional<Time> moment(const Document& params, std::string_view name) {
  const auto* found = find(params, name);
  if (!found || !found->is_number()) return std::nullopt;
  return from_seconds(found->to_number<double>());
}

}  // namespace

void remember(core::Context& context, const Scope& scope, Time time, Entry entry) {
  const auto prefix = core::Key::of(scope);
  kHistory.put(context, core::Key::of(scope, inverted(time), member(entry.record, "eventID")),
               entry);
  std::vector<core::Key> old;
  kHistory.scan(
      context, prefix,
      [&](const auto& key, const Entry&) {
        if (time_of(key[2]) + kKept > context.now() || old.size() >= kTrimmed) return false;
        old.push_back(core::Key{key[0], key[1], key[2], key[3]});
        return true;
      },
      store::Direction::Backward);
  for (const auto& key : old)
    kHistory.erase(context, key);
}

core::Outcome lookup_events(core::Call& call) {
  const auto wanted = wanted_of(call.params());
  if (!wanted) return wanted.error();
  const auto limit = integer(call.params(), "MaxResults").value_or(50);
  if (limit < 1 || limit > 50) {
    return fail(
        "InvalidMaxResultsException",
        fmt::format("A max results value of {} is invalid. Specify max results between 1 and 50.",
                    limit));
  }
  const auto start = moment(call.params(), "StartTime"), end = moment(call.params(), "EndTime");
  if (start && end && *start > *end) {
    return fail("InvalidTimeRangeException", "Start time must be less than or equal to end time.");
  }
  if (text(call.params(), "EventCategory") == "insight") return Object{{"Events", Array{}}};
  std::optional<core::Key> after;
  if (end) after = core::Key::of(call.scope(), inverted(*end + std::chrono::seconds(1)), "\xff");
  if (const auto token = text(call.params(), "NextToken"); !token.empty()) {
    const auto place = unbase64(token);
    const auto parts = place ? core::Key::split(*place) : std::vector<std::string>{};
    if (parts.size() != 2) return fail("InvalidNextTokenException", "Invalid token.");
    after = core::Key::of(call.scope(), parts[0], parts[1]);
  }
  Array events;
  std::string next, last;
  kHistory.scan(
      call, core::Key::of(call.scope()),
      [&](const auto& key, const Entry& entry) {
        const auto time = time_of(key[2]);
        if (start && time < *start) return false;
        if ((end && time > *end) || !wanted->fits(entry)) return true;
        if (static_cast<std::int64_t>(events.size()) == limit) {
          next = last;
          return false;
        }
        events.push_back(event_of(entry, time));
        last = core::Key{key[2], key[3]}.bytes();
        return true;
      },
      store::Direction::Forward, after);
  Object reply{{"Events", std::move(events)}};
  if (!next.empty()) reply["NextToken"] = base64(next);
  return reply;
}

}  // namespace tocsin::cloudtrail
