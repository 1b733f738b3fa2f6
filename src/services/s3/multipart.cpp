// SPDX-License-Identifier: Apache-2.0
#include "services/s3/multipart.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "services/s3/access.hpp"
#include "services/s3/checksums.hpp"
#include "services/s3/content.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/lifecycle.hpp"
#include "services/s3/names.hpp"
#include "services/s3/objects.hpp"
#include "services/s3/uploads.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::string_view kIdAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
constexpr std::int64_t kLargestPart = 5'368'709'120;

/// The algorithm and type that the upload was begun with. Errors: InvalidRequest.
Result<void> set_checksum(const Document& params, Upload& upload) {
  upload.checksum_algorithm = text(params, "ChecksumAlgorithm");
  upload.checksum_type = text(params, "ChecksumType");
  if (!upload.checksum_algorithm.empty()) TRY(check_algorithm(upload.checksum_algorithm));
  const bool sha = upload.checksum_algorithm.starts_with("SHA");
  if (upload.checksum_type.empty())
    upload.checksum_type = upload.checksum_algorithm == "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
  const bool odd = upload.checksum_algorithm.empty() ? find(params, "ChecksumType") != nullptr
                   : upload.checksum_type == "FULL_OBJECT"
                       ? sha
                       : upload.checksum_algorithm == "CRC64NVME";
  if (!odd) return {};
  return invalid_request(fmt::format(
      "The {} checksum type cannot be used with the {} checksum algorithm.", upload.checksum_type,
      upload.checksum_algorithm.empty() ? "null" : to_lower(upload.checksum_algorithm)));
}

/// A part brings the checksum that its upload was begun with; CRC64NVME is S3's own matter.
Result<void> check_checksum(const Upload& upload, const Part& part) {
  const auto& wanted = upload.checksum_algorithm;
  if (wanted.empty() || part.checksums.contains(wanted)) return {};
  if (part.checksums.empty() && wanted == "CRC64NVME") return {};
  return invalid_request(fmt::format(
      "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum "
      "Type: {}",
      to_lower(wanted), part.checksums.empty() ? "null" : to_lower(part.checksums.begin()->first)));
}

Result<std::int64_t> part_number(const Document& params) {
  const auto number = integer(params, "PartNumber").value_or(0);
  if (number >= 1 && number <= 10'000) return number;
  return invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                          "partNumber", std::to_string(number));
}

void put_part(Call& call, const Upload& upload, const Part& part) {
  kParts.put(call, Key{upload.id, part_key(part.number)},
             {part, std::chrono::floor<std::chrono::seconds>(call.now())});
}

/// A range of an object as a part of another.
Result<Part> copied_part(Call& call, const ObjectVersion& from, Span span, const Upload& upload) {
  const auto& to = upload.object;
  const auto under = TRY(wrapping_key(call, from))
  , target = TRY(wrapping_key(call, to));
  Part part{.size = span.length, .pieces = pieces_in(from.parts, span)};
  part.etag = to.kms ? std::string() : TRY(etag_of(call, from, span, under));
  part.etag = shown_etag(call, to, std::move(part.etag));
  part.checksums = TRY(checksums_again(call, from, span, under, upload.checksum_algorithm));
  const bool small = !part.pieces.empty() && part.pieces[0].blob.is_null();
  if (small) {
    part.pieces[0].blob = store::to_document(TRY(call.blobs().put(
        unbase64(kContents.get(call, key_of(from)).value_or(SmallContent{}).data).value_or(""))));
  }
  TRY(rewrap(call, part.pieces, under, target));
  return part;
}

Object part_entry(const UploadedPart& uploaded) {
  Object entry{{"PartNumber", uploaded.part.number},
               {"LastModified", to_seconds(uploaded.modified)},
               {"ETag", quoted_etag(uploaded.part.etag)},
               {"Size", uploaded.part.size}};
  add_checksums(entry, uploaded.part.checksums);
  return entry;
}

/// Of an account's root the account.
Object initiator_of(const Upload& upload) {
  const auto arn = Arn::parse(upload.initiator);
  if (arn && arn->resource == "root") return owner_document(AccountId(arn->account));
  return {{"ID", upload.initiator},
          {"DisplayName", upload.initiator.substr(upload.initiator.rfind('/') + 1)}};
}

Object upload_head(const Upload& upload) {
  Object out{{"Key", upload.object.key},
             {"UploadId", upload.id},
             {"Initiator", initiator_of(upload)},
             {"Owner", owner_document(upload.object.owner)},
             {"StorageClass", upload.object.storage_class}};
  if (!upload.checksum_algorithm.empty()) {
    out["ChecksumAlgorithm"] = upload.checksum_algorithm;
    out["ChecksumType"] = upload.checksum_type;
  }
  return out;
}

}  // namespace

std::string part_key(std::int64_t number) {
  return fmt::format("{:05}", number);
}

Result<Upload> upload_of(Call& call, const Bucket& bucket) {
  const auto id = text(call.params(), "UploadId");
  auto upload = kUploads.get(call, Key{bucket.store, text(call.params(), "Key"), id});
  if (!upload) return no_such_upload(id);
  return *std::move(upload);
}

