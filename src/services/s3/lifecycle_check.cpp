// SPDX-License-Identifier: Apache-2.0
#include "services/s3/lifecycle_check.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include "base/time.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

constexpr std::size_t kMostRules = 1000, kLongestId = 255;
constexpr std::array<std::string_view, 6> kClasses{
    "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"};
constexpr std::array<std::string_view, 6> kActions{
    "Expiration",  "NoncurrentVersionExpiration",  "AbortIncompleteMultipartUpload",
    "Transitions", "NoncurrentVersionTransitions", "Transition"};

bool needs_thirty_days(std::string_view storage_class) {
  return storage_class == "STANDARD_IA" || storage_class == "ONEZONE_IA";
}

std::string prefix_of(const Document& rule) {
  const auto& filter = object_of(rule, "Filter");
  if (filter.contains("Prefix")) return string_of(filter, "Prefix");
  return string_of(object_of(filter, "And"), "Prefix", text(rule, "Prefix"));
}

Result<void> check_date(const Object& action) {
  const auto* date = action.if_contains("Date");
  if (!date || !date->is_number()) return {};
  const auto ms = to_ms(from_seconds(date->to_number<double>()));
  if (ms % (24 * 3600 * 1000) == 0) return {};
  return invalid_argument("'Date' must be at midnight GMT");
}

Result<void> check_positive(const Object& action, std::string_view member, std::string_view name) {
  const auto days = integer(action, member);
  if (!days || *days > 0) return {};
  return invalid_argument(
      fmt::format("'{}' for {} action must be a positive integer", member, name));
}

/// Exactly one of Days, Date and ExpiredObjectDeleteMarker.
Result<void> check_expiration(const Object& action) {
  if (action.empty()) return {};
  const int given = action.contains("Days") + action.contains("Date") +
                    action.contains("ExpiredObjectDeleteMarker");
  if (given != 1) return malformed_xml();
  TRY(check_positive(action, "Days", "Expiration"));
  return check_date(action);
}

Result<void> check_noncurrent(const Object& action) {
  if (action.empty()) return {};
  if (!action.contains("NoncurrentDays")) return malformed_xml();
  const auto newer = integer(action, "NewerNoncurrentVersions");
  if (newer && (*newer < 1 || *newer > 100))
    return invalid_argument(
        "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive "
        "integer no greater than 100");
  return check_positive(action, "NoncurrentDays", "NoncurrentVersionExpiration");
}

Result<void> check_days_of(const Object& transition, std::string_view member,
                           std::string_view action) {
  const auto days = integer(transition, member);
  const auto storage_class = text(transition, "StorageClass");
  if (!days) return {};
  if (*days < 0)
    return invalid_argument(fmt::format("'{}' in {} action must be nonnegative", member, action));
  if (*days < 30 && needs_thirty_days(storage_class)) {
    return invalid_argument(
        fmt::format("'{}' in {} action must be greater than or equal to 30 for storageClass '{}'",
                    member, action, storage_class));
  }
  return {};
}

Result<void> check_transition(const Document& given, std::string_view member,
                              std::string_view action) {
  const auto* transition = given.if_object();
  if (!transition) return malformed_xml();
  const int when = transition->contains(member) + transition->contains("Date");
  if (when != 1) return malformed_xml();
  if (std::ranges::find(kClasses, text(*transition, "StorageClass")) == kClasses.end())
    return malformed_xml();
  TRY(check_date(*transition));
  return check_days_of(*transition, member, action);
}

/// Days and dates may not be mixed, a class is named once, and what is moved is not gone before.
Result<void> check_transitions(const Document& rule) {
  const auto& transitions = array_of(rule, "Transitions");
  const auto& expiration = object_of(rule, "Expiration");
  std::set<std::string_view> classes;
  for (const auto& each : transitions) {
    TRY(check_transition(each, "Days", "Transition"));
    if (!classes.insert(text(each, "StorageClass")).second) {
      return invalid_argument(
          fmt::format("'StorageClass' must be different for 'Transition' actions in same 'Rule' "
                      "with prefix '{}'",
                      prefix_of(rule)));
    }
    const bool mixed =
        find(each, "Date") ? expiration.contains("Days") : expiration.contains("Date");
    if (mixed) {
      return invalid_request(fmt::format(
          "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule "
          "for prefix '{}'",
          prefix_of(rule)));
    }
    const auto end = integer(expiration, "Days"), days = integer(each, "Days");
    if (end && days && *end <= *days) {
      return invalid_argument(fmt::format(
          "'Days' in the Expiration action for filter '(prefix={})' must be greater than 'Days' in "
          "the Transition action",
          prefix_of(rule)));
    }
  }
  for (const auto& each : array_of(rule, "NoncurrentVersionTransitions"))
    TRY(check_transition(each, "NoncurrentDays", "NoncurrentVersionTransition"));
  return {};
}

