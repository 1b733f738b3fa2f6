// SPDX-License-Identifier: Apache-2.0
#include "services/s3/lifecycle_rules.hpp"

#include <algorithm>
#include <array>

namespace tocsin::s3 {
namespace {

using When = LifecycleRule::When;

constexpr std::int64_t kSmallest = 128 * 1024;  // of what is moved without being asked for

std::optional<Time> date_of(const Object& document) {
  const auto* date = document.if_contains("Date");
  if (!date || !date->is_number()) return std::nullopt;
  return from_seconds(date->to_number<double>());
}

When when_of(const Object& given, std::string_view days) {
  return {.days = integer(given, days),
          .date = date_of(given),
          .newer = integer(given, "NewerNoncurrentVersions").value_or(0),
          .storage_class = string_of(given, "StorageClass")};
}

void read_tags(LifecycleRule& rule, const Object& tag) {
  if (!tag.empty()) rule.tags[string_of(tag, "Key")] = string_of(tag, "Value");
}

void read_conditions(LifecycleRule& rule, const Object& from) {
  if (from.contains("Prefix")) rule.prefix = string_of(from, "Prefix");
  if (const auto size = integer(from, "ObjectSizeGreaterThan")) rule.larger_than = size;
  if (const auto size = integer(from, "ObjectSizeLessThan")) rule.smaller_than = size;
  read_tags(rule, object_of(from, "Tag"));
  for (const auto& tag : array_of(from, "Tags"))
    if (const auto* pair = tag.if_object()) read_tags(rule, *pair);
}

LifecycleRule rule_of(const Document& given) {
  LifecycleRule rule{.id = string_of(given, "ID"), .prefix = string_of(given, "Prefix")};
  const auto& filter = object_of(given, "Filter");
  read_conditions(rule, filter);
  read_conditions(rule, object_of(filter, "And"));
  const auto& expiration = object_of(given, "Expiration");
  if (!expiration.empty()) rule.expiration = when_of(expiration, "Days");
  rule.expired_markers = flag(expiration, "ExpiredObjectDeleteMarker");
  const auto& noncurrent = object_of(given, "NoncurrentVersionExpiration");
  if (!noncurrent.empty()) rule.noncurrent_expiration = when_of(noncurrent, "NoncurrentDays");
  for (const auto& each : array_of(given, "Transitions"))
    rule.transitions.push_back(when_of(each.as_object(), "Days"));
  for (const auto& each : array_of(given, "NoncurrentVersionTransitions"))
    rule.noncurrent_transitions.push_back(when_of(each.as_object(), "NoncurrentDays"));
  rule.abort_days =
      integer(object_of(given, "AbortIncompleteMultipartUpload"), "DaysAfterInitiation");
  return rule;
}

int coldness(std::string_view storage_class) {
  static constexpr std::array<std::string_view, 7> colder{
      "STANDARD",   "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA",
      "GLACIER_IR", "GLACIER",     "DEEP_ARCHIVE"};
  const auto found = std::ranges::find(colder, storage_class);
  return found == colder.end() ? 0 : static_cast<int>(found - colder.begin());
}

/// The moment that `when` names for something that began at `start`.
std::optional<Time> moment(const When& when, Time start) {
  if (when.date) return when.date;
  if (when.days) return days_after(start, *when.days);
  return std::nullopt;
}

bool may_move(const LifecycleRule& rule, const Bucket& bucket, const ObjectVersion& object,
              std::string_view storage_class) {
  if (object.delete_marker || coldness(storage_class) <= coldness(object.storage_class))
    return false;
  if (object.size >= kSmallest || rule.has_size()) return true;
  return bucket.transition_minimum == "varies_by_storage_class" &&
         (storage_class == "GLACIER" || storage_class == "DEEP_ARCHIVE");
}

class Judge {
 public:
  Judge(const Bucket& bucket, const ObjectVersion& object, const Standing& standing, Time now)
      : bucket_(bucket), object_(object), standing_(standing), now_(now) {}

  void hear(const LifecycleRule& rule) {
    standing_.current ? hear_current(rule) : hear_noncurrent(rule);
  }
  Verdict verdict() && { return std::move(verdict_); }