void drop_upload(core::Context& context, const std::string& store, const Upload& upload) {
  std::vector<std::string> numbers;
  kParts.scan(context, Key{upload.id}, [&](const auto& key, const UploadedPart&) {
    numbers.push_back(key[1]);
    return true;
  });
  for (const auto& number : numbers)
    kParts.erase(context, Key{upload.id, number});
  kUploads.erase(context, Key{store, upload.object.key, upload.id});
}

Outcome create_multipart_upload(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto& principal = call.principal();
  Upload upload {
    .object = TRY(object_from(call, bucket))
    , .initiator = principal.arn, .initiated = call.now()
  };
  TRY(set_checksum(call.params(), upload));
  upload.id = call.new_id(kIdAlphabet, 96);
  TRY(new_wrapping_key(call, upload.object));
  kUploads.put(call, Key{bucket.store, upload.object.key, upload.id}, upload);
  wake_lifecycle(call, bucket);
  Object reply{{"Bucket", bucket.name}, {"Key", upload.object.key}, {"UploadId", upload.id}};
  add_encryption(reply, upload.object);
  add_abort_date(reply, bucket, upload);
  if (upload.checksum_algorithm.empty()) return reply;
  reply["ChecksumAlgorithm"] = upload.checksum_algorithm;
  reply["ChecksumType"] = upload.checksum_type;
  return reply;
}

Outcome upload_part(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto upload = TRY(upload_of(call, bucket));
  const auto number = TRY(part_number(call.params()));
  TRY(check_customer_key(call));
  const auto under = TRY(wrapping_key(call, upload.object));
  auto part = TRY(in_a_blob(call, TRY(receive(call, under))));
  TRY(check_checksum(upload, part));
  part.number = number;
  part.etag = shown_etag(call, upload.object, part.etag);
  put_part(call, upload, part);
  Object reply{{"ETag", quoted_etag(part.etag)}};
  add_encryption(reply, upload.object);
  add_checksums(reply, part.checksums);
  return reply;
}

Outcome upload_part_copy(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto upload = TRY(upload_of(call, bucket));
  const auto number = TRY(part_number(call.params()));
  const auto source = TRY(source_of(call));
  Span span{0, source.object.size};
  if (const auto range = text(call.params(), "CopySourceRange"); !range.empty())
    span = TRY(parse_copy_range(range, source.object.size));
  if (span.length > kLargestPart) {
    return invalid_request(fmt::format(
        "The specified copy source is larger than the maximum allowable size for a copy source: {}",
        kLargestPart));
  }
  auto part = TRY(copied_part(call, source.object, span, upload));
  part.number = number;
  put_part(call, upload, part);
  Object result{{"ETag", quoted_etag(part.etag)},
                {"LastModified", to_seconds(std::chrono::floor<std::chrono::seconds>(call.now()))}};
  add_checksums(result, part.checksums);
  Object reply{{"CopyPartResult", std::move(result)}};
  add_encryption(reply, upload.object);
  if (!source.bucket.versioning.empty()) reply["CopySourceVersionId"] = source.object.version_id;
  return reply;
}

Outcome abort_multipart_upload(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  drop_upload(call, bucket.store, TRY(upload_of(call, bucket)));
  return Object{};
}

Outcome list_parts(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  const auto upload = TRY(upload_of(call, bucket));
  const auto marker = integer(call.params(), "PartNumberMarker").value_or(0);
  const auto most =
      std::clamp<std::int64_t>(integer(call.params(), "MaxParts").value_or(1000), 0, 1000);
  Array parts;
  std::int64_t last = marker;
  bool truncated = false;
  kParts.scan(
      call, Key{upload.id},
      [&](const auto&, const UploadedPart& uploaded) {
        truncated = static_cast<std::int64_t>(parts.size()) == most;
        if (truncated) return false;
        parts.push_back(part_entry(uploaded));
        last = uploaded.part.number;
        return true;
      },
      store::Direction::Forward, Key{upload.id, part_key(marker)});
  auto reply = upload_head(upload);
  add_abort_date(reply, bucket, upload);
  reply["Bucket"] = bucket.name;
  reply["PartNumberMarker"] = marker;
  reply["NextPartNumberMarker"] = last;
  reply["MaxParts"] = most;
  reply["IsTruncated"] = truncated;
  if (!parts.empty()) reply["Parts"] = std::move(parts);
  return reply;
}

Object upload_entry(const Upload& upload) {
  auto entry = upload_head(upload);
  entry["Initiated"] = to_seconds(std::chrono::floor<std::chrono::seconds>(upload.initiated));
  return entry;
}

void forget_uploads(core::Context& context, const std::string& store) {
  bool any = false;
  kUploads.scan(context, Key{store}, [&](const auto&, const auto&) {
    any = true;
    return false;
  });
  if (any) context.later({"s3.forget_upload", Object{{"store", store}}});
}

void forget_next_upload(core::Context& context, const core::Resumption& due) {
  const auto store = string_of(due.context, "store");
  std::optional<Upload> next;
  kUploads.scan(context, Key{store}, [&](const auto&, const Upload& upload) {
    next = upload;
    return false;
  });
  if (next) drop_upload(context, store, *next);
  forget_uploads(context, store);
}

}  // namespace tocsin::s3
