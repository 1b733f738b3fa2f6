// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "services/s3/access.hpp"
#include "services/s3/acl.hpp"
#include "services/s3/checksums.hpp"
#include "services/s3/content.hpp"
#include "services/s3/encryption.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/lifecycle.hpp"
#include "services/s3/lock.hpp"
#include "services/s3/names.hpp"
#include "services/s3/notify.hpp"
#include "services/s3/objects.hpp"
#include "services/s3/tags.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostMetadata = 2 * 1024;
constexpr std::string_view kVersionAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

Result<std::string> storage_class_of(const Document& params) {
  static constexpr std::array<std::string_view, 8> known{
      "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING",
      "GLACIER",  "DEEP_ARCHIVE",       "GLACIER_IR"};
  const auto wanted = text(params, "StorageClass", "STANDARD");
  if (std::ranges::find(known, wanted) == known.end())
    return fail("InvalidStorageClass", "The storage class you specified is not valid");
  return std::string(wanted);
}

Result<void> check_redirect(const Document& params) {
  const auto* given = find(params, "WebsiteRedirectLocation");
  const auto location = text(params, "WebsiteRedirectLocation");
  if (!given || location.starts_with('/') || location.starts_with("http://") ||
      location.starts_with("https://"))
    return {};
  return fail("InvalidRedirectLocation",
              "The website redirect location must have a prefix of 'http://' or 'https://' or "
              "'/'.");
}

Result<std::map<std::string, std::string>> metadata_of(const Document& params) {
  std::map<std::string, std::string> metadata;
  std::size_t size = 0;
  for (const auto& entry : object_of(params, "Metadata")) {
    auto& value = metadata[to_lower(entry.key())];
    if (entry.value().is_string()) value = std::string(entry.value().get_string());
    size += entry.key().size() + value.size();
  }
  if (size <= kMostMetadata) return metadata;
  Error error{"MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size"};
  error.members = {{"Size", size}, {"MaxSizeAllowed", kMostMetadata}};
  return fail(std::move(error));
}

/// The key under which the next version of `key` comes before all others, also before one of this
/// same input.
std::string next_order(const Context& context, const std::optional<ObjectVersion>& before) {
  auto number = 0xffffffffu;
  const auto head = fmt::format("{:016x}", ~context.sequence());
  if (before && before->order.starts_with(head)) {
    std::from_chars(before->order.data() + 16, before->order.data() + before->order.size(), number,
                    16);
    --number;
  }
  return fmt::format("{}{:08x}", head, number);
}

}  // namespace

Result<ObjectVersion> object_from(Call& call, const Bucket& bucket) {
  const auto& params = call.params();
  TRY(check_key(text(params, "Key")));
  TRY(check_acls_enabled(bucket, params));
  // The owner of the bucket owns what is put into it, unless the writer may keep it.
  const bool given_over = bucket.ownership == "BucketOwnerPreferred" &&
                          text(params, "ACL") == "bucket-owner-full-control";
  const auto& principal = call.principal();
  const bool nobody = principal.account.empty() || principal.kind == core::Principal::Kind::Service;
  const auto& owner =
      bucket.acls_disabled() || given_over || nobody ? bucket.scope.account : principal.account;
  ObjectVersion object{.bucket = bucket.name,
                       .key = string_of(params, "Key"),
                       .owner = owner,
                       .modified = std::chrono::floor<std::chrono::seconds>(call.now())};
  object.kms = TRY(encryption_from(call, bucket));
  TRY(set_lock(call, bucket, object));
  object.storage_class = TRY(storage_class_of(params));
  TRY(check_redirect(params));
  object.metadata = TRY(metadata_of(params));
  object.tags = TRY(tags_from_header(text(params, "Tagging")));
  for (const auto* member :
       {"CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType",
        "Expires", "WebsiteRedirectLocation"}) {
    if (const auto* value = find(params, member)) object.headers[member] = *value;
  }
  object.grants = private_acl(owner);
  if (!bucket.acls_disabled())
    object.grants = TRY(acl_from(params, AclOf::Object, owner, bucket.scope.account));
  TRY(check_public_acl(call, bucket, object.grants, "s3:PutObject", object.arn()));
  return object;
}

void add_version(Context& context, const Bucket& bucket, ObjectVersion& object) {
  const auto before = current_version(context, bucket.name, object.key);
  object.order = next_order(context, before);
  if (bucket.versioning == "Enabled") {
    object.version_id = context.new_id(kVersionAlphabet, 32);
  } else {
    object.version_id = "null";
    const auto replaced =
        before ? find_version(context, bucket.name, object.key, "null") : std::nullopt;
    if (replaced) erase_version(context, *replaced);
  }
  kObjects.put(context, key_of(object), object);
  wake_lifecycle(context, bucket);
}

Result<void> check_write_conditions(Call& call, const Bucket& bucket, std::string_view key) {
  const auto match = text(call.params(), "IfMatch"), none = text(call.params(), "IfNoneMatch");
  if (match.empty() && none.empty()) return {};
  const auto current = current_version(call, bucket.name, key);
  const bool exists = current && !current->delete_marker;
  if (!match.empty()) {
    if (!exists) return no_such_key(key);
    if (match != "*" && unquoted(match) != current->etag) return precondition_failed("If-Match");
  }
  if (!none.empty()) {
    if (none != "*") return not_implemented("If-None-Match");
    if (exists) return precondition_failed("If-None-Match");
  }
  return {};
}

Object written_reply(const Bucket& bucket, const ObjectVersion& object) {
  Object reply;
  add_encryption(reply, object);
  if (object.kms && !object.kms->context.empty())
    reply["SSEKMSEncryptionContext"] = base64(object.kms->context);
  if (!bucket.versioning.empty() && object.version_id != "null")
    reply["VersionId"] = object.version_id;
  add_expiration(reply, bucket, object);
  return reply;
}

Outcome put_object(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  auto object = TRY(object_from(call, bucket));
  TRY(check_write_conditions(call, bucket, object.key));
  auto received = TRY(receive(call, TRY(new_wrapping_key(call, object))));
  auto& part = received.part;
  object.size = part.size;
  object.etag = part.etag = shown_etag(call, object, part.etag);
  object.checksums = part.checksums;
  if (!object.checksums.empty()) object.checksum_type = "FULL_OBJECT";
  object.parts.push_back(std::move(part));
  add_version(call, bucket, object);
  if (!received.data.empty()) kContents.put(call, key_of(object), {std::move(received.data)});
  notify(call, bucket, {.object = object, .event = "ObjectCreated:Put", .reason = "PutObject"});
  auto reply = written_reply(bucket, object);
  reply["ETag"] = quoted_etag(object.etag);
  add_checksums(reply, object.checksums);
  if (!object.checksums.empty()) reply["ChecksumType"] = object.checksum_type;
  return reply;
}

}  // namespace tocsin::s3