 private:
  void hear_current(const LifecycleRule& rule) {
    if (object_.delete_marker) return hear_marker(rule);
    if (rule.expiration) expire(rule, moment(*rule.expiration, object_.modified));
    for (const auto& each : rule.transitions)
      move(rule, each, moment(each, object_.modified));
  }

  /// A marker with nothing behind it is clutter.
  void hear_marker(const LifecycleRule& rule) {
    if (!standing_.alone) return;
    if (rule.expired_markers) expire(rule, object_.modified);
    if (rule.expiration && rule.expiration->days)
      expire(rule, days_after(object_.modified, *rule.expiration->days));
  }

  void hear_noncurrent(const LifecycleRule& rule) {
    const auto ripe = [&](const When& when) { return standing_.newer_noncurrent >= when.newer; };
    if (const auto& end = rule.noncurrent_expiration; end && ripe(*end))
      expire(rule, moment(*end, standing_.noncurrent_since));
    for (const auto& each : rule.noncurrent_transitions)
      if (ripe(each)) move(rule, each, moment(each, standing_.noncurrent_since));
  }

  void expire(const LifecycleRule& rule, std::optional<Time> when) {
    if (!when) return;
    if (*when > now_) return wait(*when);
    verdict_.act = Verdict::Act::Expire;
    verdict_.rule = rule.id;
  }

  void move(const LifecycleRule& rule, const When& to, std::optional<Time> when) {
    if (!when || !may_move(rule, bucket_, object_, to.storage_class)) return;
    if (*when > now_) return wait(*when);
    // Deletion comes before every move, and of two moves the colder one.
    if (verdict_.act == Verdict::Act::Expire) return;
    if (coldness(to.storage_class) <= coldness(verdict_.storage_class)) return;
    verdict_.act = Verdict::Act::Transition;
    verdict_.storage_class = to.storage_class;
    verdict_.rule = rule.id;
  }

  void wait(Time when) { verdict_.next = std::min(verdict_.next.value_or(when), when); }

  const Bucket& bucket_;
  const ObjectVersion& object_;
  const Standing& standing_;
  const Time now_;
  Verdict verdict_;
};

}  // namespace

bool LifecycleRule::covers(const ObjectVersion& object) const {
  if (!object.key.starts_with(prefix)) return false;
  if (object.delete_marker) return tags.empty() && !has_size();
  if (larger_than && object.size <= *larger_than) return false;
  if (smaller_than && object.size >= *smaller_than) return false;
  return std::ranges::all_of(tags, [&](const auto& tag) {
    const auto found = object.tags.find(tag.first);
    return found != object.tags.end() && found->second == tag.second;
  });
}

std::vector<LifecycleRule> rules_of(const Bucket& bucket) {
  std::vector<LifecycleRule> rules;
  for (const auto& each : bucket.lifecycle)
    if (text(each, "Status") == "Enabled") rules.push_back(rule_of(each));
  return rules;
}

Verdict judge(const std::vector<LifecycleRule>& rules, const Bucket& bucket,
              const ObjectVersion& object, const Standing& standing, Time now) {
  Judge judge(bucket, object, standing, now);
  for (const auto& rule : rules)
    if (rule.covers(object)) judge.hear(rule);
  return std::move(judge).verdict();
}

Time next_midnight(Time time) {
  return std::chrono::floor<std::chrono::days>(time) + std::chrono::days(1);
}

Time days_after(Time start, std::int64_t days) {
  return next_midnight(start + std::chrono::hours(24 * days));
}

std::optional<Expiry> expiry_of(const Bucket& bucket, const ObjectVersion& object) {
  std::optional<Expiry> first;
  if (bucket.lifecycle.empty() || object.delete_marker) return first;
  for (const auto& rule : rules_of(bucket)) {
    if (!rule.expiration || !rule.covers(object)) continue;
    const auto when = moment(*rule.expiration, object.modified);
    if (when && (!first || *when < first->when)) first = Expiry{*when, rule.id};
  }
  return first;
}

std::optional<Expiry> abort_of(const std::vector<LifecycleRule>& rules, const Upload& upload) {
  std::optional<Expiry> first;
  for (const auto& rule : rules) {
    if (!rule.abort_days || !upload.object.key.starts_with(rule.prefix)) continue;
    const auto when = days_after(upload.initiated, *rule.abort_days);
    if (!first || when < first->when) first = Expiry{when, rule.id};
  }
  return first;
}

}  // namespace tocsin::s3
