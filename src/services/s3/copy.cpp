// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
#include <fmt/format.h>

#include "services/s3/access.hpp"
#include "services/s3/acl.hpp"
#include "services/s3/checksums.hpp"
#include "services/s3/conditions.hpp"
#include "services/s3/content.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/names.hpp"
#include "services/s3/notify.hpp"
#include "services/s3/objects.hpp"
#include "services/s3/restore.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::int64_t kLargest = 5'368'709'120;
constexpr ConditionNames kSourceConditions{"CopySourceIfMatch", "CopySourceIfNoneMatch",
                                           "CopySourceIfModifiedSince",
                                           "CopySourceIfUnmodifiedSince", false};

struct SourceName {
  std::string bucket, key, version;
};

/// "/bucket/key?versionId=…", encoded as in a URL.
Result<SourceName> source_name(const Document& params) {
  auto given = text(params, "CopySource");
  SourceName name;
  constexpr std::string_view mark = "?versionId=";
  if (const auto at = given.rfind(mark); at != std::string_view::npos) {
    name.version = given.substr(at + mark.size());
    given = given.substr(0, at);
  }
  const auto decoded = url_decoded(given);
  std::string_view path = decoded ? std::string_view(*decoded) : std::string_view();
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto slash = path.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == path.size()) {
    return invalid_argument(
        "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        "x-amz-copy-source", text(params, "CopySource"));
  }
  name.bucket = path.substr(0, slash);
  name.key = path.substr(slash + 1);
  return name;
}

bool replaces(const Call& call, std::string_view directive) {
  return text(call.params(), directive) == "REPLACE";
}

Result<void> check_directives(const Call& call) {
  for (const auto& [member, header] : {std::pair("MetadataDirective", "x-amz-metadata-directive"),
                                       std::pair("TaggingDirective", "x-amz-tagging-directive")}) {
    const auto value = text(call.params(), member, "COPY");
    if (value == "COPY" || value == "REPLACE") continue;
    return invalid_argument(
        fmt::format("Unknown {} directive.",
                    std::string_view(member) == "MetadataDirective" ? "metadata" : "tagging"),
        header, value);
  }
  return {};
}

Result<void> check_changes_something(const Call& call, const Source& source,
                                     const ObjectVersion& target) {
  const auto& from = source.object;
  const bool itself =
      from.bucket == target.bucket && from.key == target.key && from.version_id == "null";
  const bool changes = replaces(call, "MetadataDirective") || find(call.params(), "StorageClass") ||
                       find(call.params(), "WebsiteRedirectLocation") ||
                       find(call.params(), "ServerSideEncryption");
  const bool old = !text(call.params(), "CopySource").empty() &&
                   text(call.params(), "CopySource").contains("?versionId=");
  if (!itself || changes || old) return {};
  return invalid_request(
      "This copy request is illegal because it is trying to copy an object to itself without "
      "changing "
      "the object's metadata, storage class, website redirect location or encryption attributes.");
}

/// Those of the source, but for composite ones, or where the call asks for another.
Result<Checksums> copied_checksums(Call& call, const ObjectVersion& from, std::string_view under) {
  auto algorithm = string_of(call.params(), "ChecksumAlgorithm");
  if (algorithm.empty() && from.checksum_type == "COMPOSITE")
    algorithm = from.checksums.begin()->first;
  const bool kept = from.checksum_type != "COMPOSITE" &&
                    (algorithm.empty() || from.checksums.contains(algorithm));
  if (kept) return from.checksums;
  TRY(check_algorithm(algorithm));
  return checksums_again(call, from, {0, from.size}, under, algorithm);
}

