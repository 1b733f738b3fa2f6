// SPDX-License-Identifier: Apache-2.0
// What happened to alarms, for thirty days.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
#include <algorithm>
#include <charconv>

#include "services/monitoring/alarms.hpp"
#include "services/monitoring/names.hpp"

namespace tocsin::monitoring {
namespace {

using namespace std::chrono_literals;
constexpr auto kKept = 30 * 24h;
constexpr std::int64_t kMostInPage = 100;
constexpr std::size_t kForgottenAtOnce = 50;

void forget_old(Context& context, const Alarm& alarm) {
  std::vector<std::pair<std::string, std::string>> gone;
  kHistory.scan(context, Key::of(alarm.scope, alarm.name), [&](const auto& key, const auto& item) {
    if (item.time >= context.now() - kKept || gone.size() >= kForgottenAtOnce) return false;
    gone.emplace_back(key[3], key[4]);
    return true;
  });
  for (const auto& [time, number] : gone)
    kHistory.erase(context, Key::of(alarm.scope, alarm.name, time, number));
}

struct Range {
  Time from, to;
};

Range range_in(const Call& call) {
  return {std::max(call.now() - kKept, time_in(call, "StartDate").value_or(Time::min())),
          time_in(call, "EndDate").value_or(Time::max())};
}

Object document(const HistoryItem& item) {
  return {{"AlarmName", item.alarm},
          {"AlarmType", item.composite ? "CompositeAlarm" : "MetricAlarm"},
          {"Timestamp", to_seconds(item.time)},
          {"HistoryItemType", item.type},
          {"HistorySummary", item.summary},
          {"HistoryData", item.data}};
}

bool wanted(const HistoryItem& item, const Call& call, const Range& range,
            const std::vector<std::string>& types) {
  const auto type = text(call.params(), "HistoryItemType");
  if (!type.empty() && item.type != type) return false;
  if (item.time < range.from || item.time > range.to) return false;
  const auto kind = item.composite ? "CompositeAlarm" : "MetricAlarm";
  return types.empty() || std::ranges::find(types, kind) != types.end();
}

}  // namespace

void note(Context& context, const Alarm& alarm, std::string type, std::string summary,
          const Object& data) {
  forget_old(context, alarm);
  const auto time = hex(to_ms(context.now()));
  std::int64_t number = 0;
  kHistory.scan(context, Key::of(alarm.scope, alarm.name, time), [&](const auto&, const auto&) {
    ++number;
    return true;
  });
  kHistory.put(context, Key::of(alarm.scope, alarm.name, time, hex(number)),
               {alarm.name, alarm.composite(), context.now(), std::move(type), std::move(summary),
                to_json(data)});
}

Outcome describe_alarm_history(Call& call) {
  const auto& params = call.params();
  const auto name = text(params, "AlarmName");
  const auto type = text(params, "HistoryItemType");
  if (!type.empty())
    TRY(check_enum(type, "historyItemType", {"ConfigurationUpdate", "StateUpdate", "Action"}));
  const auto most = integer(params, "MaxRecords").value_or(kMostInPage);
  if (most < 1 || most > kMostInPage)
    return validation("The parameter MaxRecords must be between 1 and 100.");
  std::size_t skip = 0;
  if (const auto token = text(params, "NextToken"); !token.empty()) {
    const auto position = TRY(position_in(token));
    std::from_chars(position.data(), position.data() + position.size(), skip);
  }
  const auto range = range_in(call);
  const auto types = strings_of(array_of(params, "AlarmTypes"));
  auto prefix = Key::of(call.scope());
  if (!name.empty()) prefix.add(name);
  std::vector<HistoryItem> items;
  kHistory.scan(call, prefix, [&](const auto&, const HistoryItem& item) {
    if (wanted(item, call, range, types)) items.push_back(item);
    return true;
  });
  std::ranges::stable_sort(items, {}, &HistoryItem::time);
  if (text(params, "ScanBy", "TimestampDescending") != "TimestampAscending")
    std::ranges::reverse(items);
  Array page;
  for (auto i = skip; i < items.size() && page.size() < static_cast<std::size_t>(most); ++i)
    page.push_back(document(items[i]));
  const auto next = skip + page.size();
  Object reply{{"AlarmHistoryItems", std::move(page)}};
  if (next < items.size()) reply["NextToken"] = page_token(std::to_string(next));
  return reply;
}

}  // namespace tocsin::monitoring
