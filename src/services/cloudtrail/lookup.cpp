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
// A page looks at no more records than this; the next one goes on where it ended, as in AWS, where
// a page may be short or empty and still have a token.
constexpr int kLooked = 100'000;
constexpr std::size_t kLongestValue = 2'000;

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
  if (std::ranges::find(known, wanted.attribute) == known.end() || wanted.value.empty() ||
      wanted.value.size() > kLongestValue) {
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

struct Query {
  Wanted wanted;
  Time start{}, end{};
  std::int64_t limit = 50;
  bool insights = false;
  std::string digest;  // of what a token goes with
  std::optional<core::Key> after;
};

/// A token is good for the request that it came from, whatever its page size.
std::string digest_of(const Document& params) {
  auto object = params.is_object() ? params.get_object() : Object{};
  object.erase("NextToken");
  object.erase("MaxResults");
  return hex(sha256(canonical_json(object))).substr(0, 16);
}

Result<core::Key> place_of(const core::Call& call, std::string_view token,
                           std::string_view digest) {
  const auto bytes = unbase64(token);
  const auto parts = bytes ? core::Key::split(*bytes) : std::vector<std::string>{};
  const auto place = parts.size() == 2 && parts[0] == digest ? core::Key::split(parts[1])
                                                             : std::vector<std::string>{};
  if (place.size() != 2) return fail("InvalidNextTokenException", "Invalid token.");
  return core::Key::of(call.scope(), place[0], place[1]);
}

Result<Query> query_of(core::Call& call) {
  const auto& params = call.params();
  Query query {
    .wanted = TRY(wanted_of(params))
    , .limit = integer(params, "MaxResults").value_or(50), .digest = digest_of(params)
  };
  if (query.limit < 1 || query.limit > 50) {
    return fail(
        "InvalidMaxResultsException",
        fmt::format("A max results value of {} is invalid. Specify max results between 1 and 50.",
                    query.limit));
  }
  const auto start = moment(params, "StartTime"), end = moment(params, "EndTime");
  if (start && end && *start > *end) {
    return fail("InvalidTimeRangeException", "Start time must be less than or equal to end time.");
  }
  const auto category = text(params, "EventCategory");
  if (!category.empty() && category != "insight") {
    return fail("InvalidEventCategoryException",
                fmt::format("The event category {} is not valid.", category));
  }
  query.insights = !category.empty();
  query.start = std::max(start.value_or(Time{}), call.now() - kKept);
  query.end = Time::max();
  if (end) {
    // Events tell their second only: all of the last one are meant.
    query.end = std::chrono::floor<std::chrono::seconds>(*end) + std::chrono::milliseconds(999);
    query.after = core::Key::of(call.scope(), inverted(query.end + Duration(1)), "\xff");
  }
  if (const auto token = text(params, "NextToken"); !token.empty())
    query.after = TRY(place_of(call, token, query.digest));
  return query;
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
  const auto query = TRY(query_of(call));
  if (query.insights) return Object{{"Events", Array{}}};
  Array events;
  std::string next, last;
  int looked = 0;
  kHistory.scan(
      call, core::Key::of(call.scope()),
      [&](const auto& key, const Entry& entry) {
        const auto time = time_of(key[2]);
        if (time < query.start) return false;
        if (static_cast<std::int64_t>(events.size()) == query.limit || ++looked > kLooked) {
          next = last;
          return false;
        }
        last = core::Key{key[2], key[3]}.bytes();
        if (time <= query.end && query.wanted.fits(entry)) events.push_back(event_of(entry, time));
        return true;
      },
      store::Direction::Forward, query.after);
  Object reply{{"Events", std::move(events)}};
  if (!next.empty()) reply["NextToken"] = base64(core::Key{query.digest, next}.bytes());
  return reply;
}

}  // namespace tocsin::cloudtrail
