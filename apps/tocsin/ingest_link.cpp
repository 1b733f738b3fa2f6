// SPDX-License-Identifier: Apache-2.0
#include "ingest_link.hpp"

#include <chrono>
#include <thread>

namespace tocsin::app {
namespace {

constexpr std::size_t kBatchRecords = 500;
constexpr std::size_t kBatchBytes =
    2 << 20;  // written as JSON in JSON they may be twice as long; the server takes ten
constexpr int kAttempts = 6;

bool passing(const Error& error) {
  return error.code == "NoServer" || error.status == 429 || error.status >= 500;
}

}  // namespace

Result<std::vector<telemetry::RuleText>> IngestLink::list_rules() const {
  std::vector<telemetry::RuleText> rules;
  Object params{{"EventBusName", bus_.name}};
  while (true) {
    const auto page =
        TRY(call_server(options_, key_, {"events", "AWSEvents", bus_.region}, "ListRules", params));
    for (const auto& rule : array_of(page, "Rules")) {
      const auto state = text(rule, "State");
      if (state == "DISABLED" || text(rule, "EventPattern").empty()) continue;
      rules.push_back({string_of(rule, "Name"), string_of(rule, "EventPattern"),
                       state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"});
    }
    if (text(page, "NextToken").empty()) return rules;
    params["NextToken"] = text(page, "NextToken");
  }
}

Result<std::shared_ptr<const telemetry::RuleBook>> IngestLink::changed_rules() {
  auto rules = TRY(list_rules());
  if (known_ && rules == rules_) return nullptr;
  known_ = true;
  rules_ = rules;
  return telemetry::make_rule_book(std::move(rules));
}

Result<void> IngestLink::add(std::string record) {
  batch_bytes_ += record.size();
  batch_.push_back(boost::json::string(record));
  if (batch_.size() >= kBatchRecords || batch_bytes_ >= kBatchBytes) return flush();
  return {};
}

Result<void> IngestLink::flush() {
  if (batch_.empty()) return {};
  const auto count = batch_.size();
  const auto reply =
      TRY(send(Object{{"EventBusName", bus_.name}, {"Records", std::exchange(batch_, {})}}));
  batch_bytes_ = 0;
  totals_.sent += count;
  ++totals_.calls;
  const auto number = [&](std::string_view name) {
    return static_cast<std::uint64_t>(integer(reply, name).value_or(0));
  };
  totals_.accepted += number("AcceptedCount");
  totals_.duplicates += number("DuplicateCount");
  totals_.refused += number("MalformedCount");
  return {};
}

/// A batch may be sent twice: what was taken the first time is a duplicate then.
Result<Document> IngestLink::send(const Object& params) const {
  for (int attempt = 1;; ++attempt) {
    auto reply = call_server(options_, key_, own(), "IngestCloudTrailRecords", params);
    if (reply || !passing(reply.error()) || attempt == kAttempts) return reply;
    std::this_thread::sleep_for(std::chrono::milliseconds(100 << attempt));
  }
}

}  // namespace tocsin::app
