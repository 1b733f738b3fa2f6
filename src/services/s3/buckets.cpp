// SPDX-License-Identifier: Apache-2.0
#include "services/s3/buckets.hpp"

#include <fmt/format.h>
#include <regex>

#include "base/crypto.hpp"
#include "services/s3/access.hpp"
#include "services/s3/acl.hpp"
#include "services/s3/configuration.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/lock.hpp"
#include "services/s3/multipart.hpp"
#include "services/s3/names.hpp"
#include "services/s3/tags.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::string_view kFirstRegion = "us-east-1";

/// "eu-west-1", "us-gov-east-1"
bool looks_like_region(std::string_view name) {
  static const std::regex form(
      "(af|ap|ca|cn|eu|il|me|mx|sa|us)(-gov)?"
      "-(north|south|east|west|central|northeast|northwest|southeast|southwest)-[1-9]");
  return std::regex_match(name.begin(), name.end(), form);
}

/// The region that the call asks for. Errors: IllegalLocationConstraintException,
/// InvalidLocationConstraint.
Result<std::string> region_of(const Call& call) {
  std::string wanted(
      text(object_of(call.params(), "CreateBucketConfiguration"), "LocationConstraint"));
  if (wanted == "EU") wanted = "eu-west-1";
  if (wanted == kFirstRegion || (!wanted.empty() && !looks_like_region(wanted))) {
    Error error{"InvalidLocationConstraint", "The specified location-constraint is not valid"};
    error.members = {{"LocationConstraint", wanted}};
    return fail(std::move(error));
  }
  if (call.region() == kFirstRegion) return wanted.empty() ? std::string(kFirstRegion) : wanted;
  if (wanted == call.region()) return wanted;
  return fail(
      "IllegalLocationConstraintException",
      fmt::format(
          "The {} location constraint is incompatible for the region specific endpoint this "
          "request was sent to.",
          wanted.empty() ? "unspecified" : wanted));
}

Failure already_owned(std::string_view name) {
  Error error{"BucketAlreadyOwnedByYou",
              "Your previous request to create the named bucket succeeded and you already own it.",
              409};
  error.members = {{"BucketName", name}};
  return fail(std::move(error));
}

Failure already_exists(std::string_view name) {
  Error error{
      "BucketAlreadyExists",
      "The requested bucket name is not available. The bucket namespace is shared by all users of "
      "the system. Please select a different name and try again.",
      409};
  error.members = {{"BucketName", name}};
  return fail(std::move(error));
}

Object created_reply(const Call& call, const Bucket& bucket) {
  Object reply{{"BucketArn", bucket.arn()}};
  if (call.region() == kFirstRegion && bucket.scope.region == kFirstRegion)
    reply["Location"] = "/" + bucket.name;
  else
    reply["Location"] = fmt::format("http://{}.s3.amazonaws.com/", bucket.name);
  return reply;
}

Result<Tags> first_tags(const Document& params) {
  Object set{{"TagSet", array_of(object_of(params, "CreateBucketConfiguration"), "Tags")}};
  return tags_from_set(Document(std::move(set)), kBucketTags);
}

/// Since 2023 a new bucket has no ACLs and blocks public access.
Result<Bucket> new_bucket(Call& call, std::string name, std::string region) {
  Bucket bucket{.name = std::move(name),
                .scope = {call.account(), std::move(region)},
                .created = call.now(),
                .store = call.new_uuid(),
                .public_access_block = PublicAccessBlock{true, true, true, true},
                .ownership = string_of(call.params(), "ObjectOwnership", "BucketOwnerEnforced"),
                .encryption = default_encryption()};
  if (flag(call.params(), "ObjectLockEnabledForBucket")) enable_lock(bucket);
  TRY(check_ownership(bucket.ownership));
  bucket.tags = TRY(first_tags(call.params()));
  bucket.grants = TRY(acl_from(call.params(), AclOf::Bucket, call.account(), call.account()));
  const bool usual = bucket.grants == private_acl(call.account());
  if (bucket.acls_disabled() && !usual) {
    return fail("InvalidBucketAclWithObjectOwnership",
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
  }
  if (is_public_acl(bucket.grants)) {
    return fail("InvalidBucketAclWithBlockPublicAccessError",
                "Bucket cannot have public ACLs set with BlockPublicAccess enabled");
  }
  return bucket;
}

bool is_empty(const Call& call, const Bucket& bucket) {
  bool empty = true;
  kObjects.scan(call, Key{bucket.name}, [&](const auto&, const auto&) { return empty = false; });
  return empty;
}

Object entry_of(const Bucket& bucket) {
  return {{"Name", bucket.name},
          {"CreationDate", to_seconds(std::chrono::floor<std::chrono::seconds>(bucket.created))},
          {"BucketRegion", bucket.scope.region}};
}

}  // namespace

