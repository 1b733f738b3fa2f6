// SPDX-License-Identifier: Apache-2.0
// What an archive has kept goes through the rules of its bus once more, in order of time.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
#include <algorithm>

#include "services/events/paging.hpp"
#include "services/events/route.hpp"

namespace tocsin::events {
namespace {

constexpr std::size_t kMostActive = 10, kMostAtOnce = 100;
constexpr Duration kDelay = std::chrono::seconds(1), kRemembered = std::chrono::days(90);
const std::vector<std::string_view> kStates{"STARTING",  "RUNNING",   "CANCELLING",
                                            "COMPLETED", "CANCELLED", "FAILED"};

bool is_active(const Replay& replay) {
  return replay.ended == Time{};
}

Object short_description(const Replay& replay) {
  Object out{{"ReplayName", replay.name},
             {"EventSourceArn", tocsin::arn("events", replay.scope, "archive/" + replay.archive)},
             {"State", replay.state},
             {"EventStartTime", to_seconds(replay.from)},
             {"EventEndTime", to_seconds(replay.to)},
             {"ReplayStartTime", to_seconds(replay.started)}};
  if (!replay.reason.empty()) out["StateReason"] = replay.reason;
  if (replay.last != Time{}) out["EventLastReplayedTime"] = to_seconds(replay.last);
  if (!is_active(replay)) out["ReplayEndTime"] = to_seconds(replay.ended);
  return out;
}

void save(Context& context, const Replay& replay) {
  kReplays.put(context, core::Key::of(replay.scope, replay.name), replay);
}

Result<Replay> find_replay(Call& call) {
  const auto name = string_of(call.params(), "ReplayName");
  auto replay = kReplays.get(call, core::Key::of(call.scope(), name));
  if (replay) return *std::move(replay);
  return fail("ResourceNotFoundException", "Replay " + name + " does not exist.");
}

/// The archive of "EventSourceArn", whose bus must be the destination.
Result<Archive> archive_of(Call& call) {
  const auto& params = call.params();
  const auto destination = text(object_of(params, "Destination"), "Arn");
  const auto bus_arn = Arn::parse(destination);
  if (!bus_arn || bus_arn->service != "events" || !bus_arn->resource.starts_with("event-bus/"))
    return invalid(
        "Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.");
  const auto bus = TRY(find_bus(call, bus_named(call.scope(), destination)));
  const auto source = Arn::parse(text(params, "EventSourceArn"));
  if (!source || source->service != "events" || !source->resource.starts_with("archive/"))
    return invalid("Parameter EventSourceArn is not valid. Reason: Must contain an archive ARN.");
  const auto name = source->resource.substr(8);
  const Scope scope{AccountId(source->account), source->region};
  auto archive = kArchives.get(call, core::Key::of(call.scope(), name));
  if (!archive || scope != call.scope()) {
    return invalid("Parameter EventSourceArn is not valid. Reason: Archive " + name +
                   " does not exist.");
  }
  if (archive->bus != bus.name || bus.scope != call.scope()) {
    return invalid(
        "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not "
        "permitted.");
  }
  return *std::move(archive);
}

Time time_in(const Document& params, std::string_view member) {
  const auto* seconds = find(params, member);
  return seconds && seconds->is_number() ? from_seconds(seconds->to_number<double>()) : Time{};
}

/// The event, marked as replayed.
Object marked(const Object& event, const std::string& replay) {
  Object out;
  for (const auto& member : event) {
    out[member.key()] = member.value();
    if (member.key() == "region") out["replay-name"] = replay;
  }
  return out;
}

void end(Context& context, Replay& replay, std::string state, std::string reason = {}) {
  replay.state = std::move(state);
  replay.reason = std::move(reason);
  replay.ended = context.now();
  save(context, replay);
  context.upkeep(context.now() + kRemembered,
                 {"events.forget_replay", Object{{"name", replay.name}}});
}

struct Batch {
  std::vector<Object> events;
  Object position;  // of the last one
};

Batch next_batch(Context& context, const Replay& replay, const Document& position) {
  Batch batch;
  auto after = core::Key{replay.archive_id, text(position, "moment", moment(replay.from))};
  if (const auto id = text(position, "id"); !id.empty()) after.add(id);
  const auto last = moment(replay.to);
  kArchived.scan(
      context, core::Key{replay.archive_id},
      [&](const auto& key, const ArchivedEvent& row) {
        if (batch.events.size() == kMostAtOnce || key[1] >= last) return false;
        batch.events.push_back(row.event);
        batch.position = {{"moment", key[1]}, {"id", key[2]}};
        return true;
      },
      store::Direction::Forward, after);
  return batch;
}

}  // namespace

Outcome start_replay(Call& call) {
  const auto& params = call.params();
  Replay replay{.name = string_of(params, "ReplayName"),
                .scope = call.scope(),
                .description = string_of(params, "Description"),
                .state = "STARTING",
                .from = time_in(params, "EventStartTime"),
                .to = time_in(params, "EventEndTime"),
                .started = call.now()};
  TRY(check_name(replay.name, "replayName", 64));
  const auto archive = TRY(archive_of(call));
  if (replay.from >= replay.to) {
    return invalid(
        "Parameter EventEndTime is not valid. Reason: EventStartTime must be before "
        "EventEndTime.");
  }
  const auto replays = kReplays.all(call, core::Key::of(call.scope()));
  if (std::ranges::find(replays, replay.name, &Replay::name) != replays.end()) {
    return fail("ResourceAlreadyExistsException", "Replay " + replay.name + " already exists.");
  }
  if (std::ranges::count_if(replays, is_active) >= static_cast<std::ptrdiff_t>(kMostActive))
    return limit_exceeded();
  replay.archive = archive.name;
  replay.archive_id = archive.id;
  replay.bus = archive.bus;
  decode(array_of(object_of(params, "Destination"), "FilterArns"), replay.rules);
  save(call, replay);
  call.at(call.now() + kDelay, {"events.replay", Object{{"name", replay.name}}});
  return Object{{"ReplayArn", replay.arn()},
                {"State", replay.state},
                {"ReplayStartTime", to_seconds(replay.started)}};
}

Outcome describe_replay(Call& call) {
  const auto replay = TRY(find_replay(call));
  auto out = short_description(replay);
  out["ReplayArn"] = replay.arn();
  if (!replay.description.empty()) out["Description"] = replay.description;
  Object destination{{"Arn", BusName{replay.scope, replay.bus}.arn()}};
  if (!replay.rules.empty()) destination["FilterArns"] = encode(replay.rules);
  out["Destination"] = std::move(destination);
  return out;
}

Outcome list_replays(Call& call) {
  const auto prefix = text(call.params(), "NamePrefix"), state = text(call.params(), "State"),
             source = text(call.params(), "EventSourceArn");
  if (!prefix.empty() + !state.empty() + !source.empty() > 1) {
    return invalid(
        "At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or "
        "NamePrefix.");
  }
  TRY(check_enum(state, "state", kStates));
  return page_of<Replay>(call, kReplays, core::Key::of(call.scope()), "Replays",
                         [&](const Replay& replay) -> Document {
                           auto shown = short_description(replay);
                           if (!replay.name.starts_with(prefix) ||
                               (!state.empty() && replay.state != state) ||
                               (!source.empty() && text(shown, "EventSourceArn") != source)) {
                             return nullptr;
                           }
                           return shown;
                         });
}

Outcome cancel_replay(Call& call) {
  auto replay = TRY(find_replay(call));
  if (replay.state != "STARTING" && replay.state != "RUNNING") {
    return fail("IllegalStatusException",
                "Replay " + replay.name + " is not in a valid state for this operation.");
  }
  replay.state = "CANCELLING";
  save(call, replay);
  return Object{{"ReplayArn", replay.arn()}, {"State", replay.state}};
}

void replay(Context& context, const core::Resumption& due, Router& router) {
  auto row = kReplays.get(context, core::Key::of(context.scope(), text(due.context, "name")));
  if (!row || !is_active(*row)) return;
  if (row->state == "CANCELLING") return end(context, *row, "CANCELLED");
  const auto archive = kArchives.get(context, core::Key::of(row->scope, row->archive));
  if (!archive || archive->id != row->archive_id)
    return end(context, *row, "FAILED", "The archive has been deleted.");
  auto batch = next_batch(context, *row, due.context);
  for (const auto& event : batch.events) {
    router.route(context, {.bus = {row->scope, row->bus},
                           .event = Occurrence(marked(event, row->name)),
                           .replayed = true,
                           .rules = row->rules});
    row->last = parse_iso8601(text(event, "time")).value_or(row->last);
  }
  if (batch.events.size() < kMostAtOnce) return end(context, *row, "COMPLETED");
  row->state = "RUNNING";
  save(context, *row);
  batch.position["name"] = row->name;
  context.later({"events.replay", std::move(batch.position)});
}

void forget_replay(Context& context, const core::Resumption& due) {
  kReplays.erase(context, core::Key::of(context.scope(), text(due.context, "name")));
}

}  // namespace tocsin::events
