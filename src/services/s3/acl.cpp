// SPDX-License-Identifier: Apache-2.0
#include "services/s3/acl.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/s3/access.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/names.hpp"
#include "services/s3/notify.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::string_view kAllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
constexpr std::string_view kAuthenticated =
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
constexpr std::string_view kLogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";
constexpr std::array kPermissions{"FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kHeaders{
    {{"GrantFullControl", "FULL_CONTROL"},
     {"GrantRead", "READ"},
     {"GrantWrite", "WRITE"},
     {"GrantReadACP", "READ_ACP"},
     {"GrantWriteACP", "WRITE_ACP"}}};

bool is_group(std::string_view grantee) {
  return grantee.starts_with("http");
}

/// Of the account that runs AWS's own image imports, as its documentation shows it.
constexpr std::string_view kExecRead =
    "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

Result<std::vector<Grant>> canned(std::string_view acl, AclOf what, const AccountId& owner,
                                  const AccountId& bucket_owner) {
  auto grants = private_acl(owner);
  const auto add = [&](std::string_view grantee, std::string_view permission) {
    grants.push_back({std::string(grantee), std::string(permission)});
  };
  const bool bucket = what == AclOf::Bucket;
  if (acl == "private") return grants;
  if (acl == "public-read" || acl == "public-read-write") add(kAllUsers, "READ");
  if (acl == "public-read-write") add(kAllUsers, "WRITE");
  if (acl == "authenticated-read") add(kAuthenticated, "READ");
  if (acl == "aws-exec-read") add(kExecRead, "READ");
  if (acl == "log-delivery-write" && bucket) {
    add(kLogDelivery, "WRITE");
    add(kLogDelivery, "READ_ACP");
  }
  if (acl.starts_with("bucket-owner-") && !bucket && owner != bucket_owner) {
    add(canonical_id(bucket_owner), acl == "bucket-owner-read" ? "READ" : "FULL_CONTROL");
  }
  const bool same = !bucket && (acl == "bucket-owner-read" || acl == "bucket-owner-full-control");
  if (grants.size() == 1 && !same) return invalid_argument("", "x-amz-acl", acl);
  return grants;
}

Result<Grant> grant_of(std::string_view kind, std::string value, std::string_view permission) {
  if (kind == "id") {
    if (!account_of_canonical(value) && value != kExecRead)
      return invalid_argument("Invalid id", "CanonicalUser/ID", value);
  } else if (kind == "uri") {
    if (value != kAllUsers && value != kAuthenticated && value != kLogDelivery) {
      return invalid_argument("Invalid group uri", "Group/URI", value);
    }
  } else if (kind == "emailAddress") {
    return fail("UnresolvableGrantByEmailAddress",
                "The e-mail address you provided does not match any account on record.");
  } else {
    return invalid_argument("Argument format not recognized", "x-amz-grant", kind);
  }
  return Grant{std::move(value), std::string(permission)};
}

/// id="…", uri="…"
Result<void> read_header(std::string_view header, std::string_view permission,
                         std::vector<Grant>& grants) {
  while (!header.empty()) {
    auto part = header.substr(0, header.find(','));
    header.remove_prefix(std::min(part.size() + 1, header.size()));
    while (part.starts_with(' '))
      part.remove_prefix(1);
    while (part.ends_with(' '))
      part.remove_suffix(1);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos)
      return invalid_argument("Argument format not recognized", "x-amz-grant", part);
    auto value = part.substr(equals + 1);
    if (value.size() > 1 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    grants.push_back(TRY(grant_of(part.substr(0, equals), std::string(value), permission)));
  }
  return {};
}

