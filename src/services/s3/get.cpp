// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/s3/access.hpp"
#include "services/s3/checksums.hpp"
#include "services/s3/conditions.hpp"
#include "services/s3/content.hpp"
#include "services/s3/cors.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/lifecycle.hpp"
#include "services/s3/lock.hpp"
#include "services/s3/objects.hpp"
#include "services/s3/restore.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOverrides{
    {{"ResponseCacheControl", "CacheControl"},
     {"ResponseContentDisposition", "ContentDisposition"},
     {"ResponseContentEncoding", "ContentEncoding"},
     {"ResponseContentLanguage", "ContentLanguage"},
     {"ResponseContentType", "ContentType"},
     {"ResponseExpires", "Expires"}}};

/// Which bytes the call wants, and whether it asked for less than all.
struct Wanted {
  Span span;
  bool partial = false;
};

Result<Wanted> part_wanted(const ObjectVersion& object, std::int64_t number) {
  std::int64_t at = 0;
  for (std::size_t i = 0; i < object.parts.size(); ++i) {
    if (static_cast<std::int64_t>(i) + 1 == number) return Wanted{{at, object.parts[i].size}, true};
    at += object.parts[i].size;
  }
  Error error{"InvalidPartNumber", "The requested partnumber is not satisfiable", 416};
  error.members = {{"PartNumberRequested", number}, {"ActualPartCount", object.parts.size()}};
  return fail(std::move(error));
}

Result<Wanted> wanted(const Call& call, const ObjectVersion& object) {
  const auto range = text(call.params(), "Range");
  if (const auto number = integer(call.params(), "PartNumber")) {
    if (!range.empty())
      return invalid_request("Cannot specify both Range header and partNumber query parameter");
    if (*number < 1 || *number > 10'000) {
      return invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                              "partNumber", std::to_string(*number));
    }
    return part_wanted(object, *number);
  }
  const auto span = TRY(parse_range(range, object.size));
  return Wanted{span.value_or(Span{0, object.size}), span.has_value()};
}

Result<void> add_overrides(const Call& call, Object& reply) {
  for (const auto& [parameter, member] : kOverrides) {
    const auto* value = find(call.params(), parameter);
    if (!value || value->is_null()) continue;
    if (call.principal().kind == core::Principal::Kind::Anonymous) {
      return invalid_request(
          "Request specific response headers cannot be used for anonymous GET requests.");
    }
    reply[member] = *value;
  }
  return {};
}

Object headers_of(const Bucket& bucket, const ObjectVersion& object) {
  Object reply{{"AcceptRanges", "bytes"},
               {"LastModified", to_seconds(object.modified)},
               {"ETag", quoted_etag(object.etag)},
               {"Metadata", encode(object.metadata)}};
  reply["ContentType"] = "binary/octet-stream";
  for (const auto& header : object.headers)
    reply[header.key()] = header.value();
  add_encryption(reply, object);
  if (!bucket.versioning.empty()) reply["VersionId"] = object.version_id;
  if (object.storage_class != "STANDARD") reply["StorageClass"] = object.storage_class;
  add_restore(reply, object);
  return reply;
}

/// What is told of the one part that was asked for.
void add_part(const Call& call, const ObjectVersion& object, Object& reply) {
  reply["PartsCount"] = object.parts.size();
  const auto number = integer(call.params(), "PartNumber").value_or(1);
  if (text(call.params(), "ChecksumMode") != "ENABLED" || object.checksum_type != "COMPOSITE")
    return;
  add_checksums(reply, object.parts[static_cast<std::size_t>(number - 1)].checksums);
  reply["ChecksumType"] = object.checksum_type;
}

Result<Object> reply_of(Call& call, const Bucket& bucket, const ObjectVersion& object,
                        const Wanted& wanted) {
  auto reply = headers_of(bucket, object);
  TRY(add_overrides(call, reply));
  reply["ContentLength"] = wanted.span.length;
  if (wanted.partial && object.size > 0) {
    reply["ContentRange"] = fmt::format("bytes {}-{}/{}", wanted.span.first,
                                        wanted.span.first + wanted.span.length - 1, object.size);
    reply["StatusCode"] = 206;
  }
  const bool whole = wanted.span.length == object.size;
  if (text(call.params(), "ChecksumMode") == "ENABLED" && whole) {
    add_checksums(reply, object.checksums);
    if (!object.checksums.empty()) reply["ChecksumType"] = object.checksum_type;
  }
  if (object.multipart && find(call.params(), "PartNumber")) add_part(call, object, reply);
  add_lock(reply, object);
  add_cors(call, bucket, call.request().operation == "HeadObject" ? "HEAD" : "GET", reply);
  if (!object.tags.empty()) reply["TagCount"] = object.tags.size();
  return reply;
}

