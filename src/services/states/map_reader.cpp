// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_reader.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/states/map_items.hpp"
#include "store/blobs.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

// A piece of a file; where not one item is whole in it, more.
constexpr std::size_t kPiece = 256 * 1024;
constexpr std::size_t kMostPiece = 16 * 1024 * 1024;

std::int64_t most_items(const Object& config) {
  const auto given = integer(config, "MaxItems").value_or(0);
  return given > 0 ? given : std::int64_t{100'000'000};
}

class Reader {
 public:
  Reader(Context& context, const Scope& scope, MapRun& run, const MapRunData& data)
      : context_(context),
        scope_(scope),
        run_(run),
        data_(data),
        key_(Key::of(scope, run.machine, run.name)),
        reader_(unsealed(context, data.reader)),
        config_(object_of(reader_, "ReaderConfig")),
        type_(text(config_, "InputType")) {
    if (const auto row = kMapReadings.get(context, key_)) {
      reading_ = decoded<Reading>(unsealed(context, row->reading));
      plain_ = row->plain;
    }
  }

  Result<void> read() {
    if (text(reader_, "Resource").ends_with("listObjectsV2"))
      TRY(list());
    else if (type_ == "MANIFEST")
      TRY(inventory());
    else if (type_ == "PARQUET")
      return unreadable("Tocsin does not read files of the type PARQUET.");
    else
      TRY(file());
    kMapReadings.put(context_, key_, {sealed(context_, encode(reading_)), plain_});
    return {};
  }

 private:
  void keep(Array items) {
    const auto left = most_items(config_) - run_.total;
    if (static_cast<std::int64_t>(items.size()) > left)
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(left), items.end());
    keep_items(context_, scope_, run_, items);
  }
  bool is_full() const { return run_.total >= most_items(config_); }

  Result<void> list() {
    auto params = parameters_of(reader_);
    if (!reading_.continuation.empty()) params["ContinuationToken"] = reading_.continuation;
    const auto reply =
        context_.call(s3_call(scope_, data_, "ListObjectsV2", std::move(params))).result();
    if (!reply) return unreadable(fmt::format("Unable to list objects: {}", reply.error().message));
    Array items;
    for (const auto& object : array_of(*reply, "Contents"))
      items.push_back(listed(object));
    keep(std::move(items));
    reading_.continuation = string_of(*reply, "NextContinuationToken");
    run_.reading = flag(*reply, "IsTruncated") && !is_full();
    return {};
  }

  static Object listed(const Document& object) {
    Object item;
    if (const auto* etag = find(object, "ETag")) item["Etag"] = *etag;
    item["Key"] = text(object, "Key");
    if (const auto* modified = find(object, "LastModified"); modified && modified->is_number())
      item["LastModified"] = static_cast<std::int64_t>(modified->to_number<double>());
    item["Size"] = integer(object, "Size").value_or(0);
    item["StorageClass"] = text(object, "StorageClass", "STANDARD");
    return item;
  }

  Result<Items> parse(const Part& part) {
    if (type_ == "CSV" || type_ == "MANIFEST") return csv_items(part, config_, reading_.headers);
    if (type_ == "JSONL") return line_items(part);
    return json_items(part, reading_.bracket, run_.total == 0);
  }

  Result<Span> span(std::size_t most) {
    if (plain_.is_null()) {
      return object_span(context_, scope_, data_, parameters_of(reader_), reading_.offset, most,
                         reading_.etag);
    }
    const auto blob = TRY(context_.blobs().open(*store::blob_ref(plain_)));
    Span out;
    while (out.bytes.size() < most) {
      auto more = TRY(blob->read(static_cast<std::uint64_t>(reading_.offset) + out.bytes.size(),
                                 most - out.bytes.size()));
      if (more.empty()) break;
      out.bytes += more;
    }
    out.last = static_cast<std::uint64_t>(reading_.offset) + out.bytes.size() >= blob->size();
    return out;
  }

  /// The next items of the file. Whether it has no more.
  Result<bool> some() {
    for (std::size_t size = kPiece;; size *= 4) {
      auto here = TRY(span(size));
      auto parsed = TRY(parse({here.bytes, here.last}));
      if (parsed.used == 0 && !here.last) {
        if (size >= kMostPiece) return unreadable("An item of the file is too large to be read.");
        continue;
      }
      reading_.offset += static_cast<std::int64_t>(parsed.used);
      reading_.etag = std::move(here.etag);
      keep(std::move(parsed.items));
      return parsed.done || is_full() || (here.last && parsed.used == here.bytes.size());
    }
  }

  Result<void> file() {
    run_.reading = !TRY(some());
    return {};
  }

  Result<void> inventory() {
    if (reading_.headers.empty()) TRY(open_inventory());
    if (plain_.is_null() && !reading_.files.empty()) {
      plain_ = store::to_document(
          TRY(unpacked(context_, scope_, data_, reading_.bucket, reading_.files.back())));
      reading_.files.pop_back();
      reading_.offset = 0;
    }
    if (!plain_.is_null() && TRY(some())) plain_ = nullptr;
    run_.reading = !is_full() && (!plain_.is_null() || !reading_.files.empty());
    return {};
  }

  Result<void> open_inventory() {
    const auto manifest =
        TRY(object_span(context_, scope_, data_, parameters_of(reader_), 0, kMostPiece, ""));
    const auto parsed = parse_json(manifest.bytes);
    return read_manifest(parsed ? *parsed : Document(nullptr), reading_);
  }

  Context& context_;
  const Scope& scope_;
  MapRun& run_;
  const MapRunData& data_;
  Key key_;
  Document reader_;
  Object config_;
  std::string type_;
  Reading reading_;
  Document plain_;
};

}  // namespace

Failure unreadable(std::string message) {
  return fail("States.ItemReaderFailed", std::move(message));
}

Result<Span> object_span(Context& context, const Scope& scope, const MapRunData& data,
                         Object params, std::int64_t offset, std::size_t most,
                         const std::string& etag) {
  const auto where = fmt::format("s3://{}/{}", text(params, "Bucket"), text(params, "Key"));
  params["Range"] =
      fmt::format("bytes={}-{}", offset, offset + static_cast<std::int64_t>(most) - 1);
  if (!etag.empty()) params["IfMatch"] = etag;
  const auto reply = context.call(s3_call(scope, data, "GetObject", std::move(params))).result();
  if (!reply && reply.error().code == "InvalidRange") return Span{.last = true};
  if (!reply) return unreadable(fmt::format("Unable to read {}: {}", where, reply.error().message));
  Span out{.etag = string_of(*reply, "ETag")};
  if (const auto* body = find(*reply, "Body")) {
    if (const auto blob = store::blob_ref(*body))
      out.bytes = TRY(context.blob(*blob));
    else
      out.bytes = unbase64(context.open(*body).value_or("")).value_or("");
  }
  const auto range = string_of(*reply, "ContentRange");
  const auto slash = range.rfind('/');
  const auto end = offset + static_cast<std::int64_t>(out.bytes.size());
  out.last = slash == range.npos || end >= std::atoll(range.c_str() + slash + 1);
  return out;
}

Result<void> read_some(Context& context, const Scope& scope, MapRun& run, const MapRunData& data) {
  return Reader(context, scope, run, data).read();
}

}  // namespace tocsin::states
