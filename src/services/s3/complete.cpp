// SPDX-License-Identifier: Apache-2.0
// CompleteMultipartUpload and ListMultipartUploads.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "services/s3/access.hpp"
#include "services/s3/checksums.hpp"
#include "services/s3/content.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/listing.hpp"
#include "services/s3/multipart.hpp"
#include "services/s3/names.hpp"
#include "services/s3/notify.hpp"
#include "services/s3/objects.hpp"
#include "services/s3/uploads.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::int64_t kSmallestPart = 5 * 1024 * 1024;

Failure invalid_part(const Upload& upload, std::int64_t number, std::string_view etag) {
  Error error{"InvalidPart",
              "One or more of the specified parts could not be found.  The part may not have been "
              "uploaded, or the "
              "specified entity tag may not match the part's entity tag."};
  error.members = {{"UploadId", upload.id}, {"PartNumber", number}, {"ETag", etag}};
  return fail(std::move(error));
}

Failure too_small(const Part& part) {
  Error error{"EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"};
  error.members = {{"ProposedSize", part.size},
                   {"MinSizeAllowed", kSmallestPart},
                   {"PartNumber", part.number},
                   {"ETag", part.etag}};
  return fail(std::move(error));
}

Result<Part> part_of(Call& call, const Upload& upload, const Document& entry) {
  const auto number = integer(entry, "PartNumber").value_or(0);
  const auto etag = unquoted(text(entry, "ETag"));
  auto uploaded = kParts.get(call, Key{upload.id, part_key(number)});
  if (!uploaded || uploaded->part.etag != etag) return invalid_part(upload, number, etag);
  const auto stated = stated_checksums(entry);
  const auto& wanted = upload.checksum_algorithm;
  if (upload.checksum_type == "COMPOSITE" && uploaded->part.checksums.contains(wanted) &&
      !stated.contains(wanted)) {
    return invalid_request(
        fmt::format("The upload was created using a {} checksum. The complete request must include "
                    "the checksum for each part. It was missing for part {} in the request.",
                    to_lower(wanted), number));
  }
  for (const auto& [algorithm, value] : stated) {
    const auto kept = uploaded->part.checksums.find(algorithm);
    if (kept != uploaded->part.checksums.end() && kept->second != value)
      return invalid_part(upload, number, etag);
  }
  return std::move(uploaded->part);
}

/// The parts that the request names. Errors: MalformedXML, InvalidPartOrder, InvalidPart,
/// EntityTooSmall.
Result<std::vector<Part>> parts_named(Call& call, const Upload& upload) {
  const auto& entries = array_of(object_of(call.params(), "MultipartUpload"), "Parts");
  if (entries.empty() || entries.size() > 10'000) return malformed_xml();
  std::vector<Part> parts;
  std::int64_t before = 0;
  for (const auto& entry : entries) {
    const auto number = integer(entry, "PartNumber").value_or(0);
    if (number <= before) {
      return fail(
          "InvalidPartOrder",
          "The list of parts was not in ascending order. Parts must be ordered by part number.");
    }
    before = number;
    parts.push_back(TRY(part_of(call, upload, entry)));
  }
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].size < kSmallestPart) return too_small(parts[i]);
  }
  return parts;
}

std::string multipart_etag(const std::vector<Part>& parts) {
  std::string digests;
  for (const auto& part : parts)
    digests += unhex(part.etag).value_or(part.etag);
  return fmt::format("{}-{}", hex(md5(digests)), parts.size());
}

