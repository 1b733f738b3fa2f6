// SPDX-License-Identifier: Apache-2.0
// What log events are worth as metrics, published as logs.amazonaws.com.
#include <charconv>
#include <fmt/format.h>

#include "base/log.hpp"
#include "engines/logfilter/logfilter.hpp"
#include "services/logs/metric_filters.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::string_view kEscape = R"(\\u)";  // "\u" of a message that is JSON, inside a line
constexpr std::size_t kMostValues = 150, kMostData = 1'000;  // of one datum, of one call

/// The fields of one message after the other, however their pattern names them.
class Fields {
 public:
  explicit Fields(const logfilter::Filter& filter) : filter_(filter) {}

  void look_at(std::string_view message) {
    message_ = message;
    parsed_.reset();
    extracted_.reset();
  }

  std::optional<std::string> operator[](const std::string& field) {
    if (field.starts_with("$.") || field.starts_with("$[")) {
      const auto& selector = selector_of(field);
      if (!parsed_) parsed_ = parse_json(message_).value_or(Document());
      return selector ? selector->value_in(*parsed_) : std::nullopt;
    }
    if (!extracted_) extracted_ = filter_.extract(message_);
    const auto found = extracted_->find(field);
    return found == extracted_->end() ? std::nullopt : std::optional(found->second);
  }

 private:
  const Result<logfilter::Selector>& selector_of(const std::string& field) {
    auto known = selectors_.find(field);
    if (known == selectors_.end())
      known = selectors_.emplace(field, logfilter::parse_selector(field)).first;
    return known->second;
  }

  const logfilter::Filter& filter_;
  std::map<std::string, Result<logfilter::Selector>> selectors_;
  std::string_view message_;
  std::optional<Document> parsed_;
  std::optional<std::map<std::string, std::string>> extracted_;
};

/// How often which value, by minute and dimensions.
using Dimensions = std::map<std::string, std::string>;
using Tally = std::map<std::pair<std::int64_t, Dimensions>, std::map<double, std::int64_t>>;

void count(const Transformation& wanted, Fields& fields, std::int64_t timestamp, Tally& tally) {
  auto value = number_in(wanted.value);
  if (!value) {
    const auto text = fields[wanted.value];
    value = text ? number_in(*text) : std::nullopt;
  }
  if (!value) return;
  Dimensions dimensions;
  for (const auto& [name, field] : wanted.dimensions) {
    const auto text = fields[field];
    if (!text || text->empty()) return;  // an event without the field makes no metric
    dimensions[name] = text->substr(0, 1024);
  }
  ++tally[{timestamp / kMinute * kMinute, std::move(dimensions)}][*value];
}

void publish(Context& context, const Group& group, const std::string& space, Array data) {
  if (data.empty()) return;
  const auto done = context
                        .call({"monitoring",
                               "PutMetricData",
                               Object{{"Namespace", space}, {"MetricData", std::move(data)}},
                               group.scope,
                               {.kind = core::Credential::Kind::Service,
                                .account = group.scope.account,
                                .service = "logs.amazonaws.com",
                                .source_arn = group_arn(group) + ":*"},
                               {}})
                        .result();
  if (!done)
    log_error("metrics of log events not published",
              {{"group", group.name}, {"cause", done.error().message}});
}

Object datum_of(const Transformation& wanted, std::int64_t minute, const Dimensions& dimensions) {
  Object out{{"MetricName", wanted.name}, {"Timestamp", static_cast<double>(minute) / 1000}};
  if (!wanted.unit.empty()) out["Unit"] = wanted.unit;
  Array list;
  for (const auto& [name, value] : dimensions)
    list.push_back(Object{{"Name", name}, {"Value", value}});
  if (!list.empty()) out["Dimensions"] = std::move(list);
  return out;
}

void publish(Context& context, const Group& group, const Transformation& wanted,
             const Tally& tally) {
  Array data;
  for (const auto& [key, values] : tally) {
    Array each, counts;
    const auto flush = [&] {
      auto datum = datum_of(wanted, key.first, key.second);
      datum["Values"] = std::move(each);
      datum["Counts"] = std::move(counts);
      data.push_back(std::move(datum));
      each = Array(), counts = Array();
      if (data.size() == kMostData) publish(context, group, wanted.space, std::exchange(data, {}));
    };
    for (const auto& [value, times] : values) {
      each.push_back(value);
      counts.push_back(static_cast<double>(times));
      if (each.size() == kMostValues) flush();
    }
    if (!each.empty()) flush();
  }
  publish(context, group, wanted.space, std::move(data));
}

bool has_default(const MetricFilter& filter) {
  return std::ranges::any_of(filter.transformations,
                             [](const auto& each) { return each.by_default.has_value(); });
}

/// Notes that events came in this minute, and whether one matched.
void note_minute(Context& context, const Group& group, const std::string& name, bool matched) {
  const Key key{group.id, name};
  const auto minute = to_ms(context.now()) / kMinute * kMinute;
  auto row = kFilterMinutes.get(context, key).value_or(FilterMinute{});
  if (row.minute == minute && (row.matched || !matched)) return;
  if (row.minute != minute) {
    row = {minute, false};
    context.at(from_ms(minute + kMinute),
               {"logs.default_values",
                Object{{"name", group.name}, {"group", group.id}, {"filter", name}}});
  }
  row.matched |= matched;
  kFilterMinutes.put(context, key, row);
}

}  // namespace

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  return error == std::errc() && end == text.end() ? std::optional(value) : std::nullopt;
}

void publish_metrics(Context& context, const Group& group, std::string_view lines) {
  for (const auto& [name, given] : group.metric_filters) {
    const auto filter = logfilter::parse(given.pattern);
    if (!filter) continue;
    std::vector<Tally> tallies(given.transformations.size());
    Fields fields(*filter);
    bool matched = false;
    std::string message;
    const auto& hint = filter->hint();
    each_candidate(lines, escaped(hint.text), hint.escaped ? kEscape : std::string_view(),
                   [&](std::string_view text, std::int64_t) {
                     const auto line = read_line(text);
                     if (!line) return true;
                     unescape(line->message, message);
                     if (!filter->matches(message)) return true;
                     matched = true;
                     fields.look_at(message);
                     for (std::size_t i = 0; i < tallies.size(); ++i)
                       count(given.transformations[i], fields, line->timestamp, tallies[i]);
                     return true;
                   });
    for (std::size_t i = 0; i < tallies.size(); ++i)
      publish(context, group, given.transformations[i], tallies[i]);
    if (has_default(given)) note_minute(context, group, name, matched);
  }
}

void publish_defaults(Context& context, const core::Resumption& end) {
  const auto group = kGroups.get(context, Key::of(context.scope(), text(end.context, "name")));
  const auto name = string_of(end.context, "filter");
  const Key key{text(end.context, "group"), name};
  const auto row = kFilterMinutes.get(context, key);
  const bool old = row && from_ms(row->minute + kMinute) <= context.now();
  if (old) kFilterMinutes.erase(context, key);
  if (!group || group->id != text(end.context, "group") || !old || row->matched) return;
  const auto filter = group->metric_filters.find(name);
  if (filter == group->metric_filters.end()) return;
  for (const auto& each : filter->second.transformations) {
    if (!each.by_default) continue;
    Array data;
    auto datum = datum_of(each, row->minute, {});
    datum["Value"] = *each.by_default;
    data.push_back(std::move(datum));
    publish(context, *group, each.space, std::move(data));
  }
}

}  // namespace tocsin::logs
