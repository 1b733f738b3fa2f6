// SPDX-License-Identifier: Apache-2.0
// Objects and their versions: put, copied, read, deleted.
#pragma once

#include "core/registry.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

// put.cpp
core::Outcome put_object(core::Call& call);
/// What PutObject and CreateMultipartUpload say about an object beside its content.
/// Errors: of its ACL, tags, encryption, storage class; MetadataTooLarge, KeyTooLongError.
Result<ObjectVersion> object_from(core::Call& call, const Bucket& bucket);
/// Makes `object` the current version, as the bucket's versioning wants it; fills its order and id.
void add_version(core::Context& context, const Bucket& bucket, ObjectVersion& object);
/// If-Match and If-None-Match of a write. Errors: PreconditionFailed, NoSuchKey.
Result<void> check_write_conditions(core::Call& call, const Bucket& bucket, std::string_view key);
/// VersionId and encryption, which every reply about a new version has.
Object written_reply(const Bucket& bucket, const ObjectVersion& object);

// copy.cpp
core::Outcome copy_object(core::Call& call);
std::vector<core::Access> needs_copy(core::Call& call);
/// What CopySource names, its conditions checked.
struct Source {
  Bucket bucket;
  ObjectVersion object;
};
Result<Source> source_of(core::Call& call);

// get.cpp
core::Outcome get_object(core::Call& call);
core::Outcome head_object(core::Call& call);
core::Outcome get_object_attributes(core::Call& call);

// delete.cpp
core::Outcome delete_object(core::Call& call);
std::vector<core::Access> needs_delete(core::Call& call);
core::Outcome delete_objects(core::Call& call);

// list.cpp, versions.cpp
core::Outcome list_objects(core::Call& call);
core::Outcome list_objects_v2(core::Call& call);
core::Outcome list_object_versions(core::Call& call);

}  // namespace tocsin::s3