/// Error BadDigest where the client states another checksum than its parts add up to.
Result<void> set_checksum(const Call& call, const Upload& upload, ObjectVersion& object) {
  const bool asked = !upload.checksum_algorithm.empty();
  const auto type = text(call.params(), "ChecksumType", upload.checksum_type);
  if (asked && type != upload.checksum_type) {
    return invalid_request(
        fmt::format("The upload was created using the {} checksum mode. The complete request must "
                    "use the same checksum mode.",
                    upload.checksum_type));
  }
  const auto algorithm = asked ? upload.checksum_algorithm : std::string("CRC64NVME");
  const bool full = !asked || upload.checksum_type == "FULL_OBJECT";
  const auto sum = combined_checksum(
      algorithm, full ? ChecksumType::FullObject : ChecksumType::Composite, object.parts);
  const auto stated = stated_checksums(call.params());
  if (!sum) return {};
  if (const auto wanted = stated.find(algorithm); wanted != stated.end()) {
    const auto digest = wanted->second.substr(0, wanted->second.find('-'));
    if (digest != sum->substr(0, sum->find('-'))) {
      return fail(
          "BadDigest",
          fmt::format("The {} you specified did not match the calculated checksum.", algorithm));
    }
  }
  object.checksums = {{algorithm, *sum}};
  object.checksum_type = full ? "FULL_OBJECT" : "COMPOSITE";
  return {};
}

std::string url_of(const Call& call, const ObjectVersion& object) {
  const auto& host = call.request().host;
  return fmt::format("{}://{}/{}/{}", call.request().secure ? "https" : "http",
                     host.empty() ? "s3.amazonaws.com" : host, object.bucket,
                     url_encoded(object.key));
}

}  // namespace

Outcome complete_multipart_upload(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto upload = TRY(upload_of(call, bucket));
  auto object = upload.object;
  object.parts = TRY(parts_named(call, upload));
  object.multipart = true;
  for (const auto& part : object.parts)
    object.size += part.size;
  if (const auto size = integer(call.params(), "MpuObjectSize"); size && *size != object.size) {
    return invalid_request(
        "The provided 'x-amz-mp-object-size' header does not match what was computed.");
  }
  TRY(set_checksum(call, upload, object));
  TRY(check_write_conditions(call, bucket, object.key));
  object.etag = multipart_etag(object.parts);
  add_version(call, bucket, object);
  drop_upload(call, bucket.store, upload);
  notify(call, bucket,
         {.object = object,
          .event = "ObjectCreated:CompleteMultipartUpload",
          .reason = "CompleteMultipartUpload"});
  auto reply = written_reply(bucket, object);
  reply["Location"] = url_of(call, object);
  reply["Bucket"] = bucket.name;
  reply["Key"] = object.key;
  reply["ETag"] = quoted_etag(object.etag);
  add_checksums(reply, object.checksums);
  if (!object.checksums.empty()) reply["ChecksumType"] = object.checksum_type;
  return reply;
}

Outcome list_multipart_uploads(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  auto request = TRY(ListRequest::from(call.params(), "MaxUploads", "max-uploads"));
  const auto id_marker = string_of(call.params(), "UploadIdMarker");
  request.after = string_of(call.params(), "KeyMarker");
  ListPage page(request);
  Array uploads;
  std::string last_id;
  const auto visit = [&](const auto&, const Upload& upload) {
    const auto& key = upload.object.key;
    if (key < request.after ||
        (key == request.after && (id_marker.empty() || upload.id <= id_marker)))
      return true;
    if (key < page.skip_to()) return true;  // rolled up with one before
    const auto next = page.offer(key);
    if (next == ListPage::Next::Take) {
      uploads.push_back(upload_entry(upload));
      uploads.back().as_object()["Key"] = request.shown(key);
      page.took(key);
      last_id = upload.id;
    }
    return next != ListPage::Next::Stop;
  };
  kUploads.scan(call, Key{bucket.store}, visit);
  Object reply{{"Bucket", bucket.name},
               {"MaxUploads", request.limit},
               {"IsTruncated", page.truncated()},
               {"KeyMarker", request.shown(request.after)},
               {"UploadIdMarker", id_marker}};
  if (!request.prefix.empty()) reply["Prefix"] = request.shown(request.prefix);
  if (!request.delimiter.empty()) reply["Delimiter"] = request.shown(request.delimiter);
  if (request.encoded) reply["EncodingType"] = "url";
  if (page.truncated()) {
    reply["NextKeyMarker"] = request.shown(page.last());
    reply["NextUploadIdMarker"] = last_id;
  }
  if (!uploads.empty()) reply["Uploads"] = std::move(uploads);
  if (!page.prefixes().empty()) reply["CommonPrefixes"] = page.common_prefixes();
  return reply;
}

}  // namespace tocsin::s3
