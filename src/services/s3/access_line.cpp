// SPDX-License-Identifier: Apache-2.0
#include "services/s3/access_line.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/s3/access.hpp"
#include "services/s3/content.hpp"
#include "services/s3/names.hpp"

namespace tocsin::s3 {
namespace {

using core::CallRecord;
using core::Context;
using core::Credential;
using core::Principal;

/// How the log names an operation: "REST.GET.OBJECT", and the subresource in the request's URI.
struct Name {
  std::string_view operation, logged, query;
};
constexpr Name kNames[] = {
    {"GetObject", "GET.OBJECT", ""},
    {"HeadObject", "HEAD.OBJECT", ""},
    {"PutObject", "PUT.OBJECT", ""},
    {"CopyObject", "COPY.OBJECT", ""},
    {"DeleteObject", "DELETE.OBJECT", ""},
    {"DeleteObjects", "POST.MULTI_OBJECT_DELETE", "delete"},
    {"RestoreObject", "POST.OBJECT_RESTORE", "restore"},
    {"GetObjectAttributes", "GET.OBJECT_ATTRIBUTES", "attributes"},
    {"GetObjectAcl", "GET.ACL", "acl"},
    {"PutObjectAcl", "PUT.ACL", "acl"},
    {"GetObjectTagging", "GET.OBJECT_TAGGING", "tagging"},
    {"PutObjectTagging", "PUT.OBJECT_TAGGING", "tagging"},
    {"DeleteObjectTagging", "DELETE.OBJECT_TAGGING", "tagging"},
    {"GetObjectRetention", "GET.OBJECT_RETENTION", "retention"},
    {"PutObjectRetention", "PUT.OBJECT_RETENTION", "retention"},
    {"GetObjectLegalHold", "GET.OBJECT_LEGAL_HOLD", "legal-hold"},
    {"PutObjectLegalHold", "PUT.OBJECT_LEGAL_HOLD", "legal-hold"},
    {"CreateMultipartUpload", "POST.UPLOADS", "uploads"},
    {"UploadPart", "PUT.PART", ""},
    {"UploadPartCopy", "COPY.PART", ""},
    {"CompleteMultipartUpload", "POST.UPLOAD", ""},
    {"AbortMultipartUpload", "DELETE.UPLOAD", ""},
    {"ListParts", "GET.UPLOAD", ""},
    {"ListMultipartUploads", "GET.UPLOADS", "uploads"},
    {"ListObjects", "GET.BUCKET", ""},
    {"ListObjectsV2", "GET.BUCKET", "list-type=2"},
    {"ListObjectVersions", "GET.BUCKETVERSIONS", "versions"},
    {"HeadBucket", "HEAD.BUCKET", ""},
    {"CreateBucket", "PUT.BUCKET", ""},
    {"DeleteBucket", "DELETE.BUCKET", ""},
    {"GetBucketLocation", "GET.LOCATION", "location"},
    {"GetBucketLogging", "GET.LOGGING_STATUS", "logging"},
    {"PutBucketLogging", "PUT.LOGGING_STATUS", "logging"},
    {"GetBucketAcl", "GET.ACL", "acl"},
    {"PutBucketAcl", "PUT.ACL", "acl"},
    {"GetBucketPolicy", "GET.BUCKETPOLICY", "policy"},
    {"PutBucketPolicy", "PUT.BUCKETPOLICY", "policy"},
    {"DeleteBucketPolicy", "DELETE.BUCKETPOLICY", "policy"},
    {"GetBucketPolicyStatus", "GET.POLICY_STATUS", "policyStatus"},
    {"GetBucketVersioning", "GET.VERSIONING", "versioning"},
    {"PutBucketVersioning", "PUT.VERSIONING", "versioning"},
    {"GetBucketTagging", "GET.TAGGING", "tagging"},
    {"PutBucketTagging", "PUT.TAGGING", "tagging"},
    {"DeleteBucketTagging", "DELETE.TAGGING", "tagging"},
    {"GetBucketEncryption", "GET.ENCRYPTION", "encryption"},
    {"PutBucketEncryption", "PUT.ENCRYPTION", "encryption"},
    {"DeleteBucketEncryption", "DELETE.ENCRYPTION", "encryption"},
    {"GetBucketLifecycleConfiguration", "GET.LIFECYCLE", "lifecycle"},
    {"PutBucketLifecycleConfiguration", "PUT.LIFECYCLE", "lifecycle"},
    {"DeleteBucketLifecycle", "DELETE.LIFECYCLE", "lifecycle"},
    {"GetBucketCors", "GET.CORS", "cors"},
    {"PutBucketCors", "PUT.CORS", "cors"},
    {"DeleteBucketCors", "DELETE.CORS", "cors"},
    {"PreflightObject", "OPTIONS.PREFLIGHT", ""},
    {"PreflightBucket", "OPTIONS.PREFLIGHT", ""},
    {"GetBucketNotificationConfiguration", "GET.NOTIFICATION", "notification"},
    {"PutBucketNotificationConfiguration", "PUT.NOTIFICATION", "notification"},
    {"GetPublicAccessBlock", "GET.PUBLIC_ACCESS_BLOCK", "publicAccessBlock"},
    {"PutPublicAccessBlock", "PUT.PUBLIC_ACCESS_BLOCK", "publicAccessBlock"},
    {"DeletePublicAccessBlock", "DELETE.PUBLIC_ACCESS_BLOCK", "publicAccessBlock"},
    {"GetBucketOwnershipControls", "GET.OWNERSHIP_CONTROLS", "ownershipControls"},
    {"PutBucketOwnershipControls", "PUT.OWNERSHIP_CONTROLS", "ownershipControls"},
    {"DeleteBucketOwnershipControls", "DELETE.OWNERSHIP_CONTROLS", "ownershipControls"},
    {"GetObjectLockConfiguration", "GET.OBJECT_LOCK_CONFIGURATION", "object-lock"},
    {"PutObjectLockConfiguration", "PUT.OBJECT_LOCK_CONFIGURATION", "object-lock"},
    {"GetBucketRequestPayment", "GET.REQUEST_PAYMENT", "requestPayment"},
    {"PutBucketRequestPayment", "PUT.REQUEST_PAYMENT", "requestPayment"},
    {"GetBucketWebsite", "GET.WEBSITE", "website"},
    {"GetBucketReplication", "GET.REPLICATION", "replication"},
    {"GetBucketAccelerateConfiguration", "GET.ACCELERATE", "accelerate"}};

Name name_of(std::string_view operation) {
  for (const auto& name : kNames)
    if (name.operation == operation) return name;
  return {operation, operation, ""};
}

/// The fields of a line, in order; what is not known is "-".
struct Fields {
  std::string requester = "-", ip = "-", request_id, operation, key = "-", uri = "-";
  std::string status = "-", error = "-", bytes = "-", size = "-";
  std::string agent = "-", version = "-", signature = "-", authentication = "-", host = "-";
};

std::string or_dash(std::string_view value) {
  return value.empty() ? "-" : std::string(value);
}

/// Quotes and line breaks may not end the field.
std::string safe(std::string_view value) {
  std::string out;
  for (const char c : value)
    out += c == '"' || static_cast<unsigned char>(c) < 0x20 ? '_' : c;
  return or_dash(out);
}

std::string written(const Bucket& bucket, Time now, const Fields& fields) {
  return fmt::format(
      "{} {} [{}] {} {} {} {} {} \"{}\" {} {} {} {} - - \"-\" \"{}\" {} {} {} - {} {} - - -",
      canonical_id(bucket.scope.account), bucket.name, format_time(now, "%d/%b/%Y:%H:%M:%S +0000"),
      fields.ip, fields.requester, fields.request_id, fields.operation, fields.key, fields.uri,
      fields.status, fields.error, fields.bytes, fields.size, fields.agent, fields.version,
      base64(sha256(fields.request_id)), fields.signature, fields.authentication, fields.host);
}

std::string requester_of(const Principal& principal) {
  switch (principal.kind) {
    case Principal::Kind::Anonymous:
      return "-";
    case Principal::Kind::Service:
      return "svc:" + principal.service;
    case Principal::Kind::Root:
      return canonical_id(principal.account);
    default:
      return principal.arn;
  }
}

std::string uri_of(const CallRecord& record, const Name& name) {
  const auto& params = record.request.params;
  const auto method = name.logged.substr(0, name.logged.find('.'));
  std::string uri =
      fmt::format("{} /{}", method == "COPY" ? "PUT" : method, text(params, "Bucket"));
  if (const auto key = text(params, "Key"); !key.empty()) uri += "/" + url_encoded(key);
  std::string query(name.query);
  const auto add = [&](std::string_view parameter, std::string_view value) {
    if (value.empty()) return;
    query += fmt::format("{}{}={}", query.empty() ? "" : "&", parameter, url_encoded(value));
  };
  add("versionId", text(params, "VersionId"));
  add("uploadId", text(params, "UploadId"));
  add("prefix", text(params, "Prefix"));
  if (!query.empty()) uri += "?" + query;
  return safe(uri + " HTTP/1.1");
}

std::string status_of(const CallRecord& record) {
  if (!record.outcome) return std::to_string(record.outcome.error().status);
  const auto& operation = record.request.operation;
  if (operation == "RestoreObject") return "202";
  if (operation == "GetObject" && find(record.request.params, "Range")) return "206";
  return operation.starts_with("Delete") && operation != "DeleteObjects" ? "204" : "200";
}

/// Of what was read or written, as it is in the state.
void add_sizes(const Context& context, const Bucket& bucket, const CallRecord& record,
               Fields& fields) {
  const auto& params = record.request.params;
  const auto key = text(params, "Key");
  if (!record.outcome || key.empty()) return;
  const auto object = find_version(context, bucket.name, key, text(params, "VersionId"));
  if (!object || object->delete_marker) return;
  fields.size = std::to_string(object->size);
  if (record.request.operation != "GetObject") return;
  const auto range = parse_range(text(params, "Range"), object->size);
  fields.bytes = std::to_string(range && *range ? (*range)->length : object->size);
}

std::string authentication_of(std::string_view type) {
  if (type == "REST-QUERY-STRING") return "QueryString";
  return type == "POST" ? "HtmlForm" : "AuthHeader";
}

Fields fields_of(const Context& context, const Bucket& bucket, const CallRecord& record) {
  const auto& request = record.request;
  const auto name = name_of(request.operation);
  Fields fields{.requester = requester_of(record.principal),
                .ip = or_dash(request.source_ip),
                .request_id = request.id,
                .operation = fmt::format("REST.{}", name.logged),
                .key = or_dash(url_encoded(text(request.params, "Key"))),
                .uri = uri_of(record, name),
                .status = status_of(record)};
  if (!record.outcome) fields.error = record.outcome.error().code;
  add_sizes(context, bucket, record, fields);
  fields.agent = safe(request.user_agent);
  fields.version = or_dash(text(request.params, "VersionId"));
  fields.host = or_dash(request.host);
  if (request.signing) {
    fields.signature = request.signing->version == "AWS" ? "SigV2" : "SigV4";
    fields.authentication = authentication_of(request.signing->type);
  }
  return fields;
}

}  // namespace

std::vector<std::string> access_lines(const Context& context, const Bucket& bucket,
                                      const CallRecord& record) {
  const auto fields = fields_of(context, bucket, record);
  std::vector<std::string> lines{written(bucket, record.time, fields)};
  if (record.request.operation != "DeleteObjects" || !record.outcome) return lines;
  for (const auto& deleted : array_of(*record.outcome, "Deleted")) {
    auto one = fields;
    one.operation = "BATCH.DELETE.OBJECT";
    one.key = or_dash(url_encoded(text(deleted, "Key")));
    one.uri = "-";
    one.status = "204";
    one.version = or_dash(text(deleted, "VersionId"));
    lines.push_back(written(bucket, record.time, one));
  }
  return lines;
}

std::string lifecycle_line(Context& context, const Bucket& bucket, const ObjectVersion& object,
                           std::string_view operation) {
  Fields fields{.requester = "AmazonS3",
                .request_id = context.new_id("0123456789ABCDEF", 16),
                .operation = std::string(operation),
                .key = or_dash(url_encoded(object.key))};
  if (object.version_id != "null") fields.version = object.version_id;
  if (!object.delete_marker) fields.size = std::to_string(object.size);
  return written(bucket, context.now(), fields);
}

}  // namespace tocsin::s3