struct Conditions {
  bool tags = false, sizes = false;
};

void note(Conditions& out, const Object& from) {
  out.tags |= from.contains("Tag") || !array_of(from, "Tags").empty();
  out.sizes |= from.contains("ObjectSizeGreaterThan") || from.contains("ObjectSizeLessThan");
}

/// A prefix of its own or a filter, and of a filter one condition or And with two and more.
Result<Conditions> check_filter(const Document& rule) {
  const bool filtered = find(rule, "Filter") != nullptr;
  if (filtered == (find(rule, "Prefix") != nullptr)) return malformed_xml();
  const auto& filter = object_of(rule, "Filter");
  if (filter.size() > 1) return malformed_xml();
  Conditions out;
  note(out, filter);
  if (!filter.contains("And")) return out;
  const auto& both = object_of(filter, "And");
  note(out, both);
  std::set<std::string_view> keys;
  for (const auto& tag : array_of(both, "Tags")) {
    if (!keys.insert(text(tag, "Key")).second)
      return invalid_request("Duplicate Tag Keys are not allowed.");
  }
  if (both.size() + (array_of(both, "Tags").size() > 1) < 2) return malformed_xml();
  const auto above = integer(both, "ObjectSizeGreaterThan"),
             below = integer(both, "ObjectSizeLessThan");
  if (above && below && *above >= *below)
    return invalid_request(
        "'ObjectSizeLessThan' has to be a value greater than "
        "'ObjectSizeGreaterThan'.");
  return out;
}

Result<void> check_abort(const Document& rule, const Conditions& conditions) {
  const auto& abort = object_of(rule, "AbortIncompleteMultipartUpload");
  const bool marker = find(Document(object_of(rule, "Expiration")), "ExpiredObjectDeleteMarker");
  if (marker && conditions.tags)
    return invalid_request("ExpiredObjectDeleteMarker cannot be specified with Tags.");
  if (marker && conditions.sizes)
    return invalid_request("ExpiredObjectDeleteMarker cannot be specified with Object Size.");
  if (abort.empty()) return {};
  if (conditions.tags)
    return invalid_request("AbortIncompleteMultipartUpload cannot be specified with Tags.");
  if (conditions.sizes)
    return invalid_request("AbortIncompleteMultipartUpload cannot be specified with Object Size.");
  if (!abort.contains("DaysAfterInitiation")) return malformed_xml();
  return check_positive(abort, "DaysAfterInitiation", "AbortIncompleteMultipartUpload");
}

Result<void> check_rule(const Document& rule) {
  const auto status = text(rule, "Status");
  if (status != "Enabled" && status != "Disabled") return malformed_xml();
  if (text(rule, "ID").size() > kLongestId)
    return invalid_argument("ID length should not exceed allowed limit of 255");
  const auto conditions = TRY(check_filter(rule));
  const bool acts = std::ranges::any_of(
      kActions, [&](const auto action) { return find(rule, action) != nullptr; });
  if (!acts) return invalid_request("At least one action needs to be specified in a rule");
  TRY(check_expiration(object_of(rule, "Expiration")));
  TRY(check_noncurrent(object_of(rule, "NoncurrentVersionExpiration")));
  TRY(check_transitions(rule));
  return check_abort(rule, conditions);
}

}  // namespace

Result<void> check_lifecycle(const Array& rules) {
  if (rules.empty()) return malformed_xml();
  if (rules.size() > kMostRules)
    return invalid_request(
        "The number of lifecycle rules must not exceed the allowed limit of "
        "1000 rules");
  std::set<std::string_view> ids;
  for (const auto& rule : rules) {
    TRY(check_rule(rule));
    const auto id = text(rule, "ID");
    if (!id.empty() && !ids.insert(id).second)
      return invalid_argument("Rule ID must be unique. Found same ID for more than one rule");
  }
  return {};
}

}  // namespace tocsin::s3
