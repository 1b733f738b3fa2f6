// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/s3/access.hpp"
#include "services/s3/content.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/lifecycle.hpp"
#include "services/s3/lock.hpp"
#include "services/s3/names.hpp"
#include "services/s3/notify.hpp"
#include "services/s3/objects.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

/// What was deleted, as DeleteObjects tells it.
struct Deleted {
  bool marker = false;  // a delete marker was made, or was what was deleted
  std::string version;  // the version deleted or the marker made; empty: the bucket has no versions
};

Result<Deleted> delete_version(Call& call, const Bucket& bucket, std::string_view key,
                               std::string_view id) {
  const auto version = find_version(call, bucket.name, key, id);
  if (!version) return Deleted{false, std::string(id)};
  TRY(check_deletable(call, bucket, *version));
  erase_version(call, *version);
  wake_lifecycle(call, bucket);
  notify(call, bucket,
         {.object = *version,
          .event = "ObjectRemoved:Delete",
          .reason = "DeleteObject",
          .deletion = "Permanently Deleted"});
  return Deleted{version->delete_marker, std::string(id)};
}

Deleted add_marker(Call& call, const Bucket& bucket, std::string_view key) {
  ObjectVersion marker{.bucket = bucket.name,
                       .key = std::string(key),
                       .delete_marker = true,
                       .owner = bucket.scope.account,
                       .modified = std::chrono::floor<std::chrono::seconds>(call.now())};
  add_version(call, bucket, marker);
  notify(call, bucket,
         {.object = marker,
          .event = "ObjectRemoved:DeleteMarkerCreated",
          .reason = "DeleteObject",
          .deletion = "Delete Marker Created"});
  return {true, marker.version_id};
}

Result<Deleted> delete_one(Call& call, const Bucket& bucket, std::string_view key,
                           std::string_view id) {
  if (!id.empty()) return delete_version(call, bucket, key, id);
  if (!bucket.versioning.empty()) return add_marker(call, bucket, key);
  TRY(delete_version(call, bucket, key, "null"));
  return Deleted{};
}

Result<void> check_match(Call& call, const Bucket& bucket, std::string_view key,
                         std::string_view id, std::string_view match) {
  if (match.empty()) return {};
  const auto object = find_version(call, bucket.name, key, id);
  if (!object || object->delete_marker) return no_such_key(key);
  if (match != "*" && unquoted(match) != object->etag) return precondition_failed("If-Match");
  return {};
}

/// The bucket's own policy decides, whoever owns the object.
core::Access access_to_delete(const Call& call, const Bucket& bucket, std::string_view key,
                              std::string_view id) {
  auto access =
      object_access(call, bucket, key, id.empty() ? "s3:DeleteObject" : "s3:DeleteObjectVersion");
  if (!id.empty()) access.context["s3:VersionId"] = {std::string(id)};
  return access;
}

/// One entry of DeleteObjects: permission, condition, deletion.
Result<Deleted> delete_entry(Call& call, const Bucket& bucket, const Document& entry) {
  const auto key = text(entry, "Key"), id = text(entry, "VersionId");
  TRY(check_key(key));
  TRY(call.authorize(access_to_delete(call, bucket, key, id)));
  TRY(check_match(call, bucket, key, id, text(entry, "ETag")));
  return delete_one(call, bucket, key, id);
}

Object success(const Document& entry, const Deleted& deleted) {
  const auto id = text(entry, "VersionId");
  Object out{{"Key", text(entry, "Key")}};
  if (!id.empty()) out["VersionId"] = id;
  if (!deleted.marker) return out;
  out["DeleteMarker"] = true;
  out["DeleteMarkerVersionId"] = deleted.version;
  return out;
}

Object failure(const Document& entry, const Error& error) {
  Object out{{"Key", text(entry, "Key")}, {"Code", error.code}, {"Message", error.message}};
  if (const auto id = text(entry, "VersionId"); !id.empty()) out["VersionId"] = id;
  return out;
}

}  // namespace

std::vector<core::Access> needs_delete(Call& call) {
  const auto bucket = bucket_of(call);
  if (!bucket) return {};
  return {access_to_delete(call, *bucket, text(call.params(), "Key"),
                           text(call.params(), "VersionId"))};
}

Outcome delete_object(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto key = text(call.params(), "Key"), id = text(call.params(), "VersionId");
  if (find(call.params(), "VersionId")) TRY(check_version_id(id));
  TRY(check_match(call, bucket, key, id, text(call.params(), "IfMatch")));
  const auto deleted = TRY(delete_one(call, bucket, key, id));
  Object reply;
  if (deleted.marker) reply["DeleteMarker"] = true;
  if (!deleted.version.empty() && !bucket.versioning.empty()) reply["VersionId"] = deleted.version;
  return reply;
}

Outcome delete_objects(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto& wanted = object_of(call.params(), "Delete");
  const auto& entries = array_of(wanted, "Objects");
  if (entries.empty() || entries.size() > 1000) return malformed_xml();
  const bool quiet = flag(wanted, "Quiet");
  Array deleted, errors;
  for (const auto& entry : entries) {
    const auto done = delete_entry(call, bucket, entry);
    if (!done)
      errors.push_back(failure(entry, done.error()));
    else if (!quiet)
      deleted.push_back(success(entry, *done));
  }
  Object reply;
  if (!deleted.empty()) reply["Deleted"] = std::move(deleted);
  if (!errors.empty()) reply["Errors"] = std::move(errors);
  return reply;
}

}  // namespace tocsin::s3