Result<std::vector<Grant>> explicit_list(const Document& policy, AclOf what,
                                         const AccountId& owner) {
  if (text(object_of(policy, "Owner"), "ID") != canonical_id(owner)) return access_denied();
  std::vector<Grant> grants;
  for (const auto& entry : array_of(policy, "Grants")) {
    const auto& grantee = object_of(entry, "Grantee");
    const auto permission = text(entry, "Permission");
    const bool known = std::ranges::find(kPermissions, permission) != kPermissions.end();
    if (!known || (what == AclOf::Object && permission == "WRITE")) return malformed_xml();
    const auto type = text(grantee, "Type");
    const bool email = type == "AmazonCustomerByEmail";
    const auto kind = type == "Group" ? "uri" : email ? "emailAddress" : "id";
    const auto member = type == "Group" ? "URI" : email ? "EmailAddress" : "ID";
    grants.push_back(TRY(grant_of(kind, string_of(grantee, member), permission)));
  }
  if (grants.size() > 100) {
    return fail("MalformedACLError",
                "The XML you provided was not well-formed or did not validate against our "
                "published schema");
  }
  return grants;
}

Document principal_of(const Grant& grant) {
  if (is_group(grant.grantee)) {
    if (grant.grantee == kLogDelivery) return Object{{"Service", "logging.s3.amazonaws.com"}};
    return "*";
  }
  const auto account = account_of_canonical(grant.grantee);
  if (!account) return nullptr;
  return Object{{"AWS", "arn:aws:iam::" + account->str() + ":root"}};
}

/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions
Array actions_of(std::string_view permission, AclOf what) {
  const bool full = permission == "FULL_CONTROL", bucket = what == AclOf::Bucket;
  Array actions;
  const auto add = [&](std::initializer_list<std::string_view> names) {
    for (const auto name : names)
      actions.emplace_back(name);
  };
  if (full || permission == "READ") {
    if (bucket)
      add({"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"});
    else
      add({"s3:GetObject", "s3:GetObjectVersion"});
  }
  if (bucket && (full || permission == "WRITE")) add({"s3:PutObject"});
  if (full || permission == "READ_ACP") {
    if (bucket)
      add({"s3:GetBucketAcl"});
    else
      add({"s3:GetObjectAcl", "s3:GetObjectVersionAcl"});
  }
  if (full || permission == "WRITE_ACP") {
    if (bucket)
      add({"s3:PutBucketAcl"});
    else
      add({"s3:PutObjectAcl", "s3:PutObjectVersionAcl"});
  }
  return actions;
}

Object grant_document(const Grant& grant) {
  const bool group = is_group(grant.grantee);
  return {{"Grantee", Object{{"Type", group ? "Group" : "CanonicalUser"},
                             {group ? "URI" : "ID", grant.grantee}}},
          {"Permission", grant.permission}};
}

bool is_public(const Grant& grant) {
  return grant.grantee == kAllUsers || grant.grantee == kAuthenticated;
}

}  // namespace

std::vector<Grant> private_acl(const AccountId& owner) {
  return {{canonical_id(owner), "FULL_CONTROL"}};
}

bool names_acl(const Document& params) {
  if (find(params, "ACL") || find(params, "AccessControlPolicy")) return true;
  return std::ranges::any_of(
      kHeaders, [&](const auto& header) { return find(params, header.first) != nullptr; });
}

Result<std::vector<Grant>> acl_from(const Document& params, AclOf what, const AccountId& owner,
                                    const AccountId& bucket_owner) {
  std::vector<Grant> from_headers;
  for (const auto& [member, permission] : kHeaders) {
    TRY(read_header(text(params, member), permission, from_headers));
  }
  const auto acl = text(params, "ACL");
  if (!acl.empty() && !from_headers.empty()) {
    return invalid_request("Specifying both Canned ACLs and Header Grants is not allowed");
  }
  if (const auto* policy = find(params, "AccessControlPolicy")) {
    if (!acl.empty() || !from_headers.empty()) {
      return fail("UnexpectedContent", "This request does not support content");
    }
    return explicit_list(*policy, what, owner);
  }
  if (!from_headers.empty()) return from_headers;
  return canned(acl.empty() ? "private" : acl, what, owner, bucket_owner);
}

