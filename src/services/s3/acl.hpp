// SPDX-License-Identifier: Apache-2.0
// Access control lists: read from requests, shown, and turned into policy statements, so that one
// engine decides. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
#pragma once

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

enum class AclOf { Bucket, Object };

std::vector<Grant> private_acl(const AccountId& owner);

/// Whether the request says anything about an ACL: canned, in headers, or as a document.
bool names_acl(const Document& params);

/// The ACL of `owner`'s new or changed resource. Private where the request names none.
/// Errors: InvalidArgument, InvalidRequest, UnresolvableGrantByEmailAddress, MalformedACLError.
Result<std::vector<Grant>> acl_from(const Document& params, AclOf what, const AccountId& owner,
                                    const AccountId& bucket_owner);

/// Whether everybody, or everybody with an AWS account, is granted something.
bool is_public_acl(const std::vector<Grant>& grants);

/// {"Owner": …, "Grants": […]}
Object acl_document(const AccountId& owner, const std::vector<Grant>& grants);

enum class PublicGrants { Count, Ignored };
/// What the list grants to others than `owner`, as statements of a policy. `arn`: of the bucket or
/// object.
Array acl_statements(const std::vector<Grant>& grants, AclOf what, const std::string& arn,
                     const AccountId& owner, PublicGrants public_grants);

/// With BucketOwnerEnforced only the ACLs that change nothing are accepted. Error
/// AccessControlListNotSupported.
Result<void> check_acls_enabled(const Bucket& bucket, const Document& params);
/// Error AccessDenied where the bucket's BlockPublicAcls forbids the list.
Result<void> check_public_acl(const core::Call& call, const Bucket& bucket,
                              const std::vector<Grant>& grants, std::string_view action,
                              std::string_view arn);

core::Outcome put_bucket_acl(core::Call& call);
core::Outcome get_bucket_acl(core::Call& call);
core::Outcome put_object_acl(core::Call& call);
core::Outcome get_object_acl(core::Call& call);

}  // namespace tocsin::s3
