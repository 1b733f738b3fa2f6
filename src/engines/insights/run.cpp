// SPDX-License-Identifier: Apache-2.0
// Events through the steps of the first phase, its rows through the next, and so on.
#include <algorithm>

#include "engines/insights/discovery.hpp"
#include "engines/insights/statistics.hpp"
#include "engines/insights/top.hpp"

namespace tocsin::insights {
namespace {

/// Each star takes what stands before the next literal; the last one, without one, all the rest.
void parse_glob(const Step& step, std::string_view text, Record& record) {
  for (const auto slot : step.slots)
    record.slots[static_cast<std::size_t>(slot)] = {};
  auto at = text.find(step.literals[0]);
  if (at == std::string_view::npos) return;
  at += step.literals[0].size();
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i < step.slots.size(); ++i) {
    const auto& literal = step.literals[i + 1];
    const bool rest = literal.empty() && i + 1 == step.slots.size();
    const auto end = rest ? text.size() : text.find(literal, at);
    if (end == std::string_view::npos) return;
    found.push_back(text.substr(at, end - at));
    at = end + literal.size();
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    record.slots[static_cast<std::size_t>(step.slots[i])] = Value::of(found[i]);
}

void parse_regex(const Step& step, std::string_view text, Record& record) {
  std::vector<re2::StringPiece> groups(step.slots.size() + 1);
  const re2::StringPiece piece(text.data(), text.size());
  const bool matches = step.regex->Match(piece, 0, text.size(), RE2::UNANCHORED, groups.data(),
                                         static_cast<int>(groups.size()));
  for (std::size_t i = 0; i < step.slots.size(); ++i) {
    if (step.slots[i] < 0) continue;
    const auto& group = groups[i + 1];
    record.slots[static_cast<std::size_t>(step.slots[i])] =
        matches && group.data() ? Value::of(std::string_view(group.data(), group.size())) : Value{};
  }
}

/// False where a filter does not let the row through.
bool take(const Step& step, Record& record) {
  switch (step.kind) {
    case Step::Kind::Filter:
      return truth(step.node(record));
    case Step::Kind::Evaluate:
      record.slots[static_cast<std::size_t>(step.slots[0])] = step.node(record);
      return true;
    default: {
      const auto text = shown(step.node(record), record.arena);
      (step.kind == Step::Kind::Glob ? parse_glob : parse_regex)(step, text, record);
      return true;
    }
  }
}

Failure too_much() {
  return fail("LimitExceededException",
              "The query needs more memory than a query may have: group by fewer values.");
}

}  // namespace

struct Run::Parts {
  /// The end of a phase: one of the two.
  struct End {
    std::optional<Statistics> statistics;
    std::optional<Top> top;
  };

  Query query;
  Options options;
  const Plan& plan;
  Discovery discovery;
  Record record;
  std::deque<End> ends;
  std::uint64_t matched = 0;
  std::int64_t rows = 0;  // of later phases

  Parts(Query the_query, Options the_options)
      : query(std::move(the_query)), options(std::move(the_options)), plan(query.plan()) {
    record.plan = &plan;
    record.discovery = &discovery;
    record.now = static_cast<double>(to_ms(options.now));
    std::size_t slots = 0;
    for (const auto& phase : plan.phases) {
      slots = std::max(slots, static_cast<std::size_t>(phase.slots));
      auto& end = ends.emplace_back();
      const bool last = ends.size() == plan.phases.size();
      if (phase.stats)
        end.statistics.emplace(phase);
      else
        end.top.emplace(phase, last ? std::min(phase.limit, options.limit) : phase.limit,
                        keeper(last));
    }
    record.slots.resize(slots);
  }

  Top::Keep keeper(bool last) {
    if (last)
      return [this](Top::Entry& entry, Record& from) {
        from.discover();
        entry.row = row_of(from);
      };
    return [](Top::Entry& entry, Record& from) {
      from.discover();
      for (const auto& slot : from.slots)
        entry.slots.emplace_back(slot);
    };
  }

  Row row_of(const Record& from) {
    Row row;
    for (const auto& [name, slot] : plan.columns) {
      const auto& value = from.slots[static_cast<std::size_t>(slot)];
      if (!value.null()) row.push_back({name, shown(value)});
    }
    const auto& pointer = from.slots[kPtr];
    const bool asked = std::ranges::find(plan.columns, "@ptr", &Column::name) != plan.columns.end();
    if (!plan.pointer || asked) return row;
    if (from.event && options.pointer)
      row.push_back({"@ptr", options.pointer(*from.event)});
    else if (!pointer.null())
      row.push_back({"@ptr", std::string(pointer.text)});
    return row;
  }

  void load(const Event& event) {
    auto& slots = record.slots;
    std::ranges::fill(slots, Value{});
    record.arena.reset();
    record.event = &event;
    record.found = false;
    slots[kTimestamp] = Value::time(static_cast<double>(event.timestamp));
    slots[kMessage] = Value::of(event.message);
    slots[kLog] = Value::of(std::string_view(event.source->log));
    slots[kLogStream] = Value::of(std::string_view(event.source->stream));
    slots[kIngestionTime] = Value::time(static_cast<double>(event.ingested));
    // Rows of a limit in the middle are no events any more: they take their pointer with them.
    if ((plan.reads_ptr || plan.phases.size() > 1) && plan.pointer && options.pointer)
      slots[kPtr] = Value::of(record.arena.keep(options.pointer(event)));
  }

  Result<void> process(std::size_t index, const Rank& rank) {
    for (const auto& step : plan.phases[index].steps) {
      if (!take(step, record)) return {};
    }
    if (index == 0) ++matched;
    auto& end = ends[index];
    if (end.statistics)
      end.statistics->add(record, rank);
    else
      end.top->add(record, rank);
    const auto memory = end.statistics ? end.statistics->memory() : end.top->memory();
    if (memory > kMostMemory) return too_much();
    return {};
  }

  Result<void> process_row(std::size_t index) {
    auto done = process(index, {.ordinal = rows++});
    record.arena.reset();
    return done;
  }

  /// Hands the rows of a phase that has ended to the next.
  Result<void> pass_on(std::size_t index) {
    record.event = nullptr;
    record.found = true;
    Result<void> status;
    if (auto& statistics = ends[index].statistics) {
      statistics->each(record, [&] {
        if (status) status = process_row(index + 1);
      });
      statistics.reset();
      return status;
    }
    for (const auto& entry : ends[index].top->finish()) {
      for (std::size_t i = 0; i < entry.slots.size(); ++i)
        record.slots[i] = entry.slots[i].value();
      TRY(process_row(index + 1));
    }
    return {};
  }
};

Run::Run(Query query, Options options)
    : parts_(std::make_unique<Parts>(std::move(query), std::move(options))) {}
Run::~Run() = default;
Run::Run(Run&&) noexcept = default;

Result<void> Run::add(const Event& event) {
  parts_->load(event);
  return parts_->process(0, {event.timestamp, event.source, event.ordinal});
}

std::uint64_t Run::matched() const {
  return parts_->matched;
}

Result<std::vector<Row>> Run::finish() {
  auto& parts = *parts_;
  for (std::size_t i = 0; i + 1 < parts.ends.size(); ++i)
    TRY(parts.pass_on(i));
  std::vector<Row> rows;
  for (auto& entry : parts.ends.back().top->finish())
    rows.push_back(std::move(entry.row));
  return rows;
}

}  // namespace tocsin::insights
