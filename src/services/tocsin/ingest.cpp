// SPDX-License-Identifier: Apache-2.0
// Records of CloudTrail from elsewhere become events of a bus of this account: with the account,
// region and time that they say themselves, each once, however often it is sent.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "core/table.hpp"
#include "services/tocsin/parts.hpp"

namespace tocsin::own {
namespace {

using core::Key;

constexpr std::size_t kMostRecords = 1'000;          // in a call
constexpr std::size_t kPage = 100;                   // events of one input
constexpr auto kRemembered = std::chrono::days(90);  // as long as CloudTrail's own history

/// A record that was taken.
struct Seen {
  Time time{};  // its eventTime
  Time taken{};
};
BOOST_DESCRIBE_STRUCT(Seen, (), (time, taken))
/// By age: what is forgotten first stands first.
struct Age {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Age, (), (id))

constexpr core::Table<Seen> kSeen{"tocsin.records"};  // account, region, bus, record
constexpr core::Table<Age> kAges{
    "tocsin.records-by-age"};  // account, region, bus, when taken, record

std::string age_key(Time time) {
  return fmt::format("{:016x}", to_ms(time));
}

std::string bus_name(const Document& params) {
  const auto given = string_of(params, "EventBusName", "default");
  return given.substr(given.rfind('/') + 1);
}

/// The records' texts; of a long batch the core made a blob.
Result<std::vector<std::string>> texts_of(const core::Context& context, const Document& records) {
  std::vector<std::string> texts;
  if (const auto* list = records.if_array()) {
    for (const auto& record : *list)
      texts.emplace_back(record.is_string() ? std::string_view(record.get_string())
                                            : std::string_view());
    return texts;
  }
  const auto ref = store::blob_ref(records);
  if (!ref) return texts;
  const auto lines = TRY(context.blob(*ref));
  for (std::string_view rest = lines; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto record = parse_json(rest.substr(0, end));
    texts.emplace_back(record && record->is_string() ? std::string_view(record->get_string())
                                                     : std::string_view());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return texts;
}

/// What makes a record an event; none where it is no record.
std::optional<core::Event> event_of(std::string_view text, const Scope& home,
                                    std::string_view bus) {
  auto record = parse_json(text);
  if (!record || !record->is_object()) return std::nullopt;
  const auto type = tocsin::text(*record, "eventType"),
             source = tocsin::text(*record, "eventSource"),
             region = tocsin::text(*record, "awsRegion");
  const auto time = parse_iso8601(tocsin::text(*record, "eventTime"));
  const bool insight = type == "AwsCloudTrailInsight";  // they name no service
  if (!time || region.empty() ||
      (!insight && (source.empty() || tocsin::text(*record, "eventName").empty())))
    return std::nullopt;
  const auto account = string_of(*record, "recipientAccountId", home.account.str());
  core::Event event{.source = core::source_of_record(source.empty() ? "cloudtrail" : source),
                    .detail_type = std::string(core::detail_type_of_record(type)),
                    .scope = {AccountId(account), std::string(region)},
                    .time = *time,
                    .bus = std::string(bus),
                    .bus_scope = home};
  event.detail = std::move(record->as_object());
  return event;
}

/// What makes two records the same one.
std::string identity_of(const core::Event& event, std::string_view text) {
  const auto id = tocsin::text(event.detail, "eventID");
  return id.empty() ? "sha256:" + hex(sha256(text)) : std::string(id);
}

void emit(core::Context& context, core::Event event, std::string_view text) {
  const auto outer = context.cause();
  // By its eventID `tocsin timeline` finds what followed from the record.
  event.cause = context.trace("record", tocsin::text(event.detail, "eventName", event.source), "ok",
                              identity_of(event, text));
  context.emit(std::move(event));
  context.set_cause(outer);
}

/// Forgets up to `most` of the bus's oldest records whose time is over.
void forget_old(core::Context& context, std::string_view bus, std::size_t most) {
  const auto limit = age_key(context.now() - kRemembered);
  std::vector<std::pair<std::string, std::string>> old;
  kAges.scan(context, Key::of(context.scope(), bus), [&](const auto& key, const Age& age) {
    if (key[3] >= limit || old.size() == most) return false;
    old.emplace_back(key[3], age.id);
    return true;
  });
  for (const auto& [taken, id] : old) {
    kAges.erase(context, Key::of(context.scope(), bus, taken, id));
    kSeen.erase(context, Key::of(context.scope(), bus, id));
  }
}

bool is_new(core::Context& context, std::string_view bus, const std::string& id, Time time) {
  const auto key = Key::of(context.scope(), bus, id);
  if (kSeen.contains(context, key)) return false;
  kSeen.put(context, key, {time, context.now()});
  kAges.put(context, Key::of(context.scope(), bus, age_key(context.now()), id), {id});
  return true;
}

}  // namespace

std::vector<core::Access> needs_event_bus(core::Call& call) {
  return {{.action = "tocsin:IngestCloudTrailRecords",
           .resource = arn("events", call.scope(), "event-bus/" + bus_name(call.params()))}};
}

core::Outcome ingest_cloudtrail_records(core::Call& call) {
  const auto* records = find(call.params(), "Records");
  const auto texts = TRY(texts_of(call, records ? *records : Document()));
  if (texts.empty() || texts.size() > kMostRecords)
    return fail("ValidationException",
                fmt::format("Records has between 1 and {} members.", kMostRecords));
  const auto bus = bus_name(call.params());
  forget_old(call, bus, 2 * texts.size());
  int duplicate = 0, malformed = 0;
  std::size_t emitted = 0;
  Array waiting;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto event = event_of(texts[i], call.scope(), bus);
    if (!event) {
      ++malformed;
    } else if (!is_new(call, bus, identity_of(*event, texts[i]), event->time)) {
      ++duplicate;
    } else if (emitted < kPage) {
      emit(call, *std::move(event), texts[i]);
      ++emitted;
    } else {
      waiting.push_back(i);
    }
  }
  const auto accepted = emitted + waiting.size();
  if (!waiting.empty())
    call.later(
        {"tocsin.ingest",
         Object{{"bus", bus}, {"records", Document(*records)}, {"waiting", std::move(waiting)}}});
  return Object{
      {"AcceptedCount", accepted}, {"DuplicateCount", duplicate}, {"MalformedCount", malformed}};
}

void ingest_rest(core::Context& context, const core::Resumption& step) {
  const auto texts = texts_of(context, *find(step.context, "records"));
  if (!texts) return;  // the blob is lost, and with it the records
  const auto bus = string_of(step.context, "bus");
  const auto& waiting = array_of(step.context, "waiting");
  const auto page = std::min(kPage, waiting.size());
  for (std::size_t i = 0; i < page; ++i) {
    const auto& text = texts->at(waiting[i].to_number<std::size_t>());
    if (auto event = event_of(text, context.scope(), bus)) emit(context, *std::move(event), text);
  }
  if (page == waiting.size()) return;
  Object rest(step.context.as_object());
  rest["waiting"] = Array(waiting.begin() + page, waiting.end());
  context.later({"tocsin.ingest", std::move(rest)});
}

}  // namespace tocsin::own
