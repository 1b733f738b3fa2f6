// SPDX-License-Identifier: Apache-2.0
// An S3 inventory: manifest.json names gzipped CSV files and their columns.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
#include <algorithm>
#include <zlib.h>

#include "services/states/map_reader.hpp"
#include "store/blobs.hpp"

namespace tocsin::states {
namespace {

using core::Context;

constexpr std::size_t kPiece = 1024 * 1024;
constexpr std::uint64_t kMostUnpacked = std::uint64_t{4} << 30;

/// gzip on its way from a file to a blob; what is no gzip passes as it is.
class Unpacker {
 public:
  explicit Unpacker(store::BlobWriter& out) : out_(out), buffer_(kPiece, '\0') {
    inflateInit2(&stream_, MAX_WBITS + 16);
  }
  ~Unpacker() { inflateEnd(&stream_); }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  Result<void> take(std::string_view bytes) {
    if (first_) plain_ = !bytes.starts_with("\x1f\x8b");
    first_ = false;
    if (plain_) return out_.write(bytes);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    while (stream_.avail_in > 0) {
      if (ended_) inflateReset(&stream_);
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const auto state = inflate(&stream_, Z_NO_FLUSH);
      if (state != Z_OK && state != Z_STREAM_END)
        return unreadable("A file of the inventory is not valid gzip.");
      ended_ = state == Z_STREAM_END;
      const auto made = buffer_.size() - stream_.avail_out;
      if ((written_ += made) > kMostUnpacked)
        return unreadable("A file of the inventory is too large.");
      TRY(out_.write(std::string_view(buffer_).substr(0, made)));
    }
    return {};
  }
  bool whole() const { return plain_ || ended_ || first_; }

 private:
  store::BlobWriter& out_;
  std::string buffer_;
  z_stream stream_{};
  std::uint64_t written_ = 0;
  bool first_ = true, plain_ = false, ended_ = false;
};

}  // namespace

Result<void> read_manifest(const Document& manifest, Reading& reading) {
  if (text(manifest, "fileFormat") != "CSV")
    return unreadable("The manifest is not one of an S3 inventory in CSV.");
  std::string_view schema = text(manifest, "fileSchema");
  while (!schema.empty()) {
    const auto name = schema.substr(0, schema.find(','));
    reading.headers.emplace_back(name.substr(std::min(name.find_first_not_of(' '), name.size())));
    schema.remove_prefix(std::min(schema.size(), name.size() + 1));
  }
  if (reading.headers.empty()) return unreadable("The manifest names no columns.");
  reading.bucket = string_of(manifest, "destinationBucket");
  if (const auto arn = Arn::parse(reading.bucket)) reading.bucket = arn->resource;
  for (const auto& file : array_of(manifest, "files"))
    reading.files.push_back(string_of(file, "key"));
  std::ranges::reverse(reading.files);
  return {};
}

Result<store::BlobRef> unpacked(Context& context, const Scope& scope, const MapRunData& data,
                                const std::string& bucket, const std::string& key) {
  const auto writer = TRY(context.blobs().create());
  Unpacker unpacker(*writer);
  std::int64_t offset = 0;
  for (Span span; !span.last; offset += static_cast<std::int64_t>(span.bytes.size())) {
    span = TRY(object_span(context, scope, data, {{"Bucket", bucket}, {"Key", key}}, offset, kPiece,
                           span.etag));
    TRY(unpacker.take(span.bytes));
  }
  if (!unpacker.whole()) return unreadable("A file of the inventory is cut off.");
  return writer->finish();
}

}  // namespace tocsin::states
