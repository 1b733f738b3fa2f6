// SPDX-License-Identifier: Apache-2.0
// Queries of Logs Insights: started, followed, stopped, forgotten. Who carries them out:
// query_run.hpp.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
#include <algorithm>
#include <fmt/format.h>

#include "engines/content/content.hpp"
#include "engines/insights/insights.hpp"
#include "services/logs/encryption.hpp"
#include "services/logs/kms.hpp"

namespace tocsin::logs {
namespace {

constexpr std::size_t kMostGroups = 50, kMostText = 10'000;
constexpr std::size_t kMostRunning = 100;
constexpr auto kKept = std::chrono::hours(7 * 24);
constexpr auto kLongest = std::chrono::minutes(60);
constexpr std::int64_t kMostInPage = 1'000;

bool has_ended(const Query& query) {
  return query.status != "Scheduled" && query.status != "Running";
}

Result<Query> query_in(Call& call) {
  const auto id = text(call.params(), "queryId");
  auto query = kQueries.get(call, Key::of(call.scope(), id));
  if (!query)
    return fail("ResourceNotFoundException", fmt::format("Query with ID [{}] not found.", id));
  return *std::move(query);
}

/// A query looks at whole seconds, both included.
struct Range {
  std::int64_t from = 0, to = 0;
};

Result<Range> range_of(const Call& call) {
  const auto start = integer(call.params(), "startTime").value_or(-1),
             end = integer(call.params(), "endTime").value_or(-1);
  constexpr std::int64_t kMost = 1'000'000'000'000;
  if (start < 0)
    return constraint(std::to_string(start), "startTime",
                      "Member must have value greater than or equal to 0");
  if (end < 0)
    return constraint(std::to_string(end), "endTime",
                      "Member must have value greater than or equal to 0");
  if (end < start) return invalid("End time should not be less than start time.");
  return Range{std::min(start, kMost) * 1000, std::min(end, kMost) * 1000 + 999};
}

/// What the worker is to read, and by which keys.
struct Sources {
  Array groups;
  Object keys;
};

Result<Sources> sources_of(Call& call, const std::vector<std::string>& names, const Range& range) {
  Sources out;
  bool reachable = false;
  for (const auto& name : names) {
    const auto group = kGroups.get(call, Key::of(call.scope(), name));
    if (!group)
      return fail("ResourceNotFoundException",
                  fmt::format("Log group '{}' does not exist for account ID '{}'", name,
                              call.account().str()));
    const auto expired = expired_before(*group, call.now());
    reachable |= range.to >= std::max(to_ms(group->created), expired);
    out.groups.push_back(Object{{"Name", name}, {"Id", group->id}, {"From", expired}});
    TRY(add_keys(call, *group, out.keys));
  }
  if (reachable) return out;
  return fail("MalformedQueryException",
              "Query's end date and time is either before the log groups creation time or exceeds "
              "the log groups log retention settings");
}

Result<void> check_room(Call& call) {
  std::size_t running = 0;
  kRunningQueries.scan(call, Key::of(call.scope()),
                       [&](const auto&, const Mark&) { return ++running < kMostRunning; });
  if (running < kMostRunning) return {};
  return fail(
      "LimitExceededException",
      fmt::format("Account maximum query concurrency limit of [{}] reached.", kMostRunning));
}

void carry_on(Context& context, const Query& query, Object payload) {
  const auto name = payload.contains("Stop") ? std::string() : std::string("logs.queried");
  context.start({.work = core::JobSpec{"logs.query", std::move(payload)},
                 .retry = {.attempts = 100, .max_delay = std::chrono::seconds(30), .jitter = 0.2},
                 .then = {name, Object{{"query", query.id}}},
                 .name = "logs:Query " + query.id});
}

void end(Context& context, Query& query, std::string status) {
  query.status = std::move(status);
  query.job.clear();
  kRunningQueries.erase(context, Key::of(context.scope(), query.id));
}

void note(Query& query, const Document& progress) {
  const auto number = [&](std::string_view name) {
    const auto* value = find(progress, name);
    return value && value->is_number() ? value->to_number<double>() : 0.0;
  };
  query.matched = number("Matched");
  query.scanned = number("Scanned");
  query.bytes = number("Bytes");
}

Object description(const Query& query) {
  return {{"queryId", query.id},
          {"queryString", query.text},
          {"status", query.status},
          {"createTime", to_ms(query.created) / 1000},
          {"logGroupName", query.groups.empty() ? std::string() : query.groups.front()}};
}

bool is_wanted(const Call& call, const Query& query) {
  const auto group = text(call.params(), "logGroupName"), status = text(call.params(), "status");
  return (group.empty() || std::ranges::find(query.groups, group) != query.groups.end()) &&
         (status.empty() || status == query.status);
}

}  // namespace

Result<std::vector<std::string>> queried_groups(const Call& call) {
  const auto& params = call.params();
  const auto one = text(params, "logGroupName");
  const auto &names = array_of(params, "logGroupNames"),
             &identifiers = array_of(params, "logGroupIdentifiers");
  const int given = !one.empty() + !names.empty() + !identifiers.empty();
  if (given != 1)
    return invalid(
        "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given.");
  if (!one.empty()) return std::vector{std::string(one)};
  const auto& list = names.empty() ? identifiers : names;
  const std::string_view member = names.empty() ? "logGroupIdentifiers" : "logGroupNames";
  if (list.size() > kMostGroups)
    return constraint(to_json(list), member,
                      fmt::format("Member must have length less than or equal to {}", kMostGroups));
  std::vector<std::string> out;
  for (const auto& each : list) {
    auto name = TRY(group_name_of(call, each.is_string() ? each.get_string() : std::string_view()));
    if (std::ranges::find(out, name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

Outcome start_query(Call& call) {
  const auto& params = call.params();
  Query query {
    .text = string_of(params, "queryString"), .groups = TRY(queried_groups(call))
    , .created = call.now(), .status = "Scheduled"
  };
  if (query.text.size() > kMostText)
    return constraint(query.text, "queryString",
                      "Member must have length less than or equal to 10000");
  const auto limit = TRY(limit_in(call, "limit", insights::kMostRows));
  const auto range = TRY(range_of(call));
  TRY(insights::Query::parse(query.text));
  auto sources = TRY(sources_of(call, query.groups, range));
  TRY(check_room(call));
  query.id = call.new_uuid();
  query.job = {{"Query", query.id},  {"Account", call.account().str()},
               {"Text", query.text}, {"Groups", std::move(sources.groups)},
               {"From", range.from}, {"To", range.to},
               {"Limit", limit},     {"Now", to_ms(call.now())}};
  TRY(make_results_key(call, query, !sources.keys.empty()));
  if (!sources.keys.empty()) query.job["Keys"] = std::move(sources.keys);
  const auto key = Key::of(call.scope(), query.id);
  kQueries.put(call, key, query);
  kQueriesByTime.put(call, Key::of(call.scope(), hex(to_ms(query.created)), query.id), {});
  kRunningQueries.put(call, key, {});
  carry_on(call, query, query.job);
  call.at(call.now() + kKept, {"logs.forget_query", Object{{"query", query.id}}});
  return Object{{"queryId", query.id}};
}

Outcome stop_query(Call& call) {
  auto query = TRY(query_in(call));
  if (has_ended(query))
    return invalid(fmt::format("Query with ID [{}] has already ended with status [{}].", query.id,
                               query.status));
  end(call, query, "Cancelled");
  kQueries.put(call, Key::of(call.scope(), query.id), query);
  carry_on(call, query, {{"Query", query.id}, {"Stop", true}});
  return Object{{"success", true}};
}

void queried(Context& context, const core::Resumption& done) {
  const auto key = Key::of(context.scope(), text(done.context, "query"));
  auto query = kQueries.get(context, key);
  if (!query || has_ended(*query)) return;
  if (!done.outcome) {
    end(context, *query, "Failed");
  } else {
    note(*query, *done.outcome);
    query->status = "Running";
    if (const auto* results = find(*done.outcome, "Results")) {
      query->results = *results;
      end(context, *query, "Complete");
    } else if (context.now() - query->created > kLongest) {
      carry_on(context, *query, {{"Query", query->id}, {"Stop", true}});
      end(context, *query, "Timeout");
    } else {
      carry_on(context, *query, query->job);
    }
  }
  kQueries.put(context, key, *query);
}

void forget_query(Context& context, const core::Resumption& due) {
  const auto key = Key::of(context.scope(), text(due.context, "query"));
  const auto query = kQueries.get(context, key);
  if (!query) return;
  kQueries.erase(context, key);
  kRunningQueries.erase(context, key);
  kQueriesByTime.erase(context, Key::of(context.scope(), hex(to_ms(query->created)), query->id));
}

Outcome get_query_results(Call& call) {
  const auto query = TRY(query_in(call));
  Document results = Array{};
  if (const auto ref = store::blob_ref(query.results)) {
    auto rows = TRY(call.blob(*ref));
    if (const auto key = TRY(results_key(call, query)))
      rows = content::crypt(*key, std::move(rows));
    results = TRY(parse_json(rows));
  }
  Object reply{{"results", std::move(results)}};
  reply["statistics"] = Object{{"recordsMatched", query.matched},
                               {"recordsScanned", query.scanned},
                               {"bytesScanned", query.bytes}};
  reply["status"] = query.status;
  if (query.key && !query.key->kms_key.empty()) reply["encryptionKey"] = query.key->kms_key;
  return reply;
}

Outcome describe_queries(Call& call) {
  const auto limit = TRY(limit_in(call, "maxResults", kMostInPage));
  std::optional<Key> after;
  if (const auto token = text(call.params(), "nextToken"); !token.empty()) {
    const auto position = TRY(position_in(token));
    const auto colon = std::min(position.find(':'), position.size());
    after = Key::of(call.scope(), position.substr(0, colon),
                    position.substr(std::min(colon + 1, position.size())));
  }
  Array queries;
  std::string last, next;
  kQueriesByTime.scan(
      call, Key::of(call.scope()),
      [&](const auto& key, const Mark&) {
        const auto query = kQueries.get(call, Key::of(call.scope(), key[3]));
        if (!query || !is_wanted(call, *query)) return true;
        if (queries.size() == limit)
          next = last;
        else
          queries.push_back(description(*query)), last = key[2] + ":" + key[3];
        return next.empty();
      },
      store::Direction::Backward, after);
  Object reply{{"queries", std::move(queries)}};
  if (!next.empty()) reply["nextToken"] = page_token(next);
  return reply;
}

}  // namespace tocsin::logs
