// SPDX-License-Identifier: Apache-2.0
#include "services/s3/s3.hpp"

#include "services/s3/access.hpp"
#include "services/s3/access_log.hpp"
#include "services/s3/account.hpp"
#include "services/s3/acl.hpp"
#include "services/s3/buckets.hpp"
#include "services/s3/configuration.hpp"
#include "services/s3/cors.hpp"
#include "services/s3/lifecycle.hpp"
#include "services/s3/lock.hpp"
#include "services/s3/multipart.hpp"
#include "services/s3/notify.hpp"
#include "services/s3/objects.hpp"
#include "services/s3/policy.hpp"
#include "services/s3/resource.hpp"
#include "services/s3/restore.hpp"
#include "services/s3/tags.hpp"
#include "services/s3/unset.hpp"

namespace tocsin::s3 {
namespace {

using core::Operation;
using enum core::Effect;

/// The handler asks for each key.
std::vector<core::Access> nothing(core::Call&) {
  return {};
}

std::vector<core::Access> needs_list_all(core::Call&) {
  return {{.action = "s3:ListAllMyBuckets"}};
}

std::vector<core::Access> needs_attributes(core::Call& call) {
  auto needs = needs_object("s3:GetObject", "s3:GetObjectVersion")(call);
  for (auto& more : needs_object("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes")(call))
    needs.push_back(std::move(more));
  return needs;
}

std::vector<Operation> bucket_operations() {
  return {
      {"CreateBucket", Write, create_bucket, needs_create},
      {"DeleteBucket", Write, delete_bucket, needs_bucket("s3:DeleteBucket")},
      {"HeadBucket", Read, head_bucket, needs_bucket("s3:ListBucket")},
      {"ListBuckets", Read, list_buckets, needs_list_all},
      {"GetBucketLocation", Read, get_bucket_location, needs_bucket("s3:GetBucketLocation")},
      {"PutBucketVersioning", Write, put_bucket_versioning, needs_bucket("s3:PutBucketVersioning")},
      {"GetBucketVersioning", Read, get_bucket_versioning, needs_bucket("s3:GetBucketVersioning")},
      {"PutBucketEncryption", Write, put_bucket_encryption,
       needs_bucket("s3:PutEncryptionConfiguration")},
      {"GetBucketEncryption", Read, get_bucket_encryption,
       needs_bucket("s3:GetEncryptionConfiguration")},
      {"DeleteBucketEncryption", Write, delete_bucket_encryption,
       needs_bucket("s3:PutEncryptionConfiguration")},
      {"PutPublicAccessBlock", Write, put_public_access_block,
       needs_bucket("s3:PutBucketPublicAccessBlock")},
      {"GetPublicAccessBlock", Read, get_public_access_block,
       needs_bucket("s3:GetBucketPublicAccessBlock")},
      {"DeletePublicAccessBlock", Write, delete_public_access_block,
       needs_bucket("s3:PutBucketPublicAccessBlock")},
      {"PutBucketOwnershipControls", Write, put_bucket_ownership_controls,
       needs_bucket("s3:PutBucketOwnershipControls")},
      {"GetBucketOwnershipControls", Read, get_bucket_ownership_controls,
       needs_bucket("s3:GetBucketOwnershipControls")},
      {"DeleteBucketOwnershipControls", Write, delete_bucket_ownership_controls,
       needs_bucket("s3:PutBucketOwnershipControls")},
      {"PutBucketPolicy", Write, put_bucket_policy, needs_bucket("s3:PutBucketPolicy")},
      {"GetBucketPolicy", Read, get_bucket_policy, needs_bucket("s3:GetBucketPolicy")},
      {"DeleteBucketPolicy", Write, delete_bucket_policy, needs_bucket("s3:DeleteBucketPolicy")},
      {"GetBucketPolicyStatus", Read, get_bucket_policy_status,
       needs_bucket("s3:GetBucketPolicyStatus")},
      {"PutBucketAcl", Write, put_bucket_acl, needs_bucket("s3:PutBucketAcl")},
      {"GetBucketAcl", Read, get_bucket_acl, needs_bucket("s3:GetBucketAcl")},
      {"PutBucketTagging", Write, put_bucket_tagging, needs_bucket("s3:PutBucketTagging")},
      {"GetBucketTagging", Read, get_bucket_tagging, needs_bucket("s3:GetBucketTagging")},
      {"DeleteBucketTagging", Write, delete_bucket_tagging, needs_bucket("s3:PutBucketTagging")},
      {"PutBucketNotificationConfiguration", Write, put_bucket_notification_configuration,
       needs_bucket("s3:PutBucketNotification")},
      {"GetBucketNotificationConfiguration", Read, get_bucket_notification_configuration,
       needs_bucket("s3:GetBucketNotification")}};
}

std::vector<Operation> setting_operations() {
  return {{"PutBucketLifecycleConfiguration", Write, put_bucket_lifecycle_configuration,
           needs_bucket("s3:PutLifecycleConfiguration")},
          {"GetBucketLifecycleConfiguration", Read, get_bucket_lifecycle_configuration,
           needs_bucket("s3:GetLifecycleConfiguration")},
          {"DeleteBucketLifecycle", Write, delete_bucket_lifecycle,
           needs_bucket("s3:PutLifecycleConfiguration")},
          {"PutBucketLogging", Write, put_bucket_logging, needs_bucket("s3:PutBucketLogging")},
          {"GetBucketLogging", Read, get_bucket_logging, needs_bucket("s3:GetBucketLogging")},
          {"PutBucketCors", Write, put_bucket_cors, needs_bucket("s3:PutBucketCORS")},
          {"GetBucketCors", Read, get_bucket_cors, needs_bucket("s3:GetBucketCORS")},
          {"DeleteBucketCors", Write, delete_bucket_cors, needs_bucket("s3:PutBucketCORS")},
          {"PreflightObject", Read, preflight, nothing},
          {"PreflightBucket", Read, preflight, nothing},
          {"PutBucketRequestPayment", Write, put_bucket_request_payment,
           needs_bucket("s3:PutBucketRequestPayment")},
          {"GetBucketRequestPayment", Read, get_bucket_request_payment,
           needs_bucket("s3:GetBucketRequestPayment")}};
}

std::vector<Operation> object_operations() {
  return {{"PutObject", Write, put_object, needs_put(), "Body"},
          {"CopyObject", Write, copy_object, needs_copy},
          {"GetObject", Read, get_object, needs_object("s3:GetObject", "s3:GetObjectVersion")},
          {"HeadObject", Read, head_object, needs_object("s3:GetObject", "s3:GetObjectVersion")},
          {"GetObjectAttributes", Read, get_object_attributes, needs_attributes},
          {"DeleteObject", Write, delete_object, needs_delete},
          {"DeleteObjects", Write, delete_objects, nothing},
          {"RestoreObject", Write, restore_object, needs_object("s3:RestoreObject")},
          {"ListObjects", Read, list_objects, needs_bucket("s3:ListBucket")},
          {"ListObjectsV2", Read, list_objects_v2, needs_bucket("s3:ListBucket")},
          {"ListObjectVersions", Read, list_object_versions, needs_bucket("s3:ListBucketVersions")},
          {"PutObjectAcl", Write, put_object_acl,
           needs_object("s3:PutObjectAcl", "s3:PutObjectVersionAcl")},
          {"GetObjectAcl", Read, get_object_acl,
           needs_object("s3:GetObjectAcl", "s3:GetObjectVersionAcl")},
          {"PutObjectTagging", Write, put_object_tagging,
           needs_object("s3:PutObjectTagging", "s3:PutObjectVersionTagging")},
          {"GetObjectTagging", Read, get_object_tagging,
           needs_object("s3:GetObjectTagging", "s3:GetObjectVersionTagging")},
          {"DeleteObjectTagging", Write, delete_object_tagging,
           needs_object("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging")}};
}

std::vector<Operation> lock_operations() {
  return {
      {"PutObjectLockConfiguration", Write, put_object_lock_configuration,
       needs_bucket("s3:PutBucketObjectLockConfiguration")},
      {"GetObjectLockConfiguration", Read, get_object_lock_configuration,
       needs_bucket("s3:GetBucketObjectLockConfiguration")},
      {"PutObjectRetention", Write, put_object_retention, needs_object("s3:PutObjectRetention")},
      {"GetObjectRetention", Read, get_object_retention, needs_object("s3:GetObjectRetention")},
      {"PutObjectLegalHold", Write, put_object_legal_hold, needs_object("s3:PutObjectLegalHold")},
      {"GetObjectLegalHold", Read, get_object_legal_hold, needs_object("s3:GetObjectLegalHold")}};
}

std::vector<Operation> upload_operations() {
  return {
      {"CreateMultipartUpload", Write, create_multipart_upload, needs_put()},
      {"UploadPart", Write, upload_part, needs_object("s3:PutObject"), "Body"},
      {"UploadPartCopy", Write, upload_part_copy, needs_copy},
      {"CompleteMultipartUpload", Write, complete_multipart_upload, needs_object("s3:PutObject")},
      {"AbortMultipartUpload", Write, abort_multipart_upload,
       needs_object("s3:AbortMultipartUpload")},
      {"ListParts", Read, list_parts, needs_object("s3:ListMultipartUploadParts")},
      {"ListMultipartUploads", Read, list_multipart_uploads,
       needs_bucket("s3:ListBucketMultipartUploads")}};
}

}  // namespace

void register_s3(core::Registry& registry) {
  core::Service service{"s3", "s3", bucket_operations()};
  for (auto& group : {setting_operations(), lock_operations(), unset_operations(),
                      object_operations(), upload_operations()})
    service.operations.insert(service.operations.end(), group.begin(), group.end());
  registry.add(std::move(service));
  registry.add(control_service());
  registry.add(bucket_type());
  registry.on_resume("s3.forget_upload", forget_next_upload);
  on_lifecycle_resumes(registry);
  on_restore_resumes(registry);
  on_access(registry);
}

}  // namespace tocsin::s3
