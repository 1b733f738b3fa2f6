// SPDX-License-Identifier: Apache-2.0
// Which bucket and object a call is about, and what it takes to be allowed. Nothing here changes
// state.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#pragma once

#include "core/registry.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

/// The members by which a call names a bucket.
struct BucketNames {
  std::string_view bucket = "Bucket";
  std::string_view expected_owner = "ExpectedBucketOwner";
};
/// Errors: NoSuchBucket, PermanentRedirect (of another region), AccessDenied (ExpectedBucketOwner).
Result<Bucket> bucket_of(core::Call& call, BucketNames names = {});
Result<Bucket> bucket_named(core::Call& call, std::string_view name,
                            std::string_view expected_owner);
void put_bucket(core::Call& call, const Bucket& bucket);

/// The bucket's own settings and those of its whole account.
PublicAccessBlock public_access_of(const store::View& view, const Bucket& bucket);

/// The current version, a delete marker included.
std::optional<ObjectVersion> current_version(const store::View& view, std::string_view bucket,
                                             std::string_view key);
/// The version `id`; with an empty id the current one.
std::optional<ObjectVersion> find_version(const store::View& view, std::string_view bucket,
                                          std::string_view key, std::string_view id);
/// What "Key" and "VersionId" name, never a delete marker.
/// Errors: NoSuchKey, NoSuchVersion, MethodNotAllowed (the marker itself); AccessDenied where the
/// caller may not list the bucket.
Result<ObjectVersion> object_of_call(core::Call& call, const Bucket& bucket);
Result<ObjectVersion> visible_object(core::Call& call, const Bucket& bucket, std::string_view key,
                                     std::string_view version);

core::Access bucket_access(const core::Call& call, const Bucket& bucket, std::string action);
/// `object`: where it exists and its own ACL and owner count.
core::Access object_access(const core::Call& call, const Bucket& bucket, std::string_view key,
                           std::string action, const ObjectVersion* object = nullptr);

/// One permission on the bucket, with the request's own condition keys.
core::Needs needs_bucket(std::string action);
/// One permission on the object; another where the call names a version.
core::Needs needs_object(std::string action, std::string version_action = {});
/// PutObject and CreateMultipartUpload: further permissions for an ACL and for tags.
core::Needs needs_put();

/// "s3:x-amz-acl" and the others that the call's parameters give.
std::map<std::string, std::vector<std::string>> condition_keys(const core::Call& call);

}  // namespace tocsin::s3
