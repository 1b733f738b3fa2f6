// SPDX-License-Identifier: Apache-2.0
// What S3 keeps. Every version of an object, delete markers included, is one row; of the rows of a
// key the newest comes first and is the current one. Content lies encrypted in blobs: a row names
// its parts and their keys, so that completing or copying moves no bytes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/table.hpp"

namespace tocsin::s3 {

/// One grant of an access control list. The owner's own full control is in the list, too.
struct Grant {
  std::string grantee;     // canonical user id, or the URI of a group
  std::string permission;  // FULL_CONTROL, READ, WRITE, READ_ACP, WRITE_ACP
  bool operator==(const Grant&) const = default;
};
BOOST_DESCRIBE_STRUCT(Grant, (), (grantee, permission))

struct PublicAccessBlock {
  bool block_public_acls = false;
  bool ignore_public_acls = false;
  bool block_public_policy = false;
  bool restrict_public_buckets = false;
};
BOOST_DESCRIBE_STRUCT(PublicAccessBlock, (),
                      (block_public_acls, ignore_public_acls, block_public_policy,
                       restrict_public_buckets))

/// SSE-KMS: under which data key the keys of an object's contents are wrapped. SSE-S3 has none of
/// this: they are wrapped under a key of the house.
struct KmsEncryption {
  std::string key;      // ARN
  std::string context;  // the client's own pairs, as JSON; may be empty
  bool bucket_key = false;
  std::string data_key;  // base64, as KMS encrypted it
};
BOOST_DESCRIBE_STRUCT(KmsEncryption, (), (key, context, bucket_key, data_key))

struct Bucket {
  std::string name;
  Scope scope;
  Time created{};
  std::string store;  // changes with each creation: uploads of an earlier bucket of this name are
                      // not this one's
  std::string policy;
  std::optional<PublicAccessBlock> public_access_block;
  std::string ownership;  // empty: no ownership controls, which means ObjectWriter
  std::vector<Grant> grants;
  Object encryption;       // the rule
  std::string versioning;  // empty: never; "Enabled", "Suspended"
  std::map<std::string, std::string> tags;
  Object notification;  // NotificationConfiguration
  bool object_lock = false;
  Object lock_default;             // DefaultRetention
  Array lifecycle;                 // rules
  std::string transition_minimum;  // of the lifecycle: TransitionDefaultMinimumObjectSize
  Object logging;                  // LoggingEnabled
  Array cors;                      // rules
  std::string payer;               // empty: BucketOwner

  std::string arn() const { return "arn:aws:s3:::" + name; }
  bool acls_disabled() const { return ownership == "BucketOwnerEnforced"; }
};
BOOST_DESCRIBE_STRUCT(Bucket, (),
                      (name, scope, created, store, policy, public_access_block, ownership, grants,
                       encryption, versioning, tags, notification, object_lock, lock_default,
                       lifecycle, transition_minimum, logging, cors, payer))

/// A piece of content: of a part that was uploaded as one, or a range of it that was copied.
struct Piece {
  Document blob;  // {"$blob": …, "size": n}; null: it lies in kContents
  std::int64_t offset = 0;
  std::int64_t length = 0;
  std::string key;  // wrapped (engines/content); empty: the content is not encrypted
};
BOOST_DESCRIBE_STRUCT(Piece, (), (blob, offset, length, key))

/// What one PutObject or UploadPart brought.
struct Part {
  std::int64_t number = 1;
  std::int64_t size = 0;
  std::string etag;
  std::map<std::string, std::string> checksums;  // "CRC32" → base64
  std::vector<Piece> pieces;
};
BOOST_DESCRIBE_STRUCT(Part, (), (number, size, etag, checksums, pieces))

struct ObjectVersion {
  std::string bucket, key, order;
  std::string version_id = "null";
  bool delete_marker = false;
  AccountId owner;
  Time modified{};  // whole seconds, as S3 tells it
  std::int64_t size = 0;
  std::string etag;  // without quotes
  bool multipart = false;
  std::vector<Part> parts;
  std::map<std::string, std::string> checksums;
  std::string checksum_type;
  Object headers;  // ContentType, CacheControl …, as GetObject gives them back
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::string> tags;
  std::string storage_class = "STANDARD";
  std::vector<Grant> grants;
  std::string lock_mode;  // GOVERNANCE, COMPLIANCE
  Time retain_until{};
  bool legal_hold = false;
  bool legal_hold_set = false;  // once, on or off
  std::optional<KmsEncryption> kms;
  std::string restore;  // empty, "ongoing", "done": a copy of what lies in an archive
  Time restored_until{};

  std::string arn() const { return "arn:aws:s3:::" + bucket + "/" + key; }
};
BOOST_DESCRIBE_STRUCT(ObjectVersion, (),
                      (bucket, key, order, version_id, delete_marker, owner, modified, size, etag,
                       multipart, parts, checksums, checksum_type, headers, metadata, tags,
                       storage_class, grants, lock_mode, retain_until, legal_hold, legal_hold_set,
                       kms, restore, restored_until))

/// A multipart upload that is under way: what the object will be, but for its content.
struct Upload {
  std::string id;
  ObjectVersion object;
  std::string initiator;           // ARN
  std::string checksum_algorithm;  // empty: none asked for
  std::string checksum_type;       // "COMPOSITE", "FULL_OBJECT"
  Time initiated{};
};
BOOST_DESCRIBE_STRUCT(Upload, (),
                      (id, object, initiator, checksum_algorithm, checksum_type, initiated))

struct UploadedPart {
  Part part;
  Time modified{};
};
BOOST_DESCRIBE_STRUCT(UploadedPart, (), (part, modified))

/// The content of a small object, encrypted, beside its row: it costs no file and no sync of its
/// own.
struct SmallContent {
  std::string data;  // base64
};
BOOST_DESCRIBE_STRUCT(SmallContent, (), (data))
inline constexpr std::size_t kSmallContent = 8 * 1024;

inline constexpr core::Table<Bucket> kBuckets{"s3.buckets"};          // name
inline constexpr core::Table<ObjectVersion> kObjects{"s3.objects"};   // bucket, key, order
inline constexpr core::Table<SmallContent> kContents{"s3.contents"};  // as kObjects
/// Of whole accounts.
inline constexpr core::Table<PublicAccessBlock> kAccountBlocks{"s3.account_blocks"};  // account
inline constexpr core::Table<Upload> kUploads{"s3.uploads"};    // store, key, id
inline constexpr core::Table<UploadedPart> kParts{"s3.parts"};  // upload's id, number (five digits)

inline core::Key key_of(const ObjectVersion& object) {
  return core::Key{object.bucket, object.key, object.order};
}

/// Forgets a version, its content with it.
inline void erase_version(core::Transaction& state, const ObjectVersion& object) {
  kObjects.erase(state, key_of(object));
  kContents.erase(state, key_of(object));
}

}  // namespace tocsin::s3
