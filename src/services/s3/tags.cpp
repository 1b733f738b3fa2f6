// SPDX-License-Identifier: Apache-2.0
#include "services/s3/tags.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/s3/access.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/lifecycle.hpp"
#include "services/s3/names.hpp"
#include "services/s3/notify.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kObjectTags = 10;

Failure invalid_tag(std::string message, std::string_view key) {
  Error error{"InvalidTag", std::move(message)};
  error.members = {{"TagKey", key}};
  return fail(std::move(error));
}

/// Letters, digits and blanks of any script; of other signs these only.
bool fits(std::string_view text, std::ptrdiff_t most) {
  const auto allowed = [](char c) {
    return (c & 0x80) || std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view(" _.:/=+-@").contains(c);
  };
  const auto characters = std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
  return characters <= most && std::ranges::all_of(text, allowed);
}

Result<void> add_tag(Tags& tags, std::string key, std::string value) {
  if (key.empty() || !fits(key, 128))
    return invalid_tag("The TagKey you have provided is invalid", key);
  if (!fits(value, 256)) return invalid_tag("The TagValue you have provided is invalid", key);
  if (key.starts_with("aws:"))
    return invalid_tag("System tags cannot be added/updated by requester", key);
  if (!tags.emplace(key, std::move(value)).second) {
    return invalid_tag("Cannot provide multiple Tags with the same key", key);
  }
  return {};
}

Result<void> check_count(const Tags& tags, std::size_t limit) {
  if (tags.size() <= limit) return {};
  return fail("BadRequest", fmt::format("{} tags cannot be greater than {}",
                                        limit == kObjectTags ? "Object" : "Bucket", limit));
}

std::optional<std::string> form_decoded(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return url_decoded(spaced);
}

Object with_version(const Bucket& bucket, const ObjectVersion& object, Object reply) {
  if (!bucket.versioning.empty()) reply["VersionId"] = object.version_id;
  return reply;
}

Outcome set_object_tags(Call& call, Tags tags, std::string_view event) {
  const auto bucket = TRY(bucket_of(call));
  auto object = TRY(object_of_call(call, bucket));
  object.tags = std::move(tags);
  kObjects.put(call, key_of(object), object);
  wake_lifecycle(call, bucket);
  notify(call, bucket, {.object = object, .event = event});
  return with_version(bucket, object, {});
}

}  // namespace

Result<Tags> tags_from_header(std::string_view header) {
  Tags tags;
  while (!header.empty()) {
    const auto part = header.substr(0, header.find('&'));
    header.remove_prefix(std::min(part.size() + 1, header.size()));
    const auto equals = part.find('=');
    auto key = form_decoded(part.substr(0, equals));
    auto value = form_decoded(equals == std::string_view::npos ? std::string_view()
                                                               : part.substr(equals + 1));
    if (!key || !value) {
      return invalid_argument(
          "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded "
          "URL query parameters without tag name duplicates.",
          "x-amz-tagging", part);
    }
    TRY(add_tag(tags, *std::move(key), *std::move(value)));
  }
  TRY(check_count(tags, kObjectTags));
  return tags;
}

Result<Tags> tags_from_set(const Document& tagging, std::size_t limit) {
  Tags tags;
  for (const auto& tag : array_of(tagging, "TagSet")) {
    TRY(add_tag(tags, string_of(tag, "Key"), string_of(tag, "Value")));
  }
  TRY(check_count(tags, limit));
  return tags;
}

Outcome put_bucket_tagging(Call& call) {
  auto bucket = TRY(bucket_of(call));
  bucket.tags = TRY(tags_from_set(Document(object_of(call.params(), "Tagging")), kBucketTags));
  put_bucket(call, bucket);
  return Object{};
}

Outcome get_bucket_tagging(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.tags.empty()) return Object{{"TagSet", core::tag_list(bucket.tags)}};
  Error error{"NoSuchTagSet", "The TagSet does not exist", 404};
  error.members = {{"BucketName", bucket.name}};
  return error;
}

Outcome delete_bucket_tagging(Call& call) {
  auto bucket = TRY(bucket_of(call));
  bucket.tags.clear();
  put_bucket(call, bucket);
  return Object{};
}

Outcome put_object_tagging(Call& call) {
  auto tags = TRY(tags_from_set(Document(object_of(call.params(), "Tagging")), kObjectTags));
  return set_object_tags(call, std::move(tags), "ObjectTagging:Put");
}

Outcome get_object_tagging(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto object = TRY(object_of_call(call, bucket));
  return with_version(bucket, object, {{"TagSet", core::tag_list(object.tags)}});
}

Outcome delete_object_tagging(Call& call) {
  return set_object_tags(call, {}, "ObjectTagging:Delete");
}

}  // namespace tocsin::s3
