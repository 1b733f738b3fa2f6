// SPDX-License-Identifier: Apache-2.0
#include "telemetry/matching.hpp"

#include <algorithm>
#include <array>

#include "core/event.hpp"
#include "telemetry/check.hpp"

namespace tocsin::telemetry {
namespace {

constexpr std::string_view kInsight = "AwsCloudTrailInsight";

bool digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "2026-11-24T04:11:25Z", as CloudTrail writes it.
bool is_plain_time(std::string_view time) {
  return time.size() == 20 && time[4] == '-' && time[7] == '-' && time[10] == 'T' &&
         time[13] == ':' && time[16] == ':' && time[19] == 'Z' && digits(time.substr(0, 4)) &&
         digits(time.substr(5, 2)) && digits(time.substr(8, 2)) && digits(time.substr(11, 2)) &&
         digits(time.substr(14, 2)) && digits(time.substr(17, 2));
}

const char* fault_of(const Fields& fields) {
  const bool insight = fields.event_type == kInsight;
  if (!fields.event_source.data() && !insight) return "the record has no eventSource";
  if (!fields.event_name.data() && !insight) return "the record has no eventName";
  if (!fields.event_time.data()) return "the record has no eventTime";
  if (!is_plain_time(fields.event_time) && !parse_iso8601(fields.event_time))
    return "the record's eventTime is no time";
  if (!fields.region.data()) return "the record has no awsRegion";
  return nullptr;
}

void read_fields(const Document& record, Fields& fields) {
  const auto put = [&](std::string_view& into, std::string_view name) {
    if (into.data()) into = text(record, name);
  };
  put(fields.event_source, "eventSource");
  put(fields.event_name, "eventName");
  put(fields.event_type, "eventType");
  put(fields.event_time, "eventTime");
  put(fields.region, "awsRegion");
  put(fields.account, "recipientAccountId");
}

}  // namespace

class Matching::Thread : public Consumer {
 public:
  explicit Thread(Matching& shared)
      : shared_(shared),
        book_(shared.rules()),
        matcher_(book_->snapshot),
        counts_(book_->rules.size()) {}
  ~Thread() override {
    fold();
    shared_.add(totals_);
  }

  void take(const Block& block) override {
    if (auto book = shared_.rules(); book != book_) renew(std::move(book));
    Findings findings{.file = block.file, .records = block.records.size()};
    for (std::size_t i = 0; i < block.records.size(); ++i)
      consider(block, i, findings);
    shared_.give_in_order(block.number, std::move(findings));
  }

 private:
  void renew(std::shared_ptr<const RuleBook> book) {
    fold();
    book_ = std::move(book);
    matcher_.reset(book_->snapshot);
    counts_.assign(book_->rules.size(), 0);
  }

  void fold() {
    for (std::size_t id = 0; id < counts_.size(); ++id)
      totals_.rules[book_->rules[id].name] += counts_[id];
  }

  void consider(const Block& block, std::size_t index, Findings& findings) {
    const auto& record = block.records[index];
    const auto ids = match(block, record);
    if (!ids) return shared_.problems_.add(block.problem(record, ids.error().message));
    if (ids->empty()) return;
    Found found{.line = record.line, .index = index};
    for (const auto id : *ids) {
      ++counts_[id];
      if (shared_.options_.keep_rules) found.rules.push_back(book_->rules[id].name);
    }
    ++totals_.matched;
    if (shared_.options_.keep_text) found.text = block.text_of(record);
    if (shared_.options_.keep_text || shared_.options_.keep_rules)
      findings.found.push_back(std::move(found));
  }