bool is_public_acl(const std::vector<Grant>& grants) {
  return std::ranges::any_of(grants, is_public);
}

Object acl_document(const AccountId& owner, const std::vector<Grant>& grants) {
  Array list;
  for (const auto& grant : grants)
    list.push_back(grant_document(grant));
  return {{"Owner", owner_document(owner)}, {"Grants", std::move(list)}};
}

Array acl_statements(const std::vector<Grant>& grants, AclOf what, const std::string& arn,
                     const AccountId& owner, PublicGrants public_grants) {
  Array statements;
  const auto own = canonical_id(owner);
  for (const auto& grant : grants) {
    if (grant.grantee == own || (public_grants == PublicGrants::Ignored && is_public(grant)))
      continue;
    auto principal = principal_of(grant);
    auto actions = actions_of(grant.permission, what);
    if (principal.is_null() || actions.empty()) continue;
    Object statement{{"Effect", "Allow"}, {"Action", std::move(actions)}};
    statement["Principal"] = std::move(principal);
    if (what == AclOf::Bucket)
      statement["Resource"] = Array{arn, arn + "/*"};
    else
      statement["Resource"] = arn;
    if (grant.grantee == kAuthenticated) {
      statement["Condition"] =
          Object{{"StringNotEquals", Object{{"aws:PrincipalType", "Anonymous"}}}};
    }
    statements.push_back(std::move(statement));
  }
  return statements;
}

Result<void> check_acls_enabled(const Bucket& bucket, const Document& params) {
  if (!bucket.acls_disabled() || !names_acl(params)) return {};
  if (text(params, "ACL") == "bucket-owner-full-control") return {};
  return fail("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

Result<void> check_public_acl(const Call& call, const Bucket& bucket,
                              const std::vector<Grant>& grants, std::string_view action,
                              std::string_view arn) {
  if (!public_access_of(call, bucket).block_public_acls || !is_public_acl(grants)) return {};
  return access_denied(fmt::format(
      "User: {} is not authorized to perform: {} on resource: \"{}\" because public access control "
      "lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access.",
      call.principal().arn, action, arn));
}

Outcome put_bucket_acl(Call& call) {
  auto bucket = TRY(bucket_of(call));
  if (bucket.acls_disabled()) TRY(check_acls_enabled(bucket, call.params()));
  if (!names_acl(call.params())) {
    return fail("MissingSecurityHeader", "Your request was missing a required header");
  }
  const auto& owner = bucket.scope.account;
  bucket.grants = TRY(acl_from(call.params(), AclOf::Bucket, owner, owner));
  TRY(check_public_acl(call, bucket, bucket.grants, "s3:PutBucketAcl", bucket.arn()));
  put_bucket(call, bucket);
  return Object{};
}

Outcome get_bucket_acl(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto& owner = bucket.scope.account;
  return acl_document(owner, bucket.acls_disabled() ? private_acl(owner) : bucket.grants);
}

Outcome put_object_acl(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  TRY(check_acls_enabled(bucket, call.params()));
  auto object = TRY(object_of_call(call, bucket));
  if (!names_acl(call.params())) {
    return fail("MissingSecurityHeader", "Your request was missing a required header");
  }
  auto grants = TRY(acl_from(call.params(), AclOf::Object, object.owner, bucket.scope.account));
  TRY(check_public_acl(call, bucket, grants, "s3:PutObjectAcl", object.arn()));
  if (!bucket.acls_disabled()) object.grants = std::move(grants);
  kObjects.put(call, key_of(object), object);
  notify(call, bucket, {.object = object, .event = "ObjectAcl:Put"});
  return Object{};
}

Outcome get_object_acl(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto object = TRY(object_of_call(call, bucket));
  if (bucket.acls_disabled()) {
    return acl_document(bucket.scope.account, private_acl(bucket.scope.account));
  }
  return acl_document(object.owner, object.grants);
}

}  // namespace tocsin::s3
