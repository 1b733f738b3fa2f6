// SPDX-License-Identifier: Apache-2.0
#include "services/s3/access.hpp"

#include <array>
#include <fmt/format.h>

#include "services/s3/acl.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/names.hpp"
#include "services/s3/policy.hpp"
#include "services/s3/tags.hpp"

namespace tocsin::s3 {
namespace {

using core::Access;
using core::Call;
using core::Credential;
using core::Key;
using core::Principal;

/// A client believes that it speaks to the endpoint of the region that it signed for. The house's
/// own calls go anywhere.
bool from_another_region(const Call& call, const Bucket& bucket) {
  const auto kind = call.request().credential.kind;
  const bool addressed = kind == Credential::Kind::Key || kind == Credential::Kind::Root;
  const bool anywhere = call.request().operation == "GetBucketLocation";
  return addressed && !anywhere && call.region() != bucket.scope.region;
}

Failure redirect(const Bucket& bucket) {
  Error error{"PermanentRedirect",
              "The bucket you are attempting to access must be addressed using the specified "
              "endpoint. Please send all future requests to this endpoint.",
              301};
  error.members = {
      {"Endpoint", fmt::format("{}.s3.{}.amazonaws.com", bucket.name, bucket.scope.region)},
      {"Bucket", bucket.name},
      {"Region", bucket.scope.region},
      {"x-amz-bucket-region", bucket.scope.region}};
  return fail(std::move(error));
}

bool is_outsider(const Call& call, const Bucket& bucket) {
  const auto& principal = call.principal();
  return principal.kind != Principal::Kind::Service && principal.account != bucket.scope.account;
}

/// Where the requester pays, an outsider says that it knows.
bool must_pay(const Call& call, const Bucket& bucket) {
  return bucket.payer == "Requester" && is_outsider(call, bucket) &&
         text(call.params(), "RequestPayer") != "requester";
}

/// The bucket's own policy, unless RestrictPublicBuckets keeps this caller out.
std::string policy_for(const Call& call, const Bucket& bucket) {
  if (bucket.policy.empty() || !public_access_of(call, bucket).restrict_public_buckets)
    return bucket.policy;
  return is_outsider(call, bucket) && is_public_policy(bucket.policy) ? std::string()
                                                                      : bucket.policy;
}

std::string with_statements(const std::string& policy, Array added) {
  if (added.empty()) return policy;
  Object merged{{"Version", "2012-10-17"}};
  if (!policy.empty()) {
    auto parsed = parse_json(policy);
    if (parsed && parsed->is_object()) merged = parsed->as_object();
  }
  Array statements;
  if (const auto* own = merged.if_contains("Statement")) {
    if (const auto* list = own->if_array())
      statements = *list;
    else
      statements.push_back(*own);
  }
  for (auto& statement : added)
    statements.push_back(std::move(statement));
  merged["Statement"] = std::move(statements);
  return to_json(merged);
}

PublicGrants public_grants(const Call& call, const Bucket& bucket) {
  return public_access_of(call, bucket).ignore_public_acls ? PublicGrants::Ignored
                                                           : PublicGrants::Count;
}

std::string effective_policy(const Call& call, const Bucket& bucket) {
  auto policy = policy_for(call, bucket);
  if (bucket.acls_disabled()) return policy;
  return with_statements(policy, acl_statements(bucket.grants, AclOf::Bucket, bucket.arn(),
                                                bucket.scope.account, public_grants(call, bucket)));
}

/// Of a policy what it forbids.
std::string denials(const std::string& policy) {
  const auto parsed = parse_json(policy);
  if (!parsed) return {};
  Array kept;
  for (const auto& statement : array_of(*parsed, "Statement")) {
    if (text(statement, "Effect") == "Deny") kept.push_back(statement);
  }
  const auto& single = object_of(*parsed, "Statement");
  if (text(single, "Effect") == "Deny") kept.emplace_back(single);
  return with_statements({}, std::move(kept));
}

std::string effective_policy(const Call& call, const Bucket& bucket, const ObjectVersion& object) {
  // Of objects that another account owns a bucket's policy can only keep out.
  const bool own = object.owner == bucket.scope.account;
  auto policy = own ? policy_for(call, bucket) : denials(bucket.policy);
  return with_statements(policy, acl_statements(object.grants, AclOf::Object, object.arn(),
                                                object.owner, public_grants(call, bucket)));
}

void add_key(std::map<std::string, std::vector<std::string>>& keys, const Call& call,
             std::string_view member, std::string_view key) {
  const auto* value = find(call.params(), member);
  if (!value || value->is_null()) return;
  keys[std::string(key)] = {call.open(*value).value_or(to_json(*value))};
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kKeys{
    {{"ACL", "s3:x-amz-acl"},
     {"ServerSideEncryption", "s3:x-amz-server-side-encryption"},
     {"SSEKMSKeyId", "s3:x-amz-server-side-encryption-aws-kms-key-id"},
     {"StorageClass", "s3:x-amz-storage-class"},
     {"CopySource", "s3:x-amz-copy-source"},
     {"MetadataDirective", "s3:x-amz-metadata-directive"},
     {"WebsiteRedirectLocation", "s3:x-amz-website-redirect-location"},
     {"GrantFullControl", "s3:x-amz-grant-full-control"},
     {"GrantRead", "s3:x-amz-grant-read"},
     {"GrantWrite", "s3:x-amz-grant-write"},
     {"GrantReadACP", "s3:x-amz-grant-read-acp"},
     {"GrantWriteACP", "s3:x-amz-grant-write-acp"},
     {"Prefix", "s3:prefix"},
     {"Delimiter", "s3:delimiter"},
     {"MaxKeys", "s3:max-keys"},
     {"ObjectOwnership", "s3:x-amz-object-ownership"},
     {"IfMatch", "s3:if-match"},
     {"IfNoneMatch", "s3:if-none-match"},
     {"ObjectLockMode", "s3:object-lock-mode"},
     {"ObjectLockLegalHoldStatus", "s3:object-lock-legal-hold"}}};

/// Of the retention or legal hold that the call asks for, in its body or in headers.
void add_lock_keys(std::map<std::string, std::vector<std::string>>& keys, const Call& call) {
  const auto& retention = object_of(call.params(), "Retention");
  const auto& hold = object_of(call.params(), "LegalHold");
  if (find(retention, "Mode")) keys["s3:object-lock-mode"] = {string_of(retention, "Mode")};
  if (find(hold, "Status")) keys["s3:object-lock-legal-hold"] = {string_of(hold, "Status")};
  const auto* until = find(retention, "RetainUntilDate");
  if (!until) until = find(call.params(), "ObjectLockRetainUntilDate");
  if (!until || !until->is_number()) return;
  const auto end = from_seconds(until->to_number<double>());
  const auto days = std::chrono::ceil<std::chrono::days>(end - call.now()).count();
  keys["s3:object-lock-retain-until-date"] = {iso8601(end)};
  keys["s3:object-lock-remaining-retention-days"] = {std::to_string(days)};
}

void add_tags(Access& access, std::string_view prefix,
              const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags)
    access.context[std::string(prefix) + key] = {value};
}

void add_requested_tags(Access& access, const Tags& tags) {
  add_tags(access, "s3:RequestObjectTag/", tags);
  for (const auto& [key, value] : tags)
    access.context["s3:RequestObjectTagKeys"].push_back(key);
}

/// How the request was signed: no keys where nobody signed it, or the house made it.
void add_signing(Access& access, const Call& call) {
  const auto& signing = call.request().signing;
  if (!signing) return;
  access.context["s3:authType"] = {signing->type};
  access.context["s3:signatureversion"] = {signing->version};
  if (signing->type != "REST-HEADER")
    access.context["s3:signatureAge"] = {std::to_string(signing->age_ms)};
  if (!signing->payload.empty()) access.context["s3:x-amz-content-sha256"] = {signing->payload};
}

/// Members that are headers become so in the reply.
Failure is_marker(const Call& call, const ObjectVersion& marker) {
  const auto& operation = call.request().operation;
  Error error{"MethodNotAllowed", "The specified method is not allowed against this resource.",
              405};
  error.members = {{"Method", operation.starts_with("Head") ? "HEAD" : "GET"},
                   {"ResourceType", "DeleteMarker"},
                   {"x-amz-delete-marker", "true"},
                   {"x-amz-version-id", marker.version_id},
                   {"Last-Modified", http_date(marker.modified)},
                   {"Allow", "DELETE"}};
  return fail(std::move(error));
}

/// Root may always see and change a bucket's policy, so that nobody is locked out for good.
bool never_locked_out(const Call& call, const Bucket& bucket, std::string_view action) {
  const auto& principal = call.principal();
  return principal.kind == Principal::Kind::Root && principal.account == bucket.scope.account &&
         (action == "s3:GetBucketPolicy" || action == "s3:PutBucketPolicy" ||
          action == "s3:DeleteBucketPolicy");
}

}  // namespace

Result<Bucket> bucket_of(Call& call, BucketNames names) {
  return bucket_named(call, text(call.params(), names.bucket),
                      text(call.params(), names.expected_owner));
}

Result<Bucket> bucket_named(Call& call, std::string_view name, std::string_view expected_owner) {
  auto bucket = kBuckets.get(call, Key{name});
  if (!bucket) return no_such_bucket(name);
  if (from_another_region(call, *bucket)) return redirect(*bucket);
  if (!expected_owner.empty() && expected_owner != bucket->scope.account.str())
    return access_denied();
  if (must_pay(call, *bucket)) return access_denied();
  return *std::move(bucket);
}

void put_bucket(Call& call, const Bucket& bucket) {
  kBuckets.put(call, Key{bucket.name}, bucket);
}

PublicAccessBlock public_access_of(const store::View& view, const Bucket& bucket) {
  auto block = bucket.public_access_block.value_or(PublicAccessBlock{});
  if (const auto all = kAccountBlocks.get(view, Key{bucket.scope.account.str()})) {
    block.block_public_acls |= all->block_public_acls;
    block.ignore_public_acls |= all->ignore_public_acls;
    block.block_public_policy |= all->block_public_policy;
    block.restrict_public_buckets |= all->restrict_public_buckets;
  }
  return block;
}

std::optional<ObjectVersion> current_version(const store::View& view, std::string_view bucket,
                                             std::string_view key) {
  return find_version(view, bucket, key, {});
}

std::optional<ObjectVersion> find_version(const store::View& view, std::string_view bucket,
                                          std::string_view key, std::string_view id) {
  std::optional<ObjectVersion> found;
  kObjects.scan(view, Key{bucket, key}, [&](const auto&, const ObjectVersion& version) {
    if (!id.empty() && version.version_id != id) return true;
    found = version;
    return false;
  });
  return found;
}

Result<ObjectVersion> object_of_call(Call& call, const Bucket& bucket) {
  if (find(call.params(), "VersionId")) TRY(check_version_id(text(call.params(), "VersionId")));
  return visible_object(call, bucket, text(call.params(), "Key"), text(call.params(), "VersionId"));
}

Result<ObjectVersion> visible_object(Call& call, const Bucket& bucket, std::string_view key,
                                     std::string_view version) {
  auto object = find_version(call, bucket.name, key, version);
  if (object && !object->delete_marker) return *std::move(object);
  if (object && !version.empty()) return is_marker(call, *object);
  // Who may not list must not learn what is not there.
  if (!call.authorize(bucket_access(call, bucket, "s3:ListBucket"))) return access_denied();
  if (!version.empty()) return no_such_version(key, version);
  auto missing = no_such_key(key);
  if (object) {
    missing.error().members["x-amz-delete-marker"] = "true";
    missing.error().members["x-amz-version-id"] = object->version_id;
  }
  return missing;
}

Access bucket_access(const Call& call, const Bucket& bucket, std::string action) {
  Access access{
      .action = std::move(action), .resource = bucket.arn(), .owner = bucket.scope.account};
  access.context["s3:ResourceAccount"] = {bucket.scope.account.str()};
  add_signing(access, call);
  if (!never_locked_out(call, bucket, access.action))
    access.resource_policy = effective_policy(call, bucket);
  return access;
}

Access object_access(const Call& call, const Bucket& bucket, std::string_view key,
                     std::string action, const ObjectVersion* object) {
  Access access{.action = std::move(action),
                .resource = fmt::format("{}/{}", bucket.arn(), key),
                .owner = bucket.scope.account};
  access.context["s3:ResourceAccount"] = {bucket.scope.account.str()};
  add_signing(access, call);
  if (object && !bucket.acls_disabled()) {
    access.owner = object->owner;
    access.resource_policy = effective_policy(call, bucket, *object);
  } else {
    access.resource_policy = effective_policy(call, bucket);
  }
  if (object) add_tags(access, "s3:ExistingObjectTag/", object->tags);
  return access;
}

std::map<std::string, std::vector<std::string>> condition_keys(const Call& call) {
  std::map<std::string, std::vector<std::string>> keys;
  for (const auto& [member, key] : kKeys)
    add_key(keys, call, member, key);
  add_lock_keys(keys, call);
  return keys;
}

core::Needs needs_bucket(std::string action) {
  return [action = std::move(action)](Call& call) -> std::vector<Access> {
    const auto bucket = bucket_of(call);
    if (!bucket) return {};  // the handler says so
    auto access = bucket_access(call, *bucket, action);
    access.context.merge(condition_keys(call));
    return {std::move(access)};
  };
}

core::Needs needs_object(std::string action, std::string version_action) {
  return [action = std::move(action),
          version_action = std::move(version_action)](Call& call) -> std::vector<Access> {
    const auto bucket = bucket_of(call);
    if (!bucket) return {};
    const auto key = text(call.params(), "Key"), version = text(call.params(), "VersionId");
    const auto object = find_version(call, bucket->name, key, version);
    const bool versioned = !version.empty() && !version_action.empty();
    const auto* own = object && !object->delete_marker ? &*object : nullptr;
    auto access = object_access(call, *bucket, key, versioned ? version_action : action, own);
    access.context.merge(condition_keys(call));
    if (find(call.params(), "Tagging")) {
      if (const auto tags = tags_from_set(Document(object_of(call.params(), "Tagging")), 10)) {
        add_requested_tags(access, *tags);
      }
    }
    if (!version.empty()) access.context["s3:VersionId"] = {std::string(version)};
    return {std::move(access)};
  };
}

core::Needs needs_put() {
  return [](Call& call) -> std::vector<Access> {
    const auto bucket = bucket_of(call);
    if (!bucket) return {};
    const auto key = text(call.params(), "Key");
    std::vector<Access> needs;
    const auto tags = tags_from_header(text(call.params(), "Tagging"));
    const auto add = [&](std::string action) {
      needs.push_back(object_access(call, *bucket, key, std::move(action)));
      needs.back().context.merge(condition_keys(call));
      if (tags) add_requested_tags(needs.back(), *tags);
    };
    add("s3:PutObject");
    const auto acl = text(call.params(), "ACL");
    // What gives the bucket's owner control is part of putting: CloudTrail's own policy allows no
    // more.
    const bool usual = acl == "bucket-owner-full-control" || acl == "private";
    if (names_acl(call.params()) && !usual) add("s3:PutObjectAcl");
    if (find(call.params(), "Tagging")) add("s3:PutObjectTagging");
    if (find(call.params(), "ObjectLockMode")) add("s3:PutObjectRetention");
    if (find(call.params(), "ObjectLockLegalHoldStatus")) add("s3:PutObjectLegalHold");
    return needs;
  };
}

}  // namespace tocsin::s3
