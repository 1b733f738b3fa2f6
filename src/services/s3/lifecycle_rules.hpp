// SPDX-License-Identifier: Apache-2.0
// What lifecycle rules say about one version, now and next. Pure.
#pragma once

#include "services/s3/state.hpp"

namespace tocsin::s3 {

struct LifecycleRule {
  struct When {
    std::optional<std::int64_t> days;
    std::optional<Time> date;
    std::int64_t newer = 0;     // NewerNoncurrentVersions that stay
    std::string storage_class;  // of a transition
  };
  std::string id, prefix;
  std::map<std::string, std::string> tags;
  std::optional<std::int64_t> larger_than, smaller_than;
  std::optional<When> expiration, noncurrent_expiration;
  bool expired_markers = false;
  std::vector<When> transitions, noncurrent_transitions;
  std::optional<std::int64_t> abort_days;

  bool has_size() const { return larger_than || smaller_than; }
  bool covers(const ObjectVersion& object) const;
};

/// The rules that are enabled.
std::vector<LifecycleRule> rules_of(const Bucket& bucket);

/// Where a version stands among those of its key.
struct Standing {
  bool current = true;
  bool alone = false;  // no other version of its key
  Time noncurrent_since{};
  std::int64_t newer_noncurrent = 0;
};

struct Verdict {
  enum class Act { Nothing, Expire, Transition };
  Act act = Act::Nothing;
  std::string storage_class;  // of a transition
  std::string rule;
  std::optional<Time> next;  // when a rule will have something to do, as things stand
};
Verdict judge(const std::vector<LifecycleRule>& rules, const Bucket& bucket,
              const ObjectVersion& object, const Standing& standing, Time now);

/// Days are counted to the midnight that follows.
Time days_after(Time start, std::int64_t days);
/// The first midnight after `time`.
Time next_midnight(Time time);

/// When, and by which rule, the version will expire as the current one.
struct Expiry {
  Time when{};
  std::string rule;
};
std::optional<Expiry> expiry_of(const Bucket& bucket, const ObjectVersion& object);
/// When, and by which rule, an upload will be aborted.
std::optional<Expiry> abort_of(const std::vector<LifecycleRule>& rules, const Upload& upload);

}  // namespace tocsin::s3
