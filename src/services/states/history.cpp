// SPDX-License-Identifier: Apache-2.0
// A row's text is {"at": ms, "events": [[id, previous, ms after `at`, type, name, number, data,
// details], …]}, where `data` is 0 (none), [value], or how many events before the same value
// stands: a state's input is its predecessor's output.
#include "services/states/history.hpp"

#include <fmt/format.h>

namespace tocsin::states {
namespace {

using asl::EventType;
using asl::HistoryEvent;
using core::Key;

void add_json(std::string& out, const Document& value) {
  out += to_json(value);
}

/// A state's name and the like: quotes and control characters are rare.
void add_text(std::string& out, std::string_view text) {
  for (const unsigned char c : text) {
    if (c < 0x20 || c == '"' || c == '\\') return add_json(out, boost::json::string(text));
  }
  ((out += '"') += text) += '"';
}

void add_data(std::string& out, const std::vector<HistoryEvent>& events, std::size_t at) {
  constexpr std::size_t kNear = 4;
  const auto& data = events[at].data;
  if (!data) {
    out += '0';
    return;
  }
  for (std::size_t back = 1; back <= std::min(at, kNear); ++back) {
    if (events[at - back].data.same(data)) {
      out += static_cast<char>('0' + back);
      return;
    }
  }
  out += '[';
  add_json(out, *data);
  out += ']';
}

std::string written(const std::vector<HistoryEvent>& events) {
  const auto start = events.front().timestamp;
  auto out = fmt::format(R"({{"at":{},"events":[)", to_ms(start));
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& event = events[i];
    fmt::format_to(std::back_inserter(out), R"({}[{},{},{},"{}",)", i ? "," : "", event.id,
                   event.previous, (event.timestamp - start).count(), asl::name_of(event.type));
    add_text(out, event.name);
    fmt::format_to(std::back_inserter(out), ",{},", event.number);
    add_data(out, events, i);
    if (event.details) {
      out += ',';
      add_json(out, *event.details);
    }
    out += ']';
  }
  out += "]}";
  return out;
}

const std::map<std::string_view, EventType>& types() {
  static const auto made = [] {
    std::map<std::string_view, EventType> all;
    for (int i = 0; i <= static_cast<int>(EventType::ExecutionRedriven); ++i)
      all.emplace(asl::name_of(static_cast<EventType>(i)), static_cast<EventType>(i));
    return all;
  }();
  return made;
}

/// The events of a row's text. Their names view it.
std::vector<HistoryEvent> read(const Document& row) {
  const auto start = integer(row, "at").value_or(0);
  std::vector<HistoryEvent> events;
  for (const auto& each : array_of(row, "events")) {
    const auto& parts = each.get_array();
    HistoryEvent event{.id = parts[0].get_int64(),
                       .previous = parts[1].get_int64(),
                       .timestamp = from_ms(start + parts[2].get_int64()),
                       .type = types().at(std::string_view(parts[3].get_string())),
                       .number = parts[5].get_int64(),
                       .name = parts[4].get_string()};
    if (const auto* given = parts[6].if_array())
      event.data = asl::Value((*given)[0]);
    else if (const auto back = static_cast<std::size_t>(parts[6].get_int64()))
      event.data = events[events.size() - back].data;
    if (parts.size() > 7) event.details = asl::Value(parts[7]);
    events.push_back(std::move(event));
  }
  return events;
}

Key row_of(const Key& execution, std::int64_t id) {
  auto key = execution;
  return key.add(number_part(id));
}

Document opened_row(const core::Context& context, const HistoryRow& row) {
  auto text = context.open(row.events);
  auto parsed = parse_json(text.value_or("{}"));
  return parsed ? *std::move(parsed) : Document(Object{});
}

/// The id of the row in which the event is.
std::int64_t row_with(const core::Context& context, const Key& execution, std::int64_t id) {
  std::int64_t found = 0;
  kHistory.scan(
      context, execution,
      [&](const auto& key, const HistoryRow&) {
        found = std::stoll(key.back());
        return false;
      },
      store::Direction::Backward, row_of(execution, id + 1));
  return found;
}

}  // namespace

void keep_history(core::Context& context, const Key& execution,
                  const std::vector<HistoryEvent>& events) {
  if (events.empty()) return;
  kHistory.put(context, row_of(execution, events.front().id), {context.seal(written(events))});
}

void erase_history(core::Context& context, const Key& execution) {
  std::vector<std::int64_t> rows;
  kHistory.scan(context, execution, [&](const auto& key, const HistoryRow&) {
    rows.push_back(std::stoll(key.back()));
    return true;
  });
  for (const auto row : rows)
    kHistory.erase(context, row_of(execution, row));
}

void visit_history(const core::Context& context, const Key& execution, store::Direction direction,
                   std::int64_t after, ExecutionData data, const VisitEvent& visit) {
  const bool forward = direction == store::Direction::Forward;
  std::optional<Key> from;
  if (after && forward) {
    if (const auto row = row_with(context, execution, after); row > 1)
      from = row_of(execution, row - 1);
  } else if (after) {
    from = row_of(execution, after);
  }
  kHistory.scan(
      context, execution,
      [&](const auto&, const HistoryRow& row) {
        const auto opened = opened_row(context, row);
        auto events = read(opened);
        if (!forward) std::reverse(events.begin(), events.end());
        for (const auto& event : events) {
          if (after && (forward ? event.id <= after : event.id >= after)) continue;
          if (!visit(event.id, asl::to_document(event, data == ExecutionData::Included)))
            return false;
        }
        return true;
      },
      direction, from);
}

std::string input_of(const core::Context& context, const Key& execution) {
  std::string input;
  visit_history(context, execution, store::Direction::Forward, 0, ExecutionData::Included,
                [&](std::int64_t, Document event) {
                  input = text(object_of(event, "executionStartedEventDetails"), "input");
                  return false;
                });
  return input;
}

Ends ends_of(const core::Context& context, const Key& execution) {
  Ends ends{.input = input_of(context, execution)};
  visit_history(context, execution, store::Direction::Backward, 0, ExecutionData::Included,
                [&](std::int64_t, Document event) {
                  for (const auto& member : event.as_object()) {
                    if (!member.key().starts_with("execution")) continue;
                    const auto& details = member.value().get_object();
                    ends.output = text(details, "output");
                    if (details.contains("error")) ends.error = string_of(details, "error");
                    if (details.contains("cause")) ends.cause = string_of(details, "cause");
                  }
                  return false;
                });
  return ends;
}

}  // namespace tocsin::states