/// What the object is called after it is found: the reply, with the span that it is about.
Result<std::pair<Object, ObjectVersion>> describe(Call& call, Span& span) {
  const auto bucket = TRY(bucket_of(call));
  auto object = TRY(object_of_call(call, bucket));
  TRY(check_conditions(call.params(), object));
  const auto chosen = TRY(wanted(call, object));
  span = chosen.span;
  auto reply = TRY(reply_of(call, bucket, object, chosen));
  const auto current = current_version(call, bucket.name, object.key);
  if (current && current->order == object.order) add_expiration(reply, bucket, object);
  return std::pair(std::move(reply), std::move(object));
}

Result<void> check_attributes(const Array& names) {
  static constexpr std::array<std::string_view, 5> known{"ETag", "Checksum", "ObjectParts",
                                                         "StorageClass", "ObjectSize"};
  const bool good = std::ranges::all_of(names, [](const Document& name) {
    return name.is_string() &&
           std::ranges::find(known, std::string_view(name.get_string())) != known.end();
  });
  if (good && !names.empty()) return {};
  return invalid_argument("Invalid attribute name specified.", "x-amz-object-attributes");
}

Object parts_of(const Call& call, const ObjectVersion& object) {
  const auto most =
      std::clamp<std::int64_t>(integer(call.params(), "MaxParts").value_or(1000), 0, 1000);
  const auto marker = integer(call.params(), "PartNumberMarker").value_or(0);
  Array parts;
  std::int64_t last = marker;
  bool truncated = false;
  for (const auto& part : object.parts) {
    if (part.number <= marker) continue;
    truncated = static_cast<std::int64_t>(parts.size()) == most;
    if (truncated) break;
    Object entry{{"PartNumber", part.number}, {"Size", part.size}};
    add_checksums(entry, part.checksums);
    parts.push_back(std::move(entry));
    last = part.number;
  }
  Object out{{"TotalPartsCount", object.parts.size()}};
  // Parts are told of uploads with checksums only.
  if (object.checksums.empty()) return out;
  out["PartNumberMarker"] = marker;
  out["NextPartNumberMarker"] = last;
  out["MaxParts"] = most;
  out["IsTruncated"] = truncated;
  out["Parts"] = std::move(parts);
  return out;
}

}  // namespace

Outcome get_object(Call& call) {
  Span span;
  auto [reply, object] = TRY(describe(call, span));
  TRY(check_restored(object));
  TRY(check_reader(call, object));
  reply["Body"] = TRY(body_of(call, object, span));
  return reply;
}

Outcome head_object(Call& call) {
  Span span;
  return TRY(describe(call, span))
  .first;
}

Outcome get_object_attributes(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto object = TRY(object_of_call(call, bucket));
  const auto& names = array_of(call.params(), "ObjectAttributes");
  TRY(check_attributes(names));
  const auto asked = [&](std::string_view name) {
    return std::ranges::any_of(names, [&](const Document& each) {
      return each.is_string() && name == std::string_view(each.get_string());
    });
  };
  Object reply{{"LastModified", to_seconds(object.modified)}};
  if (!bucket.versioning.empty()) reply["VersionId"] = object.version_id;
  if (asked("ETag")) reply["ETag"] = object.etag;
  if (asked("ObjectSize")) reply["ObjectSize"] = object.size;
  if (asked("StorageClass")) reply["StorageClass"] = object.storage_class;
  if (asked("ObjectParts") && object.multipart) reply["ObjectParts"] = parts_of(call, object);
  if (asked("Checksum") && !object.checksums.empty()) {
    Object checksum{{"ChecksumType", object.checksum_type}};
    add_checksums(checksum, object.checksums);
    reply["Checksum"] = std::move(checksum);
  }
  return reply;
}

}  // namespace tocsin::s3
