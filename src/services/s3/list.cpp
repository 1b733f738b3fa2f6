// SPDX-License-Identifier: Apache-2.0
// ListObjects, ListObjectsV2 and ListObjectVersions.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/s3/access.hpp"
#include "services/s3/content.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/listing.hpp"
#include "services/s3/names.hpp"
#include "services/s3/objects.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

/// Shows `take` every version that belongs to the page, newest first within a key; `current`: the
/// first of its key.
using Take = std::function<void(const ObjectVersion& version, bool current)>;
/// Whether `version` counts at all.
using Counts = std::function<bool(const ObjectVersion& version, bool current)>;

void gather(Call& call, const Bucket& bucket, Key from, ListPage& page, const Counts& counts,
            const Take& take) {
  std::string key_before;
  for (bool more = true; more;) {
    more = false;
    kObjects.scan(
        call, Key{bucket.name},
        [&](const auto&, const ObjectVersion& version) {
          const bool current = version.key != key_before;
          key_before = version.key;
          if (!counts(version, current)) return true;
          const auto next = page.offer(version.key);
          if (next == ListPage::Next::Take) take(version, current);
          if (next != ListPage::Next::Skip) return next != ListPage::Next::Stop;
          from = Key{bucket.name, page.skip_to()};
          more = true;
          return false;
        },
        store::Direction::Forward, from);
  }
}

/// Behind every version of `after`, or at the prefix where that comes later. Orders are
/// hexadecimal: "g" is behind them all.
Key start_of(const Bucket& bucket, const ListRequest& request) {
  if (request.after < request.prefix) return Key{bucket.name, request.prefix};
  if (request.after.empty()) return Key{bucket.name};
  return Key{bucket.name, request.after, "g"};
}

bool is_object(const ObjectVersion& version, bool current) {
  return current && !version.delete_marker;
}

enum class WithOwner { No, Yes };

Object content_entry(const ListRequest& request, const ObjectVersion& object, WithOwner owner) {
  Object entry{{"Key", request.shown(object.key)},
               {"LastModified", to_seconds(object.modified)},
               {"ETag", quoted_etag(object.etag)},
               {"Size", object.size},
               {"StorageClass", object.storage_class}};
  if (owner == WithOwner::Yes) entry["Owner"] = owner_document(object.owner);
  Array algorithms;
  for (const auto& [algorithm, value] : object.checksums)
    algorithms.emplace_back(algorithm);
  if (algorithms.empty()) return entry;
  entry["ChecksumAlgorithm"] = std::move(algorithms);
  entry["ChecksumType"] = object.checksum_type;
  return entry;
}

Array contents(Call& call, const Bucket& bucket, const ListRequest& request, ListPage& page,
               WithOwner owner) {
  Array out;
  gather(call, bucket, start_of(bucket, request), page, is_object,
         [&](const ObjectVersion& object, bool) {
           out.push_back(content_entry(request, object, owner));
           page.took(object.key);
         });
  return out;
}

Object list_reply(const Bucket& bucket, const ListRequest& request, const ListPage& page) {
  Object reply{{"Name", bucket.name},
               {"Prefix", request.shown(request.prefix)},
               {"MaxKeys", request.limit},
               {"IsTruncated", page.truncated()}};
  if (!request.delimiter.empty()) reply["Delimiter"] = request.shown(request.delimiter);
  if (request.encoded) reply["EncodingType"] = "url";
  if (!page.prefixes().empty()) reply["CommonPrefixes"] = page.common_prefixes();
  return reply;
}

Object version_entry(const Bucket& bucket, const ListRequest& request, const ObjectVersion& version,
                     bool current) {
  Object entry;
  if (version.delete_marker)
    entry = {{"Key", request.shown(version.key)},
             {"LastModified", to_seconds(version.modified)},
             {"Owner", owner_document(bucket.scope.account)}};
  else
    entry = content_entry(request, version, WithOwner::Yes);
  entry["VersionId"] = version.version_id;
  entry["IsLatest"] = current;
  return entry;
}

/// Where a page of versions begins: behind one version of a key, or behind all of them.
Key start_of_versions(Call& call, const Bucket& bucket, const ListRequest& request,
                      std::string_view version_marker) {
  if (version_marker.empty()) return start_of(bucket, request);
  const auto version = find_version(call, bucket.name, request.after, version_marker);
  if (!version) return start_of(bucket, request);
  return key_of(*version);
}

}  // namespace

Outcome list_objects(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  auto request = TRY(ListRequest::from(call.params(), "MaxKeys", "max-keys"));
  request.after = string_of(call.params(), "Marker");
  ListPage page(request);
  auto found = contents(call, bucket, request, page, WithOwner::Yes);
  auto reply = list_reply(bucket, request, page);
  reply["Marker"] = request.shown(request.after);
  if (page.truncated() && !request.delimiter.empty())
    reply["NextMarker"] = request.shown(page.last());
  if (!found.empty()) reply["Contents"] = std::move(found);
  return reply;
}

Outcome list_objects_v2(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  auto request = TRY(ListRequest::from(call.params(), "MaxKeys", "max-keys"));
  const auto token = text(call.params(), "ContinuationToken"),
             start = text(call.params(), "StartAfter");
  const auto after = unbase64(token);
  if (!after || (find(call.params(), "ContinuationToken") && token.empty())) {
    return invalid_argument("The continuation token provided is incorrect", "continuation-token",
                            token);
  }
  request.after = token.empty() ? std::string(start) : *after;
  ListPage page(request);
  auto found = contents(call, bucket, request, page,
                        flag(call.params(), "FetchOwner") ? WithOwner::Yes : WithOwner::No);
  auto reply = list_reply(bucket, request, page);
  reply["KeyCount"] = page.count();
  if (!start.empty()) reply["StartAfter"] = request.shown(start);
  if (!token.empty()) reply["ContinuationToken"] = token;
  if (page.truncated()) reply["NextContinuationToken"] = base64(page.last());
  if (!found.empty()) reply["Contents"] = std::move(found);
  return reply;
}

Outcome list_object_versions(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  auto request = TRY(ListRequest::from(call.params(), "MaxKeys", "max-keys"));
  request.after = string_of(call.params(), "KeyMarker");
  const auto version_marker = string_of(call.params(), "VersionIdMarker");
  if (!version_marker.empty() && request.after.empty()) {
    return invalid_argument("A version-id marker cannot be specified without a key marker.",
                            "version-id-marker", version_marker);
  }
  ListPage page(request);
  Array versions, markers;
  std::string last_version;
  const auto all = [](const ObjectVersion&, bool) { return true; };
  gather(call, bucket, start_of_versions(call, bucket, request, version_marker), page, all,
         [&](const ObjectVersion& version, bool current) {
           const bool latest = current && version.key != request.after;
           (version.delete_marker ? markers : versions)
               .push_back(version_entry(bucket, request, version, latest));
           page.took(version.key);
           last_version = version.version_id;
         });
  auto reply = list_reply(bucket, request, page);
  reply["KeyMarker"] = request.shown(request.after);
  reply["VersionIdMarker"] = version_marker;
  if (page.truncated()) {
    reply["NextKeyMarker"] = request.shown(page.last());
    const bool rolled = !page.prefixes().empty() && page.prefixes().back() == page.last();
    if (!rolled) reply["NextVersionIdMarker"] = last_version;
  }
  if (!versions.empty()) reply["Versions"] = std::move(versions);
  if (!markers.empty()) reply["DeleteMarkers"] = std::move(markers);
  return reply;
}

}  // namespace tocsin::s3
