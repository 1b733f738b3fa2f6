// SPDX-License-Identifier: Apache-2.0
#include "services/s3/restore.hpp"

#include <fmt/format.h>

#include "services/s3/access.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/lifecycle_rules.hpp"
#include "services/s3/notify.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

bool is_archived(const ObjectVersion& object) {
  return object.storage_class == "GLACIER" || object.storage_class == "DEEP_ARCHIVE";
}

Failure invalid_state(const ObjectVersion& object, std::string message) {
  Error error{"InvalidObjectState", std::move(message), 403};
  error.members = {{"StorageClass", object.storage_class}};
  return fail(std::move(error));
}

/// How long AWS says it takes, at most.
Result<Duration> time_for(const ObjectVersion& object, std::string_view tier) {
  using std::chrono::hours;
  const bool deep = object.storage_class == "DEEP_ARCHIVE";
  if (tier == "Standard") return Duration(hours(deep ? 12 : 5));
  if (tier == "Bulk") return Duration(hours(deep ? 48 : 12));
  if (tier == "Expedited" && !deep) return Duration(std::chrono::minutes(5));
  if (tier == "Expedited")
    return invalid_argument("Retrieval option is not supported by this storage class", "Tier",
                            tier);
  return malformed_xml();
}

struct Wanted {
  std::int64_t days = 0;
  std::string tier;
};

Result<Wanted> wanted(const Call& call) {
  const auto& request = object_of(call.params(), "RestoreRequest");
  if (text(request, "Type") == "SELECT" || request.contains("SelectParameters"))
    return not_implemented("SelectParameters");
  const auto days = integer(request, "Days");
  if (!days) return malformed_xml();
  if (*days < 1)
    return invalid_argument("restoration days should be at least 1", "Days", std::to_string(*days));
  const auto& job = object_of(request, "GlacierJobParameters");
  return Wanted{*days, string_of(job, "Tier", text(request, "Tier", "Standard"))};
}

struct Job {
  std::string bucket, key, order;
  std::int64_t days = 0;
  Time until{};  // of the copy, to know it again
};
BOOST_DESCRIBE_STRUCT(Job, (), (bucket, key, order, days, until))

void expire_at(Context& context, const ObjectVersion& object) {
  context.upkeep(object.restored_until,
                 {"s3.restore_ended",
                  encode(Job{object.bucket, object.key, object.order, 0, object.restored_until})});
}

/// What a timer is about, as far as it is still there.
std::optional<ObjectVersion> object_of_job(const Context& context, const Job& job) {
  return kObjects.get(context, Key{job.bucket, job.key, job.order});
}

Object archive_event(const ObjectVersion& object) {
  return {{"glacierEventData",
           Object{{"restoreEventData",
                   Object{{"lifecycleRestorationExpiryTime", iso8601_ms(object.restored_until)},
                          {"lifecycleRestoreStorageClass", object.storage_class}}}}}};
}

void restored(Context& context, const core::Resumption& due) {
  const auto job = decoded<Job>(due.context);
  auto object = object_of_job(context, job);
  const auto bucket = kBuckets.get(context, Key{job.bucket});
  if (!object || !bucket || object->restore != "ongoing") return;
  object->restore = "done";
  object->restored_until = days_after(context.now(), job.days);
  kObjects.put(context, key_of(*object), *object);
  expire_at(context, *object);
  Object told{{"restore-expiry-time", iso8601(object->restored_until)},
              {"source-storage-class", object->storage_class}};
  notify(context, *bucket,
         {.object = *object,
          .event = "ObjectRestore:Completed",
          .told = std::move(told),
          .recorded = archive_event(*object)},
         lifecycle_actor(context));
}

void restore_ended(Context& context, const core::Resumption& due) {
  const auto job = decoded<Job>(due.context);
  auto object = object_of_job(context, job);
  const auto bucket = kBuckets.get(context, Key{job.bucket});
  if (!object || !bucket || object->restore != "done" || object->restored_until != job.until)
    return;
  object->restore.clear();
  kObjects.put(context, key_of(*object), *object);
  notify(context, *bucket, {.object = *object, .event = "ObjectRestore:Delete"},
         lifecycle_actor(context));
}

/// A copy that is there already only stays longer.
Outcome prolong(Call& call, ObjectVersion object, std::int64_t days) {
  object.restored_until = days_after(call.now(), days);
  kObjects.put(call, key_of(object), object);
  expire_at(call, object);
  return Object{{"StatusCode", 200}};
}

}  // namespace

Outcome restore_object(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  auto object = TRY(object_of_call(call, bucket));
  const auto asked = TRY(wanted(call));
  if (!is_archived(object))
    return invalid_state(object, "Restore is not allowed for the object's current storage class");
  const auto takes = TRY(time_for(object, asked.tier));
  if (object.restore == "ongoing")
    return fail("RestoreAlreadyInProgress", "Object restore is already in progress", 409);
  if (object.restore == "done") return prolong(call, std::move(object), asked.days);
  object.restore = "ongoing";
  kObjects.put(call, key_of(object), object);
  call.at(call.now() + takes,
          {"s3.restored", encode(Job{object.bucket, object.key, object.order, asked.days, {}})});
  Object told{{"source-storage-class", object.storage_class}};
  notify(call, bucket, {.object = object, .event = "ObjectRestore:Post", .told = std::move(told)});
  return Object{{"StatusCode", 202}};
}

Result<void> check_restored(const ObjectVersion& object) {
  if (!is_archived(object) || object.restore == "done") return {};
  return invalid_state(object, "The operation is not valid for the object's storage class");
}

void add_restore(Object& reply, const ObjectVersion& object) {
  if (object.restore == "ongoing") reply["Restore"] = "ongoing-request=\"true\"";
  if (object.restore == "done") {
    reply["Restore"] = fmt::format("ongoing-request=\"false\", expiry-date=\"{}\"",
                                   http_date(object.restored_until));
  }
}

void on_restore_resumes(core::Registry& registry) {
  registry.on_resume("s3.restored", restored);
  registry.on_resume("s3.restore_ended", restore_ended);
}

}  // namespace tocsin::s3