  /// The rules that match and may see the record. Error: it is malformed.
  Result<std::span<const pattern::RuleId>> match(const Block& block, const Record& record) {
    const auto structure = block.structure_of(record);
    if (shared_.options_.check_all) TRY(check(block.text, structure));
    std::span<const pattern::RuleId> ids;
    if (shared_.options_.content == Content::Events) {
      ids = TRY(matcher_.match_indexed(block.object(record)));
    } else {
      if (record.fields.digest) return ++totals_.digests, ids;
      ids = TRY(match_record(block, record));
    }
    if (!ids.empty() && !shared_.options_.check_all) TRY(check(block.text, structure));
    totals_.unmatched += ids.empty();
    return ids;
  }

  static Result<void> check(std::string_view text, std::span<const std::uint32_t> structure) {
    if (auto fault = find_fault(text, structure)) return fail("Malformed", *std::move(fault));
    return {};
  }

  Result<std::span<const pattern::RuleId>> match_record(const Block& block, const Record& record) {
    if (!record.fields.escaped) return match_fields(record.fields, block.object(record));
    const auto document = parse_json(block.text_of(record));
    if (!document) return fail(document.error());
    auto fields = record.fields;
    read_fields(*document, fields);
    return match_fields(fields, block.object(record));
  }

  Result<std::span<const pattern::RuleId>> match_fields(const Fields& fields,
                                                        const pattern::IndexedObject& body) {
    if (const auto* fault = fault_of(fields)) return fail("Malformed", fault);
    note_time(fields.event_time);
    source_.assign("aws.");
    source_.append(fields.event_source.data()
                       ? fields.event_source.substr(0, fields.event_source.find('.'))
                       : "cloudtrail");
    const std::array<std::pair<std::string_view, std::string_view>, 7> members{
        {{"source", source_},
         {"detail-type", core::detail_type_of_record(fields.event_type)},
         {"account", fields.account},
         {"region", fields.region},
         {"time", fields.event_time},
         {"version", "0"},
         {"id", "00000000-0000-0000-0000-000000000000"}}};  // the event's id is not known yet
    const auto ids = TRY(matcher_.match_enveloped({members, "detail", body}));
    if (!fields.management || ids.empty() || !core::is_management_read(fields.event_name))
      return ids;
    seen_.clear();
    std::ranges::copy_if(ids, std::back_inserter(seen_),
                         [&](auto id) { return book_->rules[id].reads; });
    return std::span<const pattern::RuleId>(seen_);
  }

  void note_time(std::string_view time) {
    if (time.size() != 20) return;
    if (totals_.oldest.empty() || time < totals_.oldest) totals_.oldest = time;
    if (time > totals_.newest) totals_.newest = time;
  }

  Matching& shared_;
  std::shared_ptr<const RuleBook> book_;
  pattern::Matcher matcher_;
  std::vector<std::uint64_t> counts_;  // by rule of the book
  MatchTotals totals_;
  std::string source_;
  std::vector<pattern::RuleId> seen_;
};

Matching::Matching(MatchingOptions options, std::shared_ptr<const RuleBook> rules,
                   Problems& problems, Give give, std::size_t window)
    : options_(options),
      problems_(problems),
      in_order_(window, std::move(give)),
      rules_(std::move(rules)) {}

void Matching::set_rules(std::shared_ptr<const RuleBook> rules) {
  const std::lock_guard lock(mutex_);
  rules_ = std::move(rules);
}

std::shared_ptr<const RuleBook> Matching::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

std::unique_ptr<Consumer> Matching::consumer() {
  return std::make_unique<Thread>(*this);
}

MatchTotals Matching::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

void Matching::add(const MatchTotals& totals) {
  const std::lock_guard lock(mutex_);
  totals_.matched += totals.matched;
  totals_.unmatched += totals.unmatched;
  totals_.digests += totals.digests;
  if (totals_.oldest.empty() || (!totals.oldest.empty() && totals.oldest < totals_.oldest))
    totals_.oldest = totals.oldest;
  totals_.newest = std::max(totals_.newest, totals.newest);
  for (const auto& [name, count] : totals.rules)
    totals_.rules[name] += count;
}

}  // namespace tocsin::telemetry
