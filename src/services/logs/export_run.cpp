// SPDX-License-Identifier: Apache-2.0
#include "services/logs/export_run.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/gzip.hpp"
#include "engines/content/content.hpp"
#include "services/logs/encryption.hpp"
#include "services/logs/search.hpp"

namespace tocsin::logs {
namespace {

constexpr std::size_t kLargestFile = 64 << 20;  // of text
constexpr std::size_t kNonce = 12;

/// A file's body as S3 is given it. `under`: the house's key of contents; empty: it lies open.
Result<Document> body_of(store::Blobs& blobs, std::string_view under, std::string bytes) {
  if (under.empty()) return store::to_document(TRY(blobs.put(bytes)));
  const auto key = random_bytes(content::kKeyBytes), digest = tocsin::hex(md5(bytes));
  const auto blob = TRY(blobs.put(content::crypt(key, std::move(bytes))));
  Object out = store::to_document(blob).as_object();
  out["key"] = content::wrap(under, random_bytes(kNonce), key);
  out["md5"] = digest;
  return Document(std::move(out));
}

struct Exported {
  std::int64_t timestamp, ordinal;
  std::string text;
};

/// The files of one stream: lines "2026-11-24T04:11:25.123Z message", ordered within a file.
class StreamExport {
 public:
  StreamExport(store::Blobs& blobs, std::string_view under, std::string folder, Array& files)
      : blobs_(blobs), under_(under), folder_(std::move(folder)), files_(files) {}

  Result<void> add(const Line& line, std::int64_t ordinal) {
    unescape(line.message, message_);
    auto text = fmt::format("{} {}", iso8601_ms(from_ms(line.timestamp)), message_);
    if (!text.ends_with('\n')) text += '\n';
    size_ += text.size();
    events_.push_back({line.timestamp, ordinal, std::move(text)});
    return size_ >= kLargestFile ? write() : Result<void>();
  }

  Result<void> write() {
    if (events_.empty()) return {};
    std::ranges::sort(events_, {}, [](const Exported& event) {
      return std::pair(event.timestamp, event.ordinal);
    });
    std::string text;
    for (const auto& event : events_)
      text += event.text;
    Object file{{"Key", fmt::format("{}/{:06}.gz", folder_, count_++)}};
    file["Body"] = TRY(body_of(blobs_, under_, gzip(text)));
    files_.push_back(std::move(file));
    events_.clear();
    size_ = 0;
    return {};
  }

 private:
  store::Blobs& blobs_;
  std::string_view under_;
  std::string folder_;
  Array& files_;
  std::vector<Exported> events_;
  std::string message_;
  std::size_t size_ = 0;
  int count_ = 0;
};

/// By what a job opens the events of its group and encrypts its files.
struct Keys {
  OpenKey open;
  std::string under;
};

Result<void> export_stream(const store::View& view, store::Blobs& blobs, const Keys& keys,
                           const Stream& stream, const Search& search, Array& files) {
  auto folder = stream.name;
  std::ranges::replace(folder, '/', '-');
  StreamExport out(blobs, keys.under, std::move(folder), files);
  Result<void> status;
  visit_rows(view, stream, search, [&](const Batch& batch) {
    const auto lines = lines_of(blobs, batch, keys.open);
    if (!lines) status = std::unexpected(lines.error());
    if (!lines) return false;
    each_line(*lines, [&](std::string_view text, std::int64_t number) {
      const auto line = read_line(text);
      if (line && line->timestamp >= search.from && line->timestamp <= search.to)
        status = out.add(*line, line->ordinal < 0 ? batch.ordinal + number : line->ordinal);
      return status.has_value();
    });
    return status.has_value();
  });
  TRY(std::move(status));
  return out.write();
}

}  // namespace

Result<Document> write_export(const store::View& view, store::Blobs& blobs,
                              const Document& payload) {
  const Search search{.from = integer(payload, "From").value_or(0),
                      .to = integer(payload, "To").value_or(0)};
  const auto prefix = text(payload, "Prefix");
  std::vector<Stream> streams;
  kStreams.scan(view, Key{text(payload, "Group")}, [&](const auto&, const Stream& stream) {
    if (stream.name.starts_with(prefix) && stream.last >= search.from && stream.first <= search.to)
      streams.push_back(stream);
    return true;
  });
  const Keys keys{keys_of_job(payload), unbase64(text(payload, "Under")).value_or("")};
  Array files;
  for (const auto& stream : streams)
    TRY(export_stream(view, blobs, keys, stream, search, files));
  return Object{{"Files", std::move(files)}};
}

}  // namespace tocsin::logs
