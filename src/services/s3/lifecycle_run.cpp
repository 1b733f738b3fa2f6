// SPDX-License-Identifier: Apache-2.0
// A lifecycle at work: a walk over the bucket at midnight, a stretch an input; then it sleeps until
// a rule has something to do again.
#include <fmt/format.h>

#include "services/s3/access.hpp"
#include "services/s3/access_log.hpp"
#include "services/s3/lifecycle.hpp"
#include "services/s3/lifecycle_rules.hpp"
#include "services/s3/lock.hpp"
#include "services/s3/notify.hpp"
#include "services/s3/objects.hpp"
#include "services/s3/uploads.hpp"

namespace tocsin::s3 {
namespace {

using core::Context;
using core::Key;

constexpr int kStretch = 200;  // versions that one input looks at

struct Sleep {
  std::string timer;
  Time until{};
};
BOOST_DESCRIBE_STRUCT(Sleep, (), (timer, until))
constexpr core::Table<Sleep> kSleeps{"s3.lifecycles"};  // bucket's store

/// How far a walk has come: behind this version of this key.
struct Walk {
  std::string bucket, store;
  std::string key, order;
  std::int64_t seen = 0;  // versions of the key
  Time newer_modified{};  // of the version before
  bool uploads = false;   // the objects are done
  std::string upload;
  std::optional<Time> next;
};
BOOST_DESCRIBE_STRUCT(Walk, (),
                      (bucket, store, key, order, seen, newer_modified, uploads, upload, next))

struct Finding {
  ObjectVersion object;
  Standing standing;
  Verdict verdict;
};

void sleep_until(Context& context, const Bucket& bucket, Time until) {
  const auto sleep = kSleeps.get(context, Key{bucket.store});
  if (sleep && sleep->until <= until) return;
  if (sleep) context.cancel(sleep->timer);
  const auto scope = context.scope();
  context.set_scope(bucket.scope);
  const auto timer =
      context.at(until, {"s3.lifecycle", Object{{"bucket", bucket.name}, {"store", bucket.store}}});
  context.set_scope(scope);
  kSleeps.put(context, Key{bucket.store}, {timer, until});
}

bool is_alone(Context& context, const ObjectVersion& object) {
  int count = 0;
  kObjects.scan(context, Key{object.bucket, object.key},
                [&](const auto&, const auto&) { return ++count < 2; });
  return count == 1;
}

Standing standing_of(Context& context, const Walk& walk, const ObjectVersion& object) {
  if (walk.seen == 0) return {.alone = object.delete_marker && is_alone(context, object)};
  return {
      .current = false, .noncurrent_since = walk.newer_modified, .newer_noncurrent = walk.seen - 1};
}

/// The next stretch of versions; `more` where the walk is not at its end.
std::vector<Finding> stretch(Context& context, const Bucket& bucket, Walk& walk, bool& more) {
  const auto rules = rules_of(bucket);
  std::vector<Finding> findings;
  int count = 0;
  more = false;
  const auto after = walk.key.empty() ? std::optional<Key>()
                                      : std::optional(Key{bucket.name, walk.key, walk.order});
  kObjects.scan(
      context, Key{bucket.name},
      [&](const auto&, const ObjectVersion& object) {
        if ((more = count++ == kStretch)) return false;
        if (object.key != walk.key) walk.seen = 0;
        const auto standing = standing_of(context, walk, object);
        auto verdict = judge(rules, bucket, object, standing, context.now());
        if (verdict.next) walk.next = std::min(walk.next.value_or(*verdict.next), *verdict.next);
        walk.key = object.key;
        walk.order = object.order;
        walk.newer_modified = object.modified;
        ++walk.seen;
        if (verdict.act != Verdict::Act::Nothing)
          findings.push_back({object, standing, std::move(verdict)});
        return true;
      },
      store::Direction::Forward, after);
  return findings;
}

/// A delete marker over the current version.
void hide(Context& context, const Bucket& bucket, const Actor& actor, const ObjectVersion& object) {
  ObjectVersion marker{.bucket = bucket.name,
                       .key = object.key,
                       .delete_marker = true,
                       .owner = bucket.scope.account,
                       .modified = std::chrono::floor<std::chrono::seconds>(context.now())};
  add_version(context, bucket, marker);
  notify(context, bucket,
         {.object = marker,
          .event = "LifecycleExpiration:DeleteMarkerCreated",
          .reason = "Lifecycle Expiration",
          .deletion = "Delete Marker Created"},
         actor);
  log_lifecycle(context, bucket, marker, "S3.CREATE.DELETEMARKER");
}

void remove(Context& context, const Bucket& bucket, const Actor& actor,
            const ObjectVersion& object) {
  erase_version(context, object);
  wake_lifecycle(context, bucket);
  notify(context, bucket,
         {.object = object,
          .event = "LifecycleExpiration:Delete",
          .reason = "Lifecycle Expiration",
          .deletion = "Permanently Deleted"},
         actor);
  log_lifecycle(context, bucket, object, "S3.EXPIRE.OBJECT");
}

void move(Context& context, const Bucket& bucket, const Actor& actor, ObjectVersion object,
          const std::string& storage_class) {
  object.storage_class = storage_class;
  object.restore.clear();
  kObjects.put(context, key_of(object), object);
  Object told{{"destination-storage-class", storage_class}};
  Object record;
  record["lifecycleEventData"] =
      Object{{"transitionEventData", Object{{"destinationStorageClass", storage_class}}}};
  notify(context, bucket,
         {.object = object,
          .event = "LifecycleTransition",
          .told = std::move(told),
          .recorded = std::move(record)},
         actor);
  log_lifecycle(context, bucket, object, fmt::format("S3.TRANSITION_{}.OBJECT", storage_class));
}

void act(Context& context, const Bucket& bucket, const Actor& actor, const Finding& finding) {
  const auto& object = finding.object;
  if (finding.verdict.act == Verdict::Act::Transition)
    return move(context, bucket, actor, object, finding.verdict.storage_class);
  const bool kept = finding.standing.current && !object.delete_marker && !bucket.versioning.empty();
  const bool replaces = kept && bucket.versioning == "Suspended" && object.version_id == "null";
  if ((!kept || replaces) && is_locked(context, object)) return;
  kept ? hide(context, bucket, actor, object) : remove(context, bucket, actor, object);
}

void abort_uploads(Context& context, const Bucket& bucket, Walk& walk, bool& more) {
  const auto rules = rules_of(bucket);
  std::vector<Upload> old;
  int count = 0;
  more = false;
  const auto after = walk.upload.empty() ? std::optional<Key>()
                                         : std::optional(Key{bucket.store, walk.key, walk.upload});
  kUploads.scan(
      context, Key{bucket.store},
      [&](const auto&, const Upload& upload) {
        if ((more = count++ == kStretch)) return false;
        walk.key = upload.object.key;
        walk.upload = upload.id;
        const auto end = abort_of(rules, upload);
        if (end && end->when <= context.now())
          old.push_back(upload);
        else if (end)
          walk.next = std::min(walk.next.value_or(end->when), end->when);
        return true;
      },
      store::Direction::Forward, after);
  for (const auto& upload : old)
    drop_upload(context, bucket.store, upload);
}

void go_on(Context& context, Walk walk) {
  const auto bucket = kBuckets.get(context, Key{walk.bucket});
  if (!bucket || bucket->store != walk.store || bucket->lifecycle.empty()) return;
  context.set_scope(bucket->scope);
  bool more = false;
  if (walk.uploads) {
    abort_uploads(context, *bucket, walk, more);
    if (!more && walk.next) return sleep_until(context, *bucket, *walk.next);
    if (!more) return;
  } else {
    const auto actor = lifecycle_actor(context);
    for (const auto& finding : stretch(context, *bucket, walk, more))
      act(context, *bucket, actor, finding);
    if (!more)
      walk = {.bucket = walk.bucket, .store = walk.store, .uploads = true, .next = walk.next};
  }
  context.later({"s3.lifecycle_walk", encode(walk)});
}

void begin(Context& context, const core::Resumption& due) {
  Walk walk{.bucket = string_of(due.context, "bucket"), .store = string_of(due.context, "store")};
  kSleeps.erase(context, Key{walk.store});
  go_on(context, std::move(walk));
}

}  // namespace

void wake_lifecycle(Context& context, const Bucket& bucket) {
  if (!bucket.lifecycle.empty()) sleep_until(context, bucket, next_midnight(context.now()));
}

void on_lifecycle_resumes(core::Registry& registry) {
  registry.on_resume("s3.lifecycle", begin);
  registry.on_resume("s3.lifecycle_walk", [](Context& context, const core::Resumption& due) {
    go_on(context, decoded<Walk>(due.context));
  });
}

}  // namespace tocsin::s3