/// The source's content, as one part: no bytes move, only keys are wrapped anew.
Result<void> take_content(Call& call, const ObjectVersion& from, ObjectVersion& to) {
  const auto under = TRY(wrapping_key(call, from));
  Part part{.size = from.size};
  part.pieces = pieces_in(from.parts, {0, from.size});
  if (part.pieces.empty() && !from.parts.empty()) part.pieces = from.parts.front().pieces;
  to.size = from.size;
  const bool same = !from.multipart && !from.kms;
  to.etag = to.kms || same ? from.etag : TRY(etag_of(call, from, {0, from.size}, under));
  to.etag = shown_etag(call, to, std::move(to.etag));
  TRY(rewrap(call, part.pieces, under, TRY(new_wrapping_key(call, to))));
  to.checksums = TRY(copied_checksums(call, from, under));
  if (!to.checksums.empty()) to.checksum_type = "FULL_OBJECT";
  part.etag = to.etag;
  part.checksums = to.checksums;
  to.parts.push_back(std::move(part));
  return {};
}

Object copy_result(const ObjectVersion& object) {
  Object result{{"ETag", quoted_etag(object.etag)}, {"LastModified", to_seconds(object.modified)}};
  add_checksums(result, object.checksums);
  if (!object.checksums.empty()) result["ChecksumType"] = object.checksum_type;
  return result;
}

}  // namespace

Result<Source> source_of(Call& call) {
  const auto name = TRY(source_name(call.params()));
  auto bucket =
      TRY(bucket_named(call, name.bucket, text(call.params(), "ExpectedSourceBucketOwner")));
  auto object = TRY(visible_object(call, bucket, name.key, name.version));
  TRY(check_conditions(call.params(), object, kSourceConditions));
  TRY(check_restored(object));
  return Source{std::move(bucket), std::move(object)};
}

std::vector<core::Access> needs_copy(Call& call) {
  auto needs = needs_put()(call);
  const auto name = source_name(call.params());
  const auto bucket = name ? kBuckets.get(call, core::Key{name->bucket}) : std::nullopt;
  if (!bucket || needs.empty()) return needs;
  const auto object = find_version(call, bucket->name, name->key, name->version);
  const auto* own = object && !object->delete_marker ? &*object : nullptr;
  const bool versioned = !name->version.empty();
  needs.insert(needs.begin(),
               object_access(call, *bucket, name->key,
                             versioned ? "s3:GetObjectVersion" : "s3:GetObject", own));
  if (versioned) needs.front().context["s3:VersionId"] = {name->version};
  if (own && !own->tags.empty() && call.request().operation == "CopyObject" &&
      !replaces(call, "TaggingDirective")) {
    needs.push_back(object_access(call, *bucket, name->key,
                                  versioned ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging",
                                  own));
  }
  return needs;
}

Outcome copy_object(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  TRY(check_directives(call));
  const auto source = TRY(source_of(call));
  const auto& from = source.object;
  auto object = TRY(object_from(call, bucket));
  TRY(check_changes_something(call, source, object));
  if (from.size > kLargest) {
    return invalid_request(fmt::format(
        "The specified copy source is larger than the maximum allowable size for a copy source: {}",
        kLargest));
  }
  TRY(check_write_conditions(call, bucket, object.key));
  if (!replaces(call, "MetadataDirective")) {
    const auto redirect = find(call.params(), "WebsiteRedirectLocation");
    object.headers = from.headers;
    object.headers.erase("WebsiteRedirectLocation");
    if (redirect) object.headers["WebsiteRedirectLocation"] = *redirect;
    object.metadata = from.metadata;
  }
  if (!replaces(call, "TaggingDirective")) object.tags = from.tags;
  const auto small = kContents.get(call, key_of(from));
  TRY(take_content(call, from, object));
  add_version(call, bucket, object);
  if (small) kContents.put(call, key_of(object), *small);
  notify(call, bucket, {.object = object, .event = "ObjectCreated:Copy", .reason = "CopyObject"});
  auto reply = written_reply(bucket, object);
  if (!source.bucket.versioning.empty()) reply["CopySourceVersionId"] = from.version_id;
  reply["CopyObjectResult"] = copy_result(object);
  return reply;
}

}  // namespace tocsin::s3