std::vector<core::Access> needs_create(Call& call) {
  const auto resource = fmt::format("arn:aws:s3:::{}", text(call.params(), "Bucket"));
  auto keys = condition_keys(call);
  if (const auto region = region_of(call)) keys["s3:LocationConstraint"] = {*region};
  std::vector<core::Access> needs{
      {.action = "s3:CreateBucket", .resource = resource, .context = keys}};
  if (names_acl(call.params()) && text(call.params(), "ACL") != "private") {
    needs.push_back({.action = "s3:PutBucketAcl", .resource = resource, .context = keys});
  }
  if (find(call.params(), "ObjectOwnership")) {
    needs.push_back(
        {.action = "s3:PutBucketOwnershipControls", .resource = resource, .context = keys});
  }
  const auto& configuration = object_of(call.params(), "CreateBucketConfiguration");
  if (!array_of(configuration, "Tags").empty())
    needs.push_back({.action = "s3:TagResource", .resource = resource, .context = keys});
  if (flag(call.params(), "ObjectLockEnabledForBucket")) {
    for (const auto* action : {"s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"}) {
      needs.push_back({.action = action, .resource = resource, .context = keys});
    }
  }
  return needs;
}

Outcome create_bucket(Call& call) {
  const auto name = string_of(call.params(), "Bucket");
  TRY(check_bucket_name(name));
  auto region = TRY(region_of(call));
  if (const auto existing = kBuckets.get(call, Key{name})) {
    if (existing->scope.account != call.account()) return already_exists(name);
    const bool first = call.region() == kFirstRegion && existing->scope.region == kFirstRegion;
    if (!first) return already_owned(name);
    return created_reply(call, *existing);
  }
  const auto bucket = TRY(new_bucket(call, name, std::move(region)));
  put_bucket(call, bucket);
  return created_reply(call, bucket);
}

Outcome delete_bucket(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!is_empty(call, bucket)) {
    Error error{"BucketNotEmpty", "The bucket you tried to delete is not empty", 409};
    if (!bucket.versioning.empty())
      error.message += ". You must delete all versions in the bucket.";
    error.members = {{"BucketName", bucket.name}};
    return error;
  }
  kBuckets.erase(call, Key{bucket.name});
  forget_uploads(call, bucket.store);
  return Object{};
}

Outcome head_bucket(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  return Object{{"BucketRegion", bucket.scope.region},
                {"AccessPointAlias", false},
                {"BucketArn", bucket.arn()}};
}

Outcome list_buckets(Call& call) {
  const auto prefix = text(call.params(), "Prefix"), region = text(call.params(), "BucketRegion");
  const auto limit = integer(call.params(), "MaxBuckets").value_or(10'000);
  if (limit < 1 || limit > 10'000)
    return invalid_argument("Argument max-buckets must be an integer between 1 and 10000",
                            "max-buckets", std::to_string(limit));
  const auto token = text(call.params(), "ContinuationToken");
  const auto after = unbase64(token);
  if (!after)
    return invalid_argument("The continuation token provided is incorrect", "continuation-token",
                            token);
  Array buckets;
  std::string last, next;
  const auto visit = [&](const auto&, const Bucket& bucket) {
    if (bucket.scope.account != call.account() || !bucket.name.starts_with(prefix)) return true;
    if (!region.empty() && bucket.scope.region != region) return true;
    if (static_cast<std::int64_t>(buckets.size()) == limit) {
      next = base64(last);
      return false;
    }
    buckets.push_back(entry_of(bucket));
    last = bucket.name;
    return true;
  };
  kBuckets.scan(call, {}, visit, store::Direction::Forward,
                after->empty() ? std::nullopt : std::optional(Key{*after}));
  Object reply{{"Buckets", std::move(buckets)}, {"Owner", owner_document(call.account())}};
  if (!next.empty()) reply["ContinuationToken"] = next;
  if (!prefix.empty()) reply["Prefix"] = prefix;
  return reply;
}

Outcome get_bucket_location(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  Object reply;
  if (bucket.scope.region != kFirstRegion) reply["LocationConstraint"] = bucket.scope.region;
  return reply;
}

}  // namespace tocsin::s3
