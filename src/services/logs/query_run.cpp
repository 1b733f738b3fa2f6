// SPDX-License-Identifier: Apache-2.0
#include "services/logs/query_run.hpp"

#include <deque>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "engines/content/content.hpp"
#include "engines/insights/insights.hpp"
#include "services/logs/encryption.hpp"
#include "services/logs/search.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kOverhead = 26;            // of an event, in Batch::bytes
constexpr std::string_view kBackslash = R"(\\)";  // of a message, inside a line

/// A stream that is to be read, and where from on its events have not expired.
struct Reading {
  insights::Source source;
  Stream stream;
  std::string group, group_id;
  std::int64_t from = 0;
};

class Running : public QueryRun {
 public:
  Running(std::unique_ptr<store::View> view, store::Blobs& blobs, const insights::Query& query,
          const Document& payload)
      : view_(std::move(view)),
        blobs_(blobs),
        keys_(keys_of_job(payload)),
        results_key_(unbase64(text(payload, "ResultsKey")).value_or("")),
        hint_(query.hint()),
        needle_(escaped(hint_.text)),
        to_(integer(payload, "To").value_or(0)),
        run_(query, {.now = from_ms(integer(payload, "Now").value_or(0)),
                     .limit = static_cast<std::size_t>(integer(payload, "Limit").value_or(0)),
                     .pointer = [this](const insights::Event& event) { return pointer(event); }}) {
    for (const auto& group : array_of(payload, "Groups"))
      add_group(group, string_of(payload, "Account"), integer(payload, "From").value_or(0));
  }

  Result<Document> advance(const std::function<bool()>& enough) override {
    while (at_ < readings_.size()) {
      if (!gathered_) gather();
      while (!rows_.empty()) {
        TRY(scan(readings_[at_], rows_.front()));
        rows_.pop_front();
        if (enough()) return progress();
      }
      gathered_ = false;
      ++at_;
    }
    return result();
  }

 private:
  void add_group(const Document& group, const std::string& account, std::int64_t from) {
    const auto name = string_of(group, "Name"), id = string_of(group, "Id");
    from = std::max(from, integer(group, "From").value_or(0));
    kStreams.scan(*view_, Key{id}, [&](const auto&, const Stream& stream) {
      if (stream.last >= from && stream.first <= to_)
        readings_.push_back({{fmt::format("{}:{}", account, name), stream.name, stream.id},
                             stream,
                             name,
                             id,
                             from});
      return true;
    });
  }

  /// The rows of the stream that is to be read next. Texts of open rows are few; the rest are names
  /// of segments.
  void gather() {
    const auto& [source, stream, group, id, from] = readings_[at_];
    const Search search{.from = from, .to = to_};
    visit_rows(*view_, stream, search, [&](const Batch& batch) {
      rows_.push_back(batch);
      return true;
    });
    gathered_ = true;
  }

  Result<void> scan(const Reading& reading, const Batch& batch) {
    auto lines = TRY(lines_of(blobs_, batch, keys_));
    lines.reserve(lines.size() + insights::kPadding);
    const bool whole = batch.first >= reading.from && batch.last <= to_;
    if (whole) {
      scanned_ += batch.count;
      bytes_ += batch.bytes - kOverhead * batch.count;
    }
    Result<void> status;
    // Lines that cannot match are stepped over, where they need not be counted one by one.
    each_candidate(lines, whole ? needle_ : std::string_view(),
                   hint_.escaped ? kBackslash : std::string_view(),
                   [&](std::string_view text, std::int64_t number) {
                     status = look(reading, batch, text, number, whole);
                     return status.has_value();
                   });
    return status;
  }

  Result<void> look(const Reading& reading, const Batch& batch, std::string_view text,
                    std::int64_t number, bool counted) {
    const auto line = read_line(text);
    if (!line || line->timestamp < reading.from || line->timestamp > to_) return {};
    auto message = line->message;
    if (message.find('\\') != std::string_view::npos) {
      unescape(message, message_);
      message_.reserve(message_.size() + insights::kPadding);
      message = message_;
    }
    if (!counted) {
      ++scanned_;
      bytes_ += static_cast<std::int64_t>(message.size());
    }
    const bool own = line->ordinal >= 0;
    return run_.add({.timestamp = line->timestamp,
                     .ingested = own ? line->ingested : batch.ingested,
                     .ordinal = own ? line->ordinal : batch.ordinal + number,
                     .source = &reading.source,
                     .message = message});
  }

  std::string pointer(const insights::Event& event) const {
    const auto& reading = readings_[at_];
    return pointer_text({reading.group, reading.group_id, reading.stream.name, reading.stream.id,
                         event.timestamp, event.ordinal});
  }

  Object progress() const {
    return {{"Done", false},
            {"Matched", static_cast<double>(run_.matched())},
            {"Scanned", static_cast<double>(scanned_)},
            {"Bytes", static_cast<double>(bytes_)}};
  }

  Result<Document> result() {
    Array rows;
    for (auto& row : TRY(run_.finish())) {
      auto& fields = rows.emplace_back(Array{}).get_array();
      for (auto& [name, value] : row)
        fields.push_back(Object{{"field", name}, {"value", value}});
    }
    auto out = progress();
    out["Done"] = true;
    auto written = to_json(rows);
    if (!results_key_.empty()) written = content::crypt(results_key_, std::move(written));
    out["Results"] = store::to_document(TRY(blobs_.put(written)));
    return out;
  }

  std::unique_ptr<store::View> view_;
  store::Blobs& blobs_;
  OpenKey keys_;
  std::string results_key_;  // empty: the results lie open
  insights::Hint hint_;
  std::string needle_;  // the hint, as it stands inside lines
  std::int64_t to_;
  std::deque<Reading> readings_;  // events point to their sources
  std::size_t at_ = 0;
  std::deque<Batch> rows_;
  bool gathered_ = false;
  std::string message_;
  std::int64_t scanned_ = 0, bytes_ = 0;
  insights::Run run_;
};

}  // namespace

Result<std::unique_ptr<QueryRun>> QueryRun::open(std::unique_ptr<store::View> view,
                                                 store::Blobs& blobs, const Document& payload) {
  const auto query = TRY(insights::Query::parse(text(payload, "Text")));
  return std::make_unique<Running>(std::move(view), blobs, query, payload);
}

std::string query_of_job(const Document& payload) {
  return string_of(payload, "Query");
}

bool stops_query(const Document& payload) {
  return flag(payload, "Stop");
}

}  // namespace tocsin::logs
